"""The server in numerics: the welcome, the message of the day, counts, version, time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from chatroom.core import replies as re_
from chatroom.core.modes import ROOM_MODES, USER_MODES, ModeKind
from chatroom.core.names import Names
from chatroom.dialects.irc.caps import EXTENDED_ISUPPORT, isupport
from chatroom.dialects.irc.lines import packed, size_of
from chatroom.dialects.irc.numerics.refusals import Numeric
from chatroom.dialects.irc.numerics.table import in_pieces, moment, tells
from chatroom.wire.irc import MAX_LINE, MAX_PARAMS, format_tags

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


_MODES = (
    "".join(sorted(USER_MODES)),
    "".join(sorted(ROOM_MODES)),
    "".join(sorted(letter for letter, kind in ROOM_MODES.items() if kind is not ModeKind.FLAG)),
)


@tells(re_.Welcomed)
def _welcomed(reply: re_.Welcomed, session: IrcSession) -> Iterator[Numeric]:
    server = session.server
    yield ("001", f"Welcome to the {server.network} Network, {reply.user.who.mask}")
    yield ("002", f"Your host is {server.name}, running version {server.version}")
    yield ("003", f"This server was started {moment(server.started):%Y-%m-%d %H:%M:%S} UTC")
    yield ("004", server.name, server.version.replace(" ", "-"), *_MODES)
    tell_isupport(session)


def tell_isupport(session: IrcSession) -> None:
    """RPL_ISUPPORT, in as many lines as it takes; in a batch for programs that know of it (IRCv3 extended-isupport)."""
    if EXTENDED_ISUPPORT not in session.capabilities:
        _tell_isupport_lines(session, {})
        return
    with session.in_batch("draft/isupport") as tags:
        _tell_isupport_lines(session, tags)


def _tell_isupport_lines(session: IrcSession, tags: Mapping[str, str]) -> None:
    server, start = session.server, f":{session.server.name} 005 {session.nick} "
    for line in _isupport_lines(server.chat.names, server.network, server.default_room, MAX_LINE - size_of(start)):
        session.write(f"{format_tags(tags)}{start}{line}\r\n".encode())


@lru_cache(maxsize=128)
def _isupport_lines(names: Names, network: str, default_room: str, room: int) -> list[str]:
    """The lines after the nick; the same for all whose nick is as long, as everybody is told them who comes in."""
    text = " :are supported by this server"
    said = isupport(names, network, default_room)
    return [" ".join(tokens) + text for tokens in packed(said, room - len(text), size_of, MAX_PARAMS - 2)]


@tells(re_.MotdShown)
def _motd(reply: re_.MotdShown, session: IrcSession) -> Iterator[Numeric]:
    if not reply.lines:
        yield ("422", "MOTD File is missing")
        return
    yield ("375", f"- {session.server.name} Message of the day -")
    for line in reply.lines:
        yield from in_pieces(session, line, "372", "- ")
    yield ("376", "End of /MOTD command.")


@tells(re_.CountsShown)
def _counts(reply: re_.CountsShown, session: IrcSession) -> Iterator[Numeric]:
    visible = reply.people - reply.invisible
    yield ("251", f"There are {visible} users and {reply.invisible} invisible on 1 servers")
    yield ("252", str(reply.operators), "operator(s) online")
    yield ("253", str(reply.unknown), "unknown connection(s)")
    yield ("254", str(reply.rooms), "channels formed")
    yield ("255", f"I have {reply.people} clients and 0 servers")
    for number, where in (("265", "local"), ("266", "global")):
        text = f"Current {where} users {reply.people}, max {reply.most}"
        yield (number, str(reply.people), str(reply.most), text)


@tells(re_.VersionShown)
def _version(reply: re_.VersionShown, session: IrcSession) -> Iterator[Numeric]:
    yield ("351", reply.version.replace(" ", "-"), session.server.name, "https://modern.ircdocs.horse, IRCv3")


@tells(re_.TimeShown)
def _time(reply: re_.TimeShown, session: IrcSession) -> Iterator[Numeric]:
    seconds = str(reply.time // 1000)
    yield ("391", session.server.name, seconds, "0", f"{moment(reply.time):%A %B %d %Y -- %H:%M:%S} +00:00")


@tells(re_.AdminShown)
def _admin(reply: re_.AdminShown, session: IrcSession) -> Iterator[Numeric]:
    server = session.server
    yield ("256", server.name, "Administrative info")
    yield ("257", server.network)
    yield ("258", server.description)
    yield ("259", reply.text)


@tells(re_.BecameOperator)
def _became_operator(reply: re_.BecameOperator, session: IrcSession) -> Iterator[Numeric]:
    yield ("381", "You are now an IRC operator")


@tells(re_.Reloaded)
def _reloaded(reply: re_.Reloaded, session: IrcSession) -> Iterator[Numeric]:
    yield ("382", session.server.configuration, "Rehashing")
