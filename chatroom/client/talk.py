"""What people say and do, as the server tells it: one handler for each verb.

Strategy: a handler first brings the roster up to date, then shows an event. What is played back from history is shown
as old and changes nothing.

Sources: Modern IRC "Message types", CTCP (modern.ircdocs.horse/ctcp), IRCv3 echo-message, away-notify, batch,
standard-replies, invite-notify.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from chatroom.client import catchup, pages, tagged
from chatroom.client.numerics import ADVICE
from chatroom.client.session import ONCE, Batch, Session, nick_of
from chatroom.client.typed_history import is_secret
from chatroom.wire.irc import Message

_NICK_LETTERS = r"\w\[\]\\`^{|}-"


def _talk(session: Session, message: Message) -> None:
    """PRIVMSG and NOTICE: to a room, to this user, or this user's own coming back."""
    if key := _own_key(session, message):
        session.outbox.found(key)
    elif session.is_me(nick_of(message.source)) and not (session.is_replayed(message) or session.says_once):
        session.outbox.confirm(session.label_of(message), message.param(0), _words(message)[1])
    if session.is_me(nick_of(message.source)) and not session.is_replayed(message):
        session.source = message.source
    if session.page_of(message) or not catchup.holds_back(session, message):
        _hear(session, message)


def _own_key(session: Session, message: Message) -> str:
    """The key of a message that this client has sent, whatever its user was called then; "" for any other."""
    key = message.tags.get(f"+{ONCE}", "")
    return key if key in session.sent_keys else ""


def _words(message: Message) -> tuple[bool, str]:
    """Whether a message is a "/me" (CTCP ACTION), and its words."""
    text = message.param(1)
    return (True, text[8:].removesuffix("\1")) if text.startswith("\1ACTION ") else (False, text)


def _hear(session: Session, message: Message) -> None:
    """Show a message whose turn it is."""
    nick, (is_action, text) = nick_of(message.source), _words(message)
    is_own = session.is_me(nick) or _own_key(session, message) != ""
    if page := session.page_of(message):
        page.count += 1
    else:
        catchup.took(session, message)
        if session.is_repeated(message):
            return
        tagged.remember(session, message, catchup.place_of(session, message), nick, text)
    if text.startswith("\1"):
        _ctcp(session, message, nick, text, is_own)
        return
    type = "action" if is_action else ("notice" if message.verb == "NOTICE" else "message")
    _show_talk(session, message, type, nick, text, is_own)


def _show_talk(session: Session, message: Message, type: str, nick: str, text: str, is_own: bool) -> None:
    room = session.features.split_prefixes(message.param(0))[1]
    is_live = not session.is_replayed(message)
    if session.features.is_room(room):
        if session.page_of(message) is None:
            session.roster.spoke(room, nick)
        mention = is_live and not is_own and is_mentioned(session.nick, text)
        facts = {"room": room, "nick": nick, "text": text, **_answered(session, message)}
        session.show(type, message, **facts, own=is_own, mention=mention)
        return
    is_person = "!" in message.source
    if is_own and is_secret("x", message.param(0)):
        text = text.partition(" ")[0] + " ..."  # it may hold a password, and is in everybody's sight here
    if is_person and not is_own:
        session.correspondent = nick if session.page_of(message) is None else session.correspondent
    mention = is_live and is_person and not is_own and type != "notice"
    facts = {"target": message.param(0), "nick": nick, "text": text, **_answered(session, message)}
    session.show(type, message, **facts, own=is_own, mention=mention)


def _answered(session: Session, message: Message) -> dict[str, str]:
    """What a message is the answer to: its id, and whose it is where that is known."""
    reply = message.tags.get(tagged.REPLY, "")
    said = session.recent.get(reply)
    return {"reply": reply, "to": said.nick if said else ""} if reply else {}


