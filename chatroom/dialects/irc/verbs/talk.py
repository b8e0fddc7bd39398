"""Talking: PRIVMSG, NOTICE, TAGMSG, AWAY.

Sources: Modern IRC "Sending Messages"; IRCv3 message-tags.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.verbs.table import some_targets, verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

_ACTION = "\x01ACTION "


def _talk(session: IrcSession, message: Message, row: str) -> None:
    if not message.param(0):
        session.numeric("411", f"No recipient given ({message.verb})")
        return
    if not message.param(1):
        raise Refused(Why.TEXT_MISSING)
    found = some_targets(message.params[0])
    text = message.params[1]
    if row == "msg" and text.startswith(_ACTION):
        row, text = "act", text[len(_ACTION) :].removesuffix("\x01")
    for target in found:
        session.call(row, (target, text))


@verb("PRIVMSG")
def privmsg(session: IrcSession, message: Message) -> None:
    """Say something to rooms or people."""
    _talk(session, message, "msg")


@verb("NOTICE")
def notice(session: IrcSession, message: Message) -> None:
    """Say something that is never answered by a program, nor refused aloud."""
    if message.param(0) and message.param(1):
        _talk(session, message, "notice")


@verb("AWAY")
def away(session: IrcSession, message: Message) -> None:
    """Be away with a message, or back without."""
    session.call("away", (message.param(0),))


@verb("TAGMSG")
def tagmsg(session: IrcSession, message: Message) -> None:
    """Nothing but tags, none of which is passed on (CLIENTTAGDENY)."""
