"""Rooms: JOIN, PART, TOPIC, NAMES, LIST, INVITE, KICK, MODE.

Sources: Modern IRC "Channel Operations"; RFC 2812 section 3.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chatroom.core.names import is_room
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.verbs.table import some_targets, targets, verb
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
    for index, name in enumerate(targets(message.params[0])):
        session.call("join", (name, keys[index] if index < len(keys) else ""))


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
    """Who is in rooms; what can't be seen is an empty list."""
    for name in targets(message.param(0)) or ["*"]:
        room = session.server.chat.room(name)
        if room is not None and room.is_open and room.is_visible_to(session.user):
            session.call("names", (name,))
        else:
            session.numeric("366", name, "End of /NAMES list")


@verb("LIST")
def list_(session: IrcSession, message: Message) -> None:
    """The rooms there are, or some; other conditions are not for us (there is no ELIST in ISUPPORT)."""
    session.call("rooms", (",".join(filter(is_room, targets(message.param(0)))),))


@verb("INVITE", least=2)
def invite(session: IrcSession, message: Message) -> None:
    """Ask somebody into a room."""
    _call_in(session, message.params[1], "invite", message.params[:2])


@verb("KICK", least=2)
def kick(session: IrcSession, message: Message) -> None:
    """Put people out of a room."""
    for name in some_targets(message.params[1]):
        _call_in(session, message.params[0], "kick", (name, message.params[0], message.param(2)))


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
