"""Bans of the server in the words IRC's operators know: KLINE, DLINE and their like, translated to rows.

Strategy: all of them do the same, as what is given says what it is: an address, a network, a mask, a nick. How long is
taken before the mask or after it, in minutes where it is a number alone.

Source: no specification has these; forms and names are those that servers have in common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.core.names import as_number
from chatroom.core.refusals import Refused, Why
from chatroom.core.spans import span_of
from chatroom.dialects.irc.verbs.table import DESCRIPTIONS, verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


def _span(word: str) -> str:
    """A length of time as the row takes it: "10" is ten minutes, "0" no end; "" for what is none."""
    number = as_number(word)
    if number is not None:
        return f"{number}m" if number else "off"
    return word if span_of(word) is not None else ""


def _line(session: IrcSession, message: Message) -> None:
    words = [word for word in message.params if word]
    if not words:
        session.call("serverbans")
        return
    span = _span(words[0]) if len(words) > 1 else ""
    if span:
        words = words[1:]
    elif len(words) > 1 and (span := _span(words[1])):
        words = [words[0], *words[2:]]
    session.call("serverban", (words[0], *([span] if span else []), " ".join(words[1:])))


def _unline(session: IrcSession, message: Message) -> None:
    if not message.param(0):
        raise Refused(Why.USAGE)
    session.call("serverunban", message.params[:2])


for _name in ("KLINE", "GLINE", "DLINE", "ZLINE"):
    verb(_name)(_line)
    verb(f"UN{_name}")(_unline)
    DESCRIPTIONS[_name] = "Ban from the server: [time] <address, network, mask, nick or a:account> [reason]."
    DESCRIPTIONS[f"UN{_name}"] = "Let somebody come to the server again."
