"""The chat: `happen` numbers what happens, changes the state accordingly, records it, and says who hears.

Strategy: one door. Whatever changes who is where or who may do what is an event that went through `happen`; nothing
else changes a user or a room. Applying is deterministic (no clock, no chance, no I/O, no iteration over sets), so
that the same events make the same chat anywhere. Who hears is decided in the same place: for a leaving those who
were there before it, for a joining those after. `happen` is never entered from within itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

from chatroom.core import events as ev
from chatroom.core.events import Record, Who
from chatroom.core.modes import ROOM_MODES, ModeKind
from chatroom.core.names import Names
from chatroom.core.refusals import Refused
from chatroom.core.room import Room, Topic
from chatroom.core.user import User

Deliver = Callable[[Record, Collection[User], Any], None]


def personal_place(folded_nick: str) -> str:
    """Under which name that is kept which concerns one person, whatever rooms they are in."""
    return f"@{folded_nick}"


class Heard(NamedTuple):
    """Whose history an event belongs to (folded), and who hears of it now."""

    places: tuple[str, ...]
    hearers: Collection[User]


class Chat:
    """All rooms and everybody in them.

    `clock` gives milliseconds since 1970; `record` stores a record; `deliver` tells it to those who hear, `origin`
    (the connection that caused it, if one did) being told in its own way.
    """

    def __init__(
        self, clock: Callable[[], int], record: Callable[[Record], None], deliver: Deliver, names: Names | None = None
    ) -> None:
        self.names = names or Names()
        self.users: dict[str, User] = {}  # by folded nick
        self.rooms: dict[str, Room] = {}  # by folded name; closed ones of which something is kept, too
        self.number = 0
        self.time = 0
        self.invisible = 0  # how many people are; counted along, as every newcomer is told
        self.open_rooms = 0  # how many rooms are; likewise
        self.sealed: Refused | None = None  # why nothing can be recorded just now
        self._clock = clock
        self._record = record
        self._deliver = deliver
        self._consequences: deque[tuple[ev.Event, Any]] = deque()  # what has to follow, and what caused it

    # ---- questions

    def user(self, nick: str) -> User | None:
        """Who is called `nick`."""
        return self.users.get(self.names.fold(nick))

    def room(self, name: str) -> Room | None:
        """The room called `name`, open or closed."""
        return self.rooms.get(self.names.fold(name))

    def folded_mask(self, who: Who) -> str:
        """What bans and other masks are compared with."""
        return self.names.fold(who.mask)

    def private_place(self, nick: str, other: str) -> str:
        """Under which name the private talk of two people is kept."""
        return " ".join(sorted((self.names.fold(nick), self.names.fold(other))))

    # ---- the one door

    def happen(self, event: ev.Event, origin: Any = None) -> Record:
        """Let `event` happen. Raise Refused, and change nothing, while nothing can be recorded (leaving always can)."""
        if self.sealed and not isinstance(event, (ev.Quit, ev.Left)):
            raise self.sealed
        record = self._happen(event, origin)
        while self._consequences:
            self._happen(*self._consequences.popleft())
        return record

    def _happen(self, event: ev.Event, origin: Any) -> Record:
        self.time = max(self.time, self._clock())
        if event.stored:
            self.number += 1
        places, hearers = _APPLY[type(event)](self, event)
        record = Record(self.number, self.time, event, places)
        if event.stored:
            self._record(record)
        self._deliver(record, hearers, origin)
        return record

    def remember(self, records: Iterable[Record]) -> None:
        """Take the state of the rooms from what was recorded before; nobody hears, nothing is recorded again."""
        for record in records:
            self.number, self.time = record.number, record.time
            _APPLY[type(record.event)](self, record.event)

    def resume(self, number: int, time: int, who: Who, permanent: Iterable[str] = ()) -> None:
        """Go on after event `number`: the permanent rooms exist, and rooms that a crash left open close."""
        self.number, self.time = max(self.number, number), max(self.time, time, self._clock())
        for name in permanent:
            room = self._room_for(name)
            self.open_rooms += not room.is_open
            room.is_permanent = room.is_open = True
            room.is_hidden = False
            room.modes.setdefault("n", "")
        for room in [room for room in self.rooms.values() if room.is_open and not room.is_permanent]:
            self.happen(ev.Closed(who, room.name))

    # ---- what each kind of event does

    def _room_for(self, name: str) -> Room:
        folded = self.names.fold(name)
        if folded not in self.rooms:
            self.rooms[folded] = Room(name, folded, self.time)
        return self.rooms[folded]

    def _user_of(self, event: ev.Event) -> User:
        return self.users[self.names.fold(event.who.nick)]

    def _entered(self, event: ev.Entered) -> Heard:
        folded = self.names.fold(event.who.nick)
        self.users[folded] = User(event.who, folded, event.realname, self.time)
        return Heard((), ())

    def _quit(self, event: ev.Quit) -> Heard:
        user = self._user_of(event)
        neighbours = user.neighbours()
        del neighbours[user]
        places = tuple(user.rooms)
        for room in user.rooms.values():
            self._remove(user, room, event.who)
        for other in user.ignored_by:
            other.ignoring.pop(user, None)
        for other in user.ignoring:
            other.ignored_by.pop(user, None)
        for room in user.invitations:
            room.invited.pop(user, None)
        user.rooms, user.facing, user.answers_to = {}, None, None
        self.invisible -= user.is_invisible
        del self.users[user.folded]
        return Heard(places, neighbours)

    def _renamed(self, event: ev.Renamed) -> Heard:
        user = self._user_of(event)
        del self.users[user.folded]
        user.who = user.who._replace(nick=event.nick)
        user.folded = self.names.fold(event.nick)
        self.users[user.folded] = user
        return Heard(tuple(user.rooms), user.neighbours())

    def _away(self, event: ev.AwayChanged) -> Heard:
        user = self._user_of(event)
        user.away = event.message
        return Heard(tuple(user.rooms), user.neighbours())

    def _user_modes(self, event: ev.UserModesChanged) -> Heard:
        user = self._user_of(event)
        self.invisible -= user.is_invisible
        for change in event.changes:
            if change.adding:
                user.modes[change.letter] = None
            else:
                user.modes.pop(change.letter, None)
        self.invisible += user.is_invisible
        return Heard((personal_place(user.folded),), (user,))

    def _faced(self, event: ev.Faced) -> Heard:
        user = self._user_of(event)
        user.facing = self.room(event.room)
        return Heard((), (user,))

    def _ignored(self, event: ev.Ignored) -> Heard:
        user, other = self._user_of(event), self.users[self.names.fold(event.nick)]
        user.ignoring[other] = None
        other.ignored_by[user] = None
        return Heard((), ())

    def _unignored(self, event: ev.Unignored) -> Heard:
        user, other = self._user_of(event), self.users[self.names.fold(event.nick)]
        user.ignoring.pop(other, None)
        other.ignored_by.pop(user, None)
        return Heard((), ())

    def _told(self, event: ev.Told) -> Heard:
        user, other = self._user_of(event), self.users[self.names.fold(event.to.nick)]
        user.spoke = self.time
        both = dict.fromkeys((personal_place(user.folded), personal_place(other.folded)))
        places = (self.private_place(user.nick, other.nick), *both)
        if user in other.ignoring:
            return Heard(places, (user,))
        other.answers_to = user
        return Heard(places, (user, other) if user is not other else (user,))

    def _said(self, event: ev.Said) -> Heard:
        room = self.rooms[self.names.fold(event.room)]
        user = self._user_of(event)
        user.spoke = self.time
        hearers: Collection[User] = room.members
        if user.ignored_by:
            hearers = [member for member in hearers if member not in user.ignored_by]
        return Heard((room.folded,), hearers)

    def _opened(self, event: ev.Opened) -> Heard:
        room = self._room_for(event.room)
        self.open_rooms += not room.is_open
        room.open(self.time)
        return Heard((room.folded,), ())

    def _closed(self, event: ev.Closed) -> Heard:
        room = self._room_for(event.room)
        self.open_rooms -= room.is_open
        room.close(self.number)
        if not room.leaves_something:
            del self.rooms[room.folded]
        return Heard((room.folded,), ())

    def _joined(self, event: ev.Joined) -> Heard:
        room, user = self.rooms[self.names.fold(event.room)], self._user_of(event)
        room.members[user] = "" if room.members or room.is_permanent else "o"
        room.invited.pop(user, None)
        user.invitations.pop(room, None)
        user.rooms[room.folded] = user.facing = room
        return Heard((room.folded,), room.members)

    def _left(self, event: ev.Left) -> Heard:
        return self._goes(self._user_of(event), event)

    def _kicked(self, event: ev.Kicked) -> Heard:
        user = self.users[self.names.fold(event.nick)]
        faced = user.facing
        heard = self._goes(user, event)
        if user.facing is not faced:  # through no doing of theirs, so they are told, by a connection of their own
            turned = ev.Faced(user.who, user.facing.name if user.facing else "")
            self._consequences.append((turned, next(iter(user.outboxes), None)))
        return heard

    def _goes(self, user: User, event: ev.RoomEvent) -> Heard:
        room = self.rooms[self.names.fold(event.room)]
        hearers = tuple(room.members)
        del user.rooms[room.folded]
        if user.facing is room:
            user.facing = next(reversed(user.rooms.values()), None)
        self._remove(user, room, event.who)
        return Heard((room.folded,), hearers)

    def _remove(self, user: User, room: Room, by: Who) -> None:
        del room.members[user]
        if not room.members and not room.is_permanent:
            self._consequences.append((ev.Closed(by, room.name), None))

    def _invited(self, event: ev.Invited) -> Heard:
        room, guest = self.rooms[self.names.fold(event.room)], self.users[self.names.fold(event.nick)]
        if room.is_operator(self._user_of(event)):  # others may ask somebody in, but open no door
            room.invited[guest] = guest.invitations[room] = None
        return Heard((personal_place(guest.folded),), (guest,))

    def _topic(self, event: ev.TopicChanged) -> Heard:
        room = self._room_for(event.room)
        room.topic = Topic(event.text, event.who.mask, self.time) if event.text else None
        return Heard((room.folded,), room.members)

    def _modes(self, event: ev.ModesChanged) -> Heard:
        room = self._room_for(event.room)
        for change in event.changes:
            folded = self.names.fold(change.value)
            if ROOM_MODES.get(change.letter) is not ModeKind.PRIVILEGE:
                room.change_mode(change, folded, event.who.mask, self.time)
            elif (member := self.users.get(folded)) in room.members:
                room.change_privilege(member, change)
        return Heard((room.folded,), room.members)


_APPLY: dict[type[ev.Event], Callable[[Chat, Any], Heard]] = {
    ev.Entered: Chat._entered,
    ev.Quit: Chat._quit,
    ev.Renamed: Chat._renamed,
    ev.AwayChanged: Chat._away,
    ev.UserModesChanged: Chat._user_modes,
    ev.Faced: Chat._faced,
    ev.Ignored: Chat._ignored,
    ev.Unignored: Chat._unignored,
    ev.Told: Chat._told,
    ev.Said: Chat._said,
    ev.Opened: Chat._opened,
    ev.Closed: Chat._closed,
    ev.Joined: Chat._joined,
    ev.Left: Chat._left,
    ev.Kicked: Chat._kicked,
    ev.Invited: Chat._invited,
    ev.TopicChanged: Chat._topic,
    ev.ModesChanged: Chat._modes,
}
