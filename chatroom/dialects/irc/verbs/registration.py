"""Registering and staying: PASS, NICK, USER, CAP, PING, QUIT.

Sources: Modern IRC "Connection Messages"; IRCv3 capability-negotiation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chatroom.commands.call import Call
from chatroom.commands.entering import check_may_enter
from chatroom.core.names import as_number
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.caps import CAPABILITIES, NEVER_ASKED, offered, value_of
from chatroom.dialects.irc.lines import packed, room_after, size_of
from chatroom.dialects.irc.verbs.table import Verb, verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


@verb("PASS", least=1)
def pass_(session: IrcSession, message: Message) -> None:
    """The server's password, before NICK and USER are complete."""
    if session.user is not None:
        raise Refused(Why.ALREADY_ENTERED)
    session.password = message.params[0]


@verb("NICK")
def nick(session: IrcSession, message: Message) -> None:
    """A name, first or new."""
    wanted = message.param(0)
    if not wanted:
        raise Refused(Why.NICK_MISSING)
    if session.user is not None:
        session.call("nick", (wanted,))
        return
    session.asked_nick = wanted
    session.server.chat.names.check_nick(wanted)
    if not session.is_negotiating:  # or else it may still log in to the account that the name belongs to
        check_may_enter(Call(session, session.server, "nick"), wanted)
    session.wanted_nick = wanted
    session.register()


@verb("USER", least=4)
def user(session: IrcSession, message: Message) -> None:
    """Username and real name."""
    if session.user is not None:
        raise Refused(Why.ALREADY_ENTERED)
    session.set_username(message.params[0], message.params[3])
    session.register()


@verb("CAP")
def cap(session: IrcSession, message: Message) -> None:
    """Negotiate capabilities."""
    subcommand = message.param(0).upper()
    act = _CAP.get(subcommand)
    if act is None:
        session.numeric("410", message.param(0) or "*", "Invalid CAP command")
        return
    act(session, message)


def _cap_ls(session: IrcSession, message: Message) -> None:
    session.is_cap_302 = session.is_cap_302 or (as_number(message.param(1)) or 0) >= 302
    if session.is_cap_302:
        session.add_capability("cap-notify")
    session.is_negotiating = session.user is None
    _cap_list_of(session, "LS", offered(session))


def _cap_list(session: IrcSession, message: Message) -> None:
    _cap_list_of(session, "LIST", sorted(session.capabilities))


def _cap_list_of(session: IrcSession, subcommand: str, names: list[str]) -> None:
    """In as many lines as it takes, for those who understand that; for others as many as one line holds."""
    lines = _in_lines(session, subcommand, names)
    *before, last = lines if session.is_cap_302 else lines[:1]
    for some in before:
        session.line("CAP", session.nick, subcommand, "*", " ".join(some), source=session.server.name)
    _cap_reply(session, subcommand, " ".join(last))


def _in_lines(session: IrcSession, subcommand: str, names: Iterable[str]) -> list[list[str]]:
    room = room_after("CAP", session.nick, subcommand, "*", source=session.server.name)
    return list(packed(names, room, size_of)) or [[]]


def _cap_req(session: IrcSession, message: Message) -> None:
    session.is_negotiating = session.is_negotiating or session.user is None
    asked = dict.fromkeys(message.param(1).split())
    gone = {name[1:] for name in asked if name.startswith("-")}
    wanted = {name for name in asked if not name.startswith("-")}
    had = session.capabilities
    unknown = any(value_of(name, session) is None or name in NEVER_ASKED for name in wanted)
    unknown = unknown or not gone <= CAPABILITIES.keys()
    if unknown or (session.is_cap_302 and "cap-notify" in gone):
        _cap_reply(session, "NAK", message.param(1))
        return
    session.set_capabilities((had | wanted) - gone)
    for some in _in_lines(session, "ACK", asked):  # each name whole
        _cap_reply(session, "ACK", " ".join(some))


def _cap_end(session: IrcSession, message: Message) -> None:
    if session.is_negotiating:
        session.is_negotiating = False
        session.register()


def _cap_reply(session: IrcSession, subcommand: str, names: str) -> None:
    session.line("CAP", session.nick, subcommand, names, source=session.server.name)


_CAP: dict[str, Verb] = {"LS": _cap_ls, "LIST": _cap_list, "REQ": _cap_req, "END": _cap_end}


@verb("PING", least=1)
def ping(session: IrcSession, message: Message) -> None:
    """Is the server there? And when this is answered, all before it has been."""
    session.line_alive("PONG", session.server.name, message.params[0], source=session.server.name)


@verb("PONG")
def pong(session: IrcSession, message: Message) -> None:
    """The program is there; that a line came is all that counts."""


@verb("ERROR")
def error(session: IrcSession, message: Message) -> None:
    """Programs may say it; servers ignore it."""


@verb("QUIT")
def quit_(session: IrcSession, message: Message) -> None:
    """Leave; at any time."""
    session.call("quit", (message.param(0),))
