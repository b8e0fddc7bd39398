"""What clients tell each other beside words: who is typing, what answers what, reactions; and what is taken back.

Strategy: a message is known by its msgid. Of the newest ones it is kept who said what, so that an answer can be told as
one, and that one can answer or react by naming the person. Who is typing changes by itself after a few seconds.

Sources: IRCv3 message-tags (TAGMSG), typing, reply and react client tags, message-redaction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.client.session import Session

REPLY, REACT, TYPING = "+draft/reply", "+draft/react", "+typing"
TYPING_SECONDS = {"active": 6.0, "paused": 30.0}  # after which somebody of whom nothing is heard types no more
TELL_EVERY = 3.0  # seconds between two words of one's own typing
_KEPT = 500  # messages of which is known who said what


@dataclass(frozen=True)
class Said:
    """A message that can be answered."""

    msgid: str
    place: str  # folded: a room, or who the talk is with
    nick: str
    text: str


def remember(session: Session, message: Message, place: str, nick: str, text: str) -> None:
    """Keep who said a message, and what; whoever said it is typing no more."""
    if msgid := message.tags.get("msgid", ""):
        session.recent[msgid] = Said(msgid, session.features.fold(place), nick, text)
        if len(session.recent) > _KEPT:
            del session.recent[next(iter(session.recent))]
    session.typing.pop((session.features.fold(place), nick), None)


def last_said(session: Session, place: str, nick: str = "") -> Said | None:
    """The newest message in `place` by `nick`, or by anybody else."""
    folded = session.features.fold(place)
    for said in reversed(session.recent.values()):
        is_wanted = session.is_same(said.nick, nick) if nick else not session.is_me(said.nick)
        if said.place == folded and is_wanted:
            return said
    return None


def who_types(session: Session, place: str) -> list[str]:
    """Who is typing in `place` now."""
    now, folded = session.clock().timestamp(), session.features.fold(place)
    for key in [key for key, until in session.typing.items() if until < now]:
        del session.typing[key]
    return [nick for its, nick in session.typing if its == folded]


def tell_typing(session: Session, state: str) -> None:
    """Tell where the user is that they are typing: `active`, `paused` or `done`; not too often."""
    now = session.clock().timestamp()
    can_tell = session.is_registered and session.tells_typing and "message-tags" in session.capabilities
    if not (can_tell and session.facing):
        return
    is_due = now - session.typing_told_at >= TELL_EVERY if state == "active" else session.typing_told_at > 0
    if is_due:
        session.typing_told_at = now if state == "active" else 0.0
        session.send_tagged({TYPING: state}, "TAGMSG", session.facing)


def _place_of(session: Session, message: Message, nick: str) -> str:
    target = session.features.split_prefixes(message.param(0))[1]
    return target if session.features.is_room(target) or session.is_me(nick) else nick


def _tagmsg(session: Session, message: Message) -> None:
    nick = message.source.partition("!")[0]
    place = _place_of(session, message, nick)
    if (state := message.tags.get(TYPING)) and not session.is_me(nick):
        key = (session.features.fold(place), nick)
        if seconds := TYPING_SECONDS.get(state):
            session.typing[key] = session.clock().timestamp() + seconds
        else:
            session.typing.pop(key, None)
    if reaction := message.tags.get(REACT):
        facts = {"room": place} if session.features.is_room(place) else {"target": message.param(0)}
        facts |= _about(session, message.tags.get(REPLY, ""))
        session.show("react", message, **facts, nick=nick, text=reaction, own=session.is_me(nick))


def _redact(session: Session, message: Message) -> None:
    """REDACT target msgid [:reason]: somebody takes back what was said."""
    nick = message.source.partition("!")[0]
    place = _place_of(session, message, nick)
    facts = {"room": place} if session.features.is_room(place) else {"target": message.param(0)}
    facts |= _about(session, message.param(1))
    session.show("redact", message, **facts, nick=nick, text=message.param(2), own=session.is_me(nick))


def _about(session: Session, msgid: str) -> dict[str, str]:
    """The message that is meant, and whose it is where that is known."""
    said = session.recent.get(msgid)
    return {"reply": msgid, "to": said.nick if said else ""}


HANDLERS: dict[str, Callable[[Session, Message], None]] = {"TAGMSG": _tagmsg, "REDACT": _redact}
