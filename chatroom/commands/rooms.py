"""Coming, going, and what a room is about."""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.table import Needs, Section
from chatroom.core.events import Event, Faced, Invited, Joined, Left, Opened, TopicChanged
from chatroom.core.modes import is_match
from chatroom.core.names import clip
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import (
    HasLeft,
    InviteSent,
    IsAway,
    NamesShown,
    Page,
    Reply,
    RoomShown,
    RoomsShown,
    TopicShown,
)
from chatroom.core.room import Room
from chatroom.core.user import User

rooms = Section("Rooms")
MAX_ROOMS = 100  # one person is in at once
TAIL = 10  # lines shown to someone who comes in


@rooms.command("join room [key]", cost=2, aliases=("j", "go"))
def join(call: Call, room: str, key: str = "") -> Iterator[Event | Reply]:
    """Go to a room, or turn to one you are in; a room that is not there is made."""
    call.chat.names.check_room(room)
    found = call.chat.room(room)
    if found is not None and call.user in found.members:
        yield Faced(call.who, found.name)
        return
    if len(call.user.rooms) >= MAX_ROOMS:
        raise Refused(Why.TOO_MANY_ROOMS, limit=MAX_ROOMS, room=room)
    if found is None or not found.is_open:
        yield Opened(call.who, found.name if found else room)
    else:
        found.check_entry(call.user, call.chat.folded_mask(call.who), key)
    yield Joined(call.who, found.name if found else room, call.user.realname, call.user.away)
    joined = call.room
    yield RoomShown(joined, _tail(call, joined))


def _tail(call: Call, room: Room) -> Page:
    records = call.server.history.page([room.folded], after=room.history_from, limit=TAIL + 1)
    return Page(room.name, records[-TAIL:], "tail", len(records) > TAIL)


@rooms.command("part [room] [reason...]", needs=Needs.MEMBER, aliases=("leave",))
def part(call: Call, room: Room, reason: str = "") -> Iterator[Event | Reply]:
    """Leave a room."""
    yield Left(call.who, room.name, clip(reason, call.chat.names.reason_length))
    yield HasLeft(room.name, call.user.facing)


@rooms.command("rooms [masks]", aliases=("list",), cost=2)
def list_rooms(call: Call, masks: str = "") -> Iterator[Event | Reply]:
    """List the rooms, how many are in each, and what they are about; "/rooms #tea*" lists some."""
    wanted = call.chat.names.fold(masks or "*").split(",")
    visible = [room for room in call.chat.rooms.values() if room.is_open and room.is_visible_to(call.user)]
    found = [room for room in visible if any(is_match(mask, room.folded) for mask in wanted)]
    yield RoomsShown(sorted(found, key=lambda room: (-len(room.members), room.folded)))


@rooms.command("names [room]", aliases=("n",))
def names(call: Call, room: Room) -> Iterator[Event | Reply]:
    """Show who is in a room; @ marks its operators, + those with a voice."""
    yield NamesShown(room)


@rooms.command("topic [room] [text...]", aliases=("t",))
def topic(call: Call, room: Room, text: str | None = None) -> Iterator[Event | Reply]:
    """Show what a room is about, or say it; "/topic -" clears it."""
    if text is None:
        yield TopicShown(room)
        return
    if call.user not in room.members:
        raise Refused(Why.NOT_MEMBER, room=room.name)
    if "t" in room.modes:
        room.check_operator(call.user)
    yield TopicChanged(call.who, room.name, clip(text, call.chat.names.topic_length))


@rooms.command("invite nick [room]", needs=Needs.MEMBER, cost=2)
def invite(call: Call, nick: User, room: Room) -> Iterator[Event | Reply]:
    """Ask somebody into a room you are in."""
    if "i" in room.modes:
        room.check_operator(call.user)
    if nick in room.members:
        raise Refused(Why.ALREADY_MEMBER, nick=nick.nick, room=room.name)
    yield Invited(call.who, room.name, nick.nick)
    yield InviteSent(room, nick.nick)
    if nick.away:
        yield IsAway(nick)
