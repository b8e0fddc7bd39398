"""Coming, going, and what a room is about."""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.listing import wanted_rooms
from chatroom.commands.paces import await_entry, check_pace
from chatroom.commands.shelves import room_shelf
from chatroom.commands.table import Needs, Section
from chatroom.core.events import Event, Faced, Invited, Joined, Left, Opened, RoomRenamed, TopicChanged
from chatroom.core.modes import FOUNDER, HALF_OPERATOR
from chatroom.core.names import clip
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import (
    Forwarded,
    HasLeft,
    InvitationsShown,
    InviteSent,
    IsAway,
    NamesShown,
    Page,
    Reply,
    RoomShown,
    RoomsShown,
    TopicKept,
    TopicShown,
)
from chatroom.core.room import Room
from chatroom.core.user import User

rooms = Section("Rooms")
MAX_ROOMS = 100  # one person is in at once
MOST_RENAMED = 500  # people in a room whose name can change: each may have to be told who is in it
TAIL = 10  # lines shown to someone who comes in


@rooms.command("join room [key]", cost=2, aliases=("j", "go"))
def join(call: Call, room: str, key: str = "") -> Iterator[Event | Reply]:
    """Go to a room, or turn to one you are in; a room that is not there is made."""
    call.chat.names.check_room(room)
    found = await_entry(call, room)
    if found is None or not found.is_open:
        _check_not_too_many(call, room)
        if found is None:
            _check_look(call, room)
        else:
            found.check_ban(call.user, call.chat.names.fold, call.server.now)
        check_pace(call, "room")
        name = found.name if found else room
        yield Opened(call.who, name)
        yield from _enter(call, name)
        return
    for forwarded in _forwarding(call, found, key):
        yield forwarded
        found = call.chat.room(forwarded.to) or found
    if call.user in found.members:
        yield Faced(call.who, found.name)
        return
    _check_not_too_many(call, found.name)
    yield from _enter(call, found.name)


def _check_look(call: Call, name: str) -> None:
    """Raise Refused when a new room called `name` would be taken for one that is somebody's, or the server's."""
    other = call.chat.guarded.get(call.chat.names.guise(call.chat.names.fold(name)))
    if other is not None and other.folded != call.chat.names.fold(name):
        raise Refused(Why.ROOM_LOOKS_ALIKE, room=name, other=other.name)


def _forwarding(call: Call, room: Room, key: str) -> Iterator[Forwarded]:
    """From room to room until one lets the caller in; Refused when the last one does not, or is one of those before."""
    seen = [room]
    while call.user not in room.members:
        try:
            room.check_entry(call.user, call.chat.names.fold, key, call.server.now)
        except Refused:
            to = call.chat.room(room.modes.get("f", ""))
            if to is None or not to.is_open or to in seen:
                raise
            yield Forwarded(room.name, to.name)
            seen.append(to)
            room, key = to, ""
        else:
            return


def _check_not_too_many(call: Call, name: str) -> None:
    if len(call.user.rooms) >= MAX_ROOMS:
        raise Refused(Why.TOO_MANY_ROOMS, limit=MAX_ROOMS, room=name)


def _enter(call: Call, name: str) -> Iterator[Event | Reply]:
    yield Joined(call.who, name, call.user.realname, call.user.away)
    joined = call.room
    yield RoomShown(joined, _tail(call, joined), joined.seen_by(call.user))


def _tail(call: Call, room: Room) -> Page:
    records = room_shelf(room, call.user).page(call.server.history, limit=TAIL + 1)
    return Page(room.name, records[-TAIL:], "tail", len(records) > TAIL)


@rooms.command("part [room] [reason...]", needs=Needs.MEMBER, aliases=("leave",))
def part(call: Call, room: Room, reason: str = "") -> Iterator[Event | Reply]:
    """Leave a room."""
    yield Left(call.who, room.name, clip(reason, call.chat.names.reason_length))
    yield HasLeft(room.name, call.user.facing)


@rooms.command("rooms [conditions...]", aliases=("list",), cost=2)
def list_rooms(call: Call, conditions: str = "") -> Iterator[Event | Reply]:
    """List the rooms, how many are in each, and what they are about; "/rooms #tea*" lists some."""
    is_wanted = wanted_rooms(call, conditions)
    visible = [room for room in call.chat.rooms.values() if room.is_open and room.is_visible_to(call.user)]
    found = [room for room in visible if is_wanted(room)]
    yield RoomsShown(sorted(found, key=lambda room: (-len(room.members), room.folded)))


@rooms.command("names [room]", aliases=("n",))
def names(call: Call, room: Room) -> Iterator[Event | Reply]:
    """Show who is in a room; ~ marks its founders, @ operators, + those with a voice."""
    yield NamesShown(room, room.seen_by(call.user))


@rooms.command("topic [room] [text...]", aliases=("t",))
def topic(call: Call, room: Room, text: str | None = None) -> Iterator[Event | Reply]:
    """Show what a room is about, or say it; "/topic -" clears it."""
    if text is None:
        yield TopicShown(room)
        return
    if call.user not in room.members and not call.user.is_server_operator:
        raise Refused(Why.NOT_MEMBER, room=room.name)
    if "t" in room.modes:
        room.check_rank(call.user, HALF_OPERATOR)
    text = clip(text, call.chat.names.topic_length)
    if text == (room.topic.text if room.topic else ""):
        yield TopicKept(room)
    else:
        yield TopicChanged(call.who, room.name, text)


@rooms.command("invite nick [room]", needs=Needs.MEMBER, cost=2)
def invite(call: Call, nick: User, room: Room) -> Iterator[Event | Reply]:
    """Ask somebody into a room you are in."""
    if "i" in room.modes:
        room.check_rank(call.user, HALF_OPERATOR)
    if nick in room.members:
        raise Refused(Why.ALREADY_MEMBER, nick=nick.nick, room=room.name)
    check_pace(call, "invite")
    yield Invited(call.who, room.name, nick.nick)
    yield InviteSent(room, nick.nick)
    if nick.away:
        yield IsAway(nick)


@rooms.command("invitations", aliases=("invites",))
def invitations(call: Call) -> Iterator[Event | Reply]:
    """Show which rooms you were asked into and have not entered since."""
    yield InvitationsShown(list(call.user.invitations))


@rooms.command("rename room name [reason...]", needs=Needs.OPERATOR, cost=10)
def rename(call: Call, room: Room, name: str, reason: str = "") -> Iterator[Event | Reply]:
    """Call a room something else: "/rename #tee #tea". Its people, modes and history stay."""
    if room.is_registered:
        room.check_rank(call.user, FOUNDER)
    if name == room.name:
        raise Refused(Why.ROOM_NOT_RENAMED, room=room.name, name=name, problem="it is called so already.")
    try:
        call.chat.names.check_room(name)
    except Refused as refused:
        raise Refused(Why.ROOM_NOT_RENAMED, room=room.name, name=name, problem=refused.sentence) from refused
    other = call.chat.room(name)
    if call.chat.guarded.get(call.chat.names.guise(call.chat.names.fold(name))) is not room:
        _check_look(call, name)
    if other is not None and other.is_open and other is not room:
        raise Refused(Why.ROOM_NAME_TAKEN, room=room.name, name=other.name)
    if room.is_permanent or len(room.members) > MOST_RENAMED:
        problem = "the server counts on it." if room.is_permanent else f"more than {MOST_RENAMED} people are in it."
        raise Refused(Why.ROOM_NOT_RENAMED, room=room.name, name=name, problem=problem)
    yield RoomRenamed(call.who, room.name, name, clip(reason, call.chat.names.reason_length))