def _ctcp(session: Session, message: Message, nick: str, text: str, is_own: bool) -> None:
    if not is_own and message.verb == "PRIVMSG":
        what = text.strip("\1").partition(" ")[0]
        session.show("info", message, text=f"{nick}'s program asks for {what}; it gets no answer.")


def is_mentioned(nick: str, text: str) -> bool:
    """Whether `text` holds `nick` as a word of its own, in any case."""
    if nick.casefold() not in text.casefold():
        return False
    pattern = rf"(?<![{_NICK_LETTERS}]){re.escape(nick)}(?![{_NICK_LETTERS}])"
    return re.search(pattern, text, re.IGNORECASE) is not None


def _join(session: Session, message: Message) -> None:
    nick, room = nick_of(message.source), message.param(0)
    if session.is_me(nick):
        session.source = message.source
        key = next((key for name, key in session.wish.rooms.items() if session.is_same(name, room)), "")
        forget_room(session, room)
        session.wish.rooms[room] = key
        session.roster.entered(room, key)
        if not session.facing or session.is_same(session.facing, room):
            session.facing = room
        catchup.entered(session, room, message)
    session.roster.joined(room, nick)
    session.show("join", message, room=room, nick=nick, own=session.is_me(nick))


def _part(session: Session, message: Message) -> None:
    nick, room = nick_of(message.source), message.param(0)
    session.show("part", message, room=room, nick=nick, text=message.param(1), own=session.is_me(nick))
    _is_gone(session, room, nick)


def _kick(session: Session, message: Message) -> None:
    room, whom = message.param(0), message.param(1)
    facts = {"room": room, "nick": nick_of(message.source), "target": whom, "text": message.param(2)}
    session.show("kick", message, **facts, own=session.is_me(whom), mention=session.is_me(whom))
    _is_gone(session, room, whom)


def _is_gone(session: Session, room: str, nick: str) -> None:
    session.roster.parted(room, nick)
    if session.is_me(nick):
        session.roster.left(room)
        forget_room(session, room)
        turn_away(session, room)


def forget_room(session: Session, room: str) -> None:
    """Do not go back to `room` after an interruption."""
    for name in [name for name in session.wish.rooms if session.is_same(name, room)]:
        del session.wish.rooms[name]


def turn_away(session: Session, room: str) -> None:
    """Face another room if `room` was the one faced: bare words must not go where the user is no more."""
    if session.is_same(session.facing, room):
        rooms = [place.name for place in session.roster]
        session.facing = rooms[0] if rooms else ""
        session.note(f"You face {session.facing} now." if rooms else "You are in no room. /join #name goes to one.")


def _quit(session: Session, message: Message) -> None:
    nick = nick_of(message.source)
    for room in session.roster.rooms_of(nick) or [""]:
        session.show("quit", message, room=room, nick=nick, text=message.param(0), own=session.is_me(nick))
    session.roster.quit(nick)


def _nick(session: Session, message: Message) -> None:
    old, new = nick_of(message.source), message.param(0)
    is_own = session.is_me(old)
    if is_own:
        session.nick = session.wish.nick = new
        session.source = ""
    for name in ("facing", "correspondent"):
        if getattr(session, name) and session.is_same(getattr(session, name), old):
            setattr(session, name, new)
    rooms = session.roster.rooms_of(old)
    session.roster.renamed(old, new)
    session.show("nick", message, room=rooms[0] if len(rooms) == 1 else "", nick=old, target=new, own=is_own)


def _topic(session: Session, message: Message) -> None:
    room = session.roster.room(message.param(0))
    if room:
        room.topic = message.param(1)
    session.show("topic", message, room=message.param(0), nick=nick_of(message.source), text=message.param(1))


def _mode(session: Session, message: Message) -> None:
    room = message.param(0)
    if session.features.is_room(room):
        for given, letter, whom in privileges_changed(session.features.privileges, message.params[1:]):
            session.roster.privilege(room, whom, letter, given)
    facts = {"nick": nick_of(message.source), "text": " ".join(message.params[1:])}
    session.show("mode", message, room=room if session.features.is_room(room) else "", **facts)


