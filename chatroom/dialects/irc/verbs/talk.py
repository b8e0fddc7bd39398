"""Talking: PRIVMSG, NOTICE, TAGMSG.

Strategy: each target is one call of a row, with the tags that clients may pass on. What would be too long for a line,
once it says who speaks, is refused before anybody is told: nothing is cut, and a message stays one message.

Sources: Modern IRC "Sending Messages"; RFC 2812 section 3.3; IRCv3 message-tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chatroom.core.events import Tags
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.lines import size_of
from chatroom.dialects.irc.verbs.playback import NAME as PLAYBACK
from chatroom.dialects.irc.verbs.playback import ask as ask_for_playback
from chatroom.dialects.irc.verbs.services import Service, service_called
from chatroom.dialects.irc.verbs.services import ask as ask_service
from chatroom.dialects.irc.verbs.table import some_targets, verb
from chatroom.wire.irc import MAX_LINE, Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

_NOT_ALONE = frozenset(",!$")  # what has none of them is one target, as it stands
_ACTION = "\x01ACTION "


def speak(
    session: IrcSession, row: str, targets: Sequence[str], text: str, tags: Tags = (), cuts: tuple[int, ...] = ()
) -> None:
    """Say something, or a program's "/me", to each target."""
    if row == "msg" and text.startswith(_ACTION):
        row, text = "act", text[len(_ACTION) :].removesuffix("\x01")
        cuts = tuple(max(cut - len(_ACTION), 0) for cut in cuts)
    for target in targets:
        service = service_called(target)
        if service is None:
            session.call(row, (target, text), tags, cuts)
        elif row == "msg":
            _ask(session, service, text)


def _ask(session: IrcSession, service: Service, text: str) -> None:
    """Write to a service: nobody hears it, and what it answers is not kept."""
    if "echo-message" in session.capabilities and session.user is not None:
        session.line("PRIVMSG", service.name, text, source=session.user.who.mask)
    ask_service(session, service, text)


def _talk(session: IrcSession, message: Message, row: str) -> None:
    targets = _targets(session, message)
    if not targets:
        return
    if not message.param(1):
        raise Refused(Why.TEXT_MISSING)
    _check_length(session, message, targets)
    speak(session, row, targets, message.params[1], session.passed_on(message))


def _targets(session: IrcSession, message: Message) -> list[str]:
    """To whom, each once, whichever way they are written."""
    if message.params and message.params[0] and not set(message.params[0]) & _NOT_ALONE:  # nearly always
        return [message.params[0]]
    found: dict[str, str] = {}
    for word in some_targets(message.param(0)):
        if word.startswith("$"):
            _refuse_mask(session, word)
        else:
            target = _named(session, word) if "!" in word else word
            found.setdefault(session.server.chat.names.fold(target), target)
    if not message.param(0).strip(",") and message.verb != "NOTICE":
        session.numeric("411", f"No recipient given ({message.verb})")
    return list(found.values())


def _named(session: IrcSession, mask: str) -> str:
    """Who is meant by nick!username@host: their nick, if all of it is true; a room's name may hold the sign, too."""
    chat = session.server.chat
    user = chat.user(mask.partition("!")[0])
    return user.nick if user is not None and chat.folded_mask(user.who) == chat.names.fold(mask) else mask


def _refuse_mask(session: IrcSession, mask: str) -> None:
    """Nobody writes to everybody on a server (RFC 2812 section 3.3.1)."""
    if session.verb == "NOTICE":
        return
    if "." not in mask:
        session.numeric("413", mask, "No toplevel domain specified")
    elif set(mask.rpartition(".")[2]) & set("*?"):
        session.numeric("414", mask, "Wildcard in toplevel domain")
    else:
        session.numeric("481", "Permission Denied- Nobody writes to a whole server here")


def _check_length(session: IrcSession, message: Message, targets: list[str]) -> None:
    """Raise Refused when what others would receive is over the limit; whoever sent it has to split it."""
    who = session.user.who if session.user else None
    for target in targets:
        start = f":{who.mask if who else '*'} {message.verb} {target} :"
        if size_of(start) + size_of(message.param(1)) > MAX_LINE:
            raise Refused(Why.LINE_TOO_LONG, limit=MAX_LINE)


@verb("PRIVMSG")
def privmsg(session: IrcSession, message: Message) -> None:
    """Say something to rooms or people."""
    if message.param(0).lower() == PLAYBACK:
        ask_for_playback(session, message.param(1))
        return
    _talk(session, message, "msg")


@verb("NOTICE")
def notice(session: IrcSession, message: Message) -> None:
    """Say something that is never answered by a program, nor refused aloud."""
    if message.param(1):
        _talk(session, message, "notice")


@verb("TAGMSG")
def tagmsg(session: IrcSession, message: Message) -> None:
    """Pass tags on without words: a reaction, or that somebody is typing."""
    if "message-tags" not in session.capabilities:
        raise Refused(Why.UNKNOWN_COMMAND, command=message.verb)
    for target in _targets(session, message):
        session.call("tag", (target,), session.passed_on(message))


@verb("RELAYMSG", least=3)
def relaymsg(session: IrcSession, message: Message) -> None:
    """Pass on what somebody says in another place, as bridges do (draft/relaymsg)."""
    room, nick, text = message.params[:3]
    row = "relay"
    if text.startswith(_ACTION):
        row, text = "relayact", text[len(_ACTION) :].removesuffix("\x01")
    session.call(row, (room, nick, text), session.passed_on(message))
