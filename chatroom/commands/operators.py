"""What operators of the server may do, and becoming one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.hosts import keep_host
from chatroom.commands.server import server
from chatroom.commands.table import Section
from chatroom.core.events import Announced, Change, Event, HostChanged, Killed, UserModesChanged
from chatroom.core.names import clip
from chatroom.core.order_replies import CloakRotated
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import BecameOperator, HostMarked, Reloaded, Reply
from chatroom.core.user import User

operators = Section("Operators")
MAX_HOST = 63  # bytes; a name of IRC has to hold it beside all else
_HOST = re.compile(rf"[A-Za-z0-9](?:[A-Za-z0-9.:/-]{{0,{MAX_HOST - 2}}}[A-Za-z0-9])?")


@server.command("oper name [password...]", cost=5)
def oper(call: Call, name: str, password: str = "") -> Iterator[Event | Reply]:
    """Become an operator of the server, with a name and password from its configuration."""
    house = call.server
    known = name in house.operators
    # An unknown name takes as long as a wrong password, where there is a hash to compare with.
    compared = house.operators.get(name) or next(iter(house.operators.values()), "")
    is_right = house.offload(house.verify, compared, password) and known
    if call.session.outbox.is_ended:  # meanwhile
        return
    if not is_right:
        raise Refused(Why.OPER_REFUSED)
    if not call.user.is_server_operator:
        yield UserModesChanged(call.who, (Change(True, "o"),))
    yield BecameOperator()


@operators.command("kill nick [reason...]", is_privileged=True)
def kill(call: Call, nick: User, reason: str = "") -> Iterator[Event | Reply]:
    """End all connections of somebody; they may come back."""
    yield Killed(call.who, nick.nick, clip(reason, call.chat.names.reason_length))


@operators.command("chghost nick [host]", is_privileged=True)
def chghost(call: Call, nick: User, host: str = "") -> Iterator[Event | Reply]:
    """Have others see another host of somebody's; without one, their own again. An account keeps it."""
    if host and not _HOST.fullmatch(host):
        raise Refused(Why.HOST_BAD, host=host, limit=MAX_HOST)
    shown = host or nick.own_host
    if shown != nick.who.host:
        yield HostChanged(nick.who, nick.who.username, shown)
    keep_host(call, nick.who.account, host)
    yield HostMarked(nick.nick, shown)


@operators.command("wallops text...", is_privileged=True)
def wallops(call: Call, text: str) -> Iterator[Event | Reply]:
    """Say something to everybody who has asked to hear such things: "/usermode +w"."""
    yield Announced(call.who, clip(text, call.chat.names.reason_length))


@operators.command("announce text...", is_privileged=True, cost=5)
def announce(call: Call, text: str) -> Iterator[Event | Reply]:
    """Say something to everybody on the server, whatever room they are in."""
    yield Announced(call.who, clip(text, call.chat.names.reason_length), True)


@operators.command("recloak", is_privileged=True, cost=5)
def recloak(call: Call) -> Iterator[Event | Reply]:
    """Hash addresses with a new key: whoever comes from now on has another host, and bans by host find nobody."""
    try:
        call.server.rotate_cloak()
    except OSError as error:
        raise Refused(Why.CLOAK_KEPT, problem=str(error)) from error
    yield CloakRotated()


@operators.command("rehash", is_privileged=True, cost=5)
def rehash(call: Call) -> Iterator[Event | Reply]:
    """Read the configuration again, as SIGHUP does."""
    if problem := call.server.reload():
        raise Refused(Why.NOT_RELOADED, problem=problem)
    yield Reloaded()