def privileges_changed(privileges: dict[str, str], modes: tuple[str, ...]) -> Iterator[tuple[bool, str, str]]:
    """`+o-v alice bob` as (True, "o", "alice"), (False, "v", "bob").

    Which other letters take a parameter differs by server; b, e, I, k, q always do, and l and f when they are set.
    """
    words = iter(modes[1:])
    given = True
    for letter in modes[0] if modes else "":
        if letter in "+-":
            given = letter == "+"
        elif letter in privileges:
            yield given, letter, next(words, "")
        elif letter in "beIkq" or (letter in "lf" and given):
            next(words, "")


def _invite(session: Session, message: Message) -> None:
    facts = {"nick": nick_of(message.source), "target": message.param(0), "room": message.param(1)}
    session.show("invite", message, **facts, mention=session.is_me(message.param(0)))


def _away(session: Session, message: Message) -> None:
    session.show("away", message, nick=nick_of(message.source), text=message.param(0))


def _batch(session: Session, message: Message) -> None:
    reference = message.param(0)
    if reference.startswith("+"):
        session.batches[reference[1:]] = Batch(message.param(1), message.param(2), session.label_of(message))
    elif (batch := session.batches.pop(reference[1:], None)) and not pages.ended(session, batch.label):
        for held in catchup.page_ended(session, batch):
            _hear(session, held)


def _chathistory(session: Session, message: Message) -> None:
    """CHATHISTORY TARGETS name time."""
    if message.param(0) == "TARGETS":
        catchup.talk_named(session, message)


def _markread(session: Session, message: Message) -> None:
    """MARKREAD target timestamp=... (or *)."""
    catchup.marker_told(session, message.param(0), message.param(1).removeprefix("timestamp=").strip("*"))


def _acknowledged(session: Session, message: Message) -> None:
    """ACK: a labelled line was taken, and there is nothing more to say to it. Of talk that was taken already, too."""
    said = session.outbox.settle(session.label_of(message)) if session.label_of(message) else None
    if said is not None:
        session.outbox.confirmed += 1
        if session.echoes and said.is_again and not session.features.is_room(said.target):
            session.show_own(said)


def _standard_reply(session: Session, message: Message) -> None:
    """FAIL, WARN, NOTE command code [context...] :sentence."""
    command, code, text = message.param(0), message.param(1), message.params[-1] if message.params else ""
    is_failure = message.verb == "FAIL"
    if is_failure and command == "CHATHISTORY":
        if pages.refused(session, session.label_of(message)):
            return
        for held in catchup.refused(session, message):
            _hear(session, held)
        return
    if is_failure and command in ("PRIVMSG", "NOTICE", "BATCH", "*"):
        session.outbox.settle(session.label_of(message), message.param(2) if len(message.params) > 3 else "")
    advice = ADVICE.get(code, "")
    session.show("error" if is_failure else "info", message, text=f"{text} {advice}".rstrip(), code=code)


def _wallops(session: Session, message: Message) -> None:
    session.show("info", message, text=f"{nick_of(message.source)} tells all: {message.param(0)}")


HANDLERS: dict[str, Callable[[Session, Message], None]] = {
    "PRIVMSG": _talk,
    "NOTICE": _talk,
    "JOIN": _join,
    "PART": _part,
    "KICK": _kick,
    "QUIT": _quit,
    "NICK": _nick,
    "TOPIC": _topic,
    "MODE": _mode,
    "INVITE": _invite,
    "AWAY": _away,
    "BATCH": _batch,
    "CHATHISTORY": _chathistory,
    "MARKREAD": _markread,
    "ACK": _acknowledged,
    "WALLOPS": _wallops,
    **dict.fromkeys(("FAIL", "WARN", "NOTE"), _standard_reply),
}
