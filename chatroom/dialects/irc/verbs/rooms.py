"""Rooms: JOIN, PART, TOPIC, NAMES, LIST, INVITE, KICK, MODE.

Sources: Modern IRC "Channel Operations"; RFC 2812 section 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from chatroom.core.names import is_room
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.numerics.rooms import tell_people_in
from chatroom.dialects.irc.verbs.table import check_number, targets, verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


@verb("JOIN", least=1)
def join(session: IrcSession, message: Message) -> None:
    """Go to rooms, each with its key; "0" leaves them all (RFC 2812 section 3.2.1)."""
    if message.params[0] == "0" and session.user is not None:
        for room in list(session.user.rooms.values()):
            session.call("part", (room.name,))
        return
    keys = message.param(1).split(",")
    wanted: dict[str, str] = {}  # each once, with the key that stands beside it
    for name, key in zip_longest(message.params[0].split(","), keys, fillvalue=""):
        if name:
            wanted.setdefault(name, key)
    for name, key in wanted.items():
        there = session.server.chat.room(name)
        if there is None or session.user not in there.members:  # a program that comes back must not turn one's terminal
            session.call("join", (name, key))


@verb("PART", least=1)
def part(session: IrcSession, message: Message) -> None:
    """Leave rooms."""
    for name in targets(message.params[0]):
        _call_in(session, name, "part", (name, message.param(1)))


def _call_in(session: IrcSession, room: str, row: str, words: Sequence[str]) -> None:
    """Call `row`, in whose IRC form the room is never left out; what can't be a room is refused."""
    if is_room(room):
        session.call(row, words)
    else:
        session.refuse(Refused(Why.NO_SUCH_ROOM, room=room))


@verb("TOPIC", least=1)
def topic(session: IrcSession, message: Message) -> None:
    """Show or change a topic; an empty one clears it."""
    _call_in(session, message.params[0], "topic", message.params[:2])


@verb("NAMES")
def names(session: IrcSession, message: Message) -> None:
    """Who is in rooms, or in all of them; what can't be seen is an empty list."""
    chat, asked = session.server.chat, targets(message.param(0))
    rooms = [chat.room(name) for name in asked] if asked else list(chat.rooms.values())
    seen = [room for room in rooms if room and room.is_open and room.is_visible_to(session.user)]
    session.cost += 1 + len(seen) / 10
    for room in seen:
        tell_people_in(room, session)
    session.numeric("366", message.param(0) or "*", "End of /NAMES list")


@verb("LIST")
def list_(session: IrcSession, message: Message) -> None:
    """The rooms there are, or those that fulfil conditions (ELIST)."""
    session.call("rooms", (",".join(message.params),))


@verb("INVITE")
def invite(session: IrcSession, message: Message) -> None:
    """Ask somebody into a room; without anything, list the rooms one was asked into."""
    if not message.param(0):
        session.call("invitations")
    elif not message.param(1):
        raise Refused(Why.USAGE)
    else:
        _call_in(session, message.params[1], "invite", message.params[:2])


@verb("KICK", least=2)
def kick(session: IrcSession, message: Message) -> None:
    """Put people out of a room, or each out of the room beside their name (RFC 2812 section 3.2.8)."""
    rooms, nicks = message.params[0].split(","), message.params[1].split(",")
    if len(rooms) == 1:
        rooms *= len(nicks)
    if len(rooms) != len(nicks):
        raise Refused(Why.USAGE)
    wanted = dict.fromkeys((room, nick) for room, nick in zip(rooms, nicks, strict=True) if room and nick)
    check_number([nick for _, nick in wanted])
    for room, nick in wanted:
        _call_in(session, room, "kick", (nick, room, message.param(2)))


@verb("MODE", least=1)
def mode(session: IrcSession, message: Message) -> None:
    """Show or change the modes of a room, or one's own."""
    target, *changes = message.params
    if is_room(target):
        session.call("mode", (target, *changes))
        return
    other = session.server.chat.user(target)
    if other is None:
        raise Refused(Why.NO_SUCH_PERSON, nick=target)
    if other is not session.user:
        raise Refused(Why.NOT_YOUR_MODES)
    session.call("usermode", ("".join(changes),) if changes else ())
