"""The chat: `happen` numbers what happens, changes the state accordingly, records it, and says who hears.

Strategy: one door. Whatever changes who is where or who may do what is an event that went through `happen`; nothing
else changes a user or a room. Applying is deterministic (no clock, no chance, no I/O, no iteration over sets), so
that the same events make the same chat anywhere. Who hears is decided in the same place: for a leaving those who
were there before it, for a joining those after. `happen` is never entered from within itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from chatroom.core import events as ev
from chatroom.core.account import Presence
from chatroom.core.apply import metadata, order, people, registered, rooms, talk, tokens  # noqa: F401 - they fill it
from chatroom.core.apply.table import APPLY
from chatroom.core.bars import Bars
from chatroom.core.ends import Ends
from chatroom.core.events import Record, Who
from chatroom.core.gone import Memory
from chatroom.core.names import Names
from chatroom.core.once import Once
from chatroom.core.refusals import Refused
from chatroom.core.room import Room
from chatroom.core.tokens import Token
from chatroom.core.user import User

Deliver = Callable[[Record, Collection[User], Any, Iterable[Any]], None]


_NOBODY: Mapping[Any, None] = {}


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
        self.by_account: dict[str, dict[User, None]] = {}  # who is logged in, by folded account, the first one first
        self.looks: dict[str, User] = {}  # by what their nick looks like
        self.rooms: dict[str, Room] = {}  # by folded name; closed ones of which something is kept, too
        self.guarded: dict[str, Room] = {}  # rooms that no new one may look like, by their guise
        self.moved: dict[str, int] = {}  # when a room was last called something else, by what it was called (folded)
        self.itself = Who("server", "", "")  # who did what nobody did
        self.watchers: dict[str, dict[Any, None]] = {}  # connections, by the folded nick they watch
        self.gone = Memory()  # names that people have left behind
        self.tokens: dict[str, Token] = {}  # by which scripts speak, by their folded names
        self.once = Once(self.names.fold)  # what programs may send again, not knowing whether it arrived
        self.ends = Ends()  # what was set for a time
        self.bars = Bars(self.names.fold)  # who may not come in
        self.offices: dict[str, str] = {}  # accounts whose owners are operators of the server, by folded name
        self.number = 0
        self.time = 0
        self.invisible = 0  # how many people are; counted along, as every newcomer is told
        self.operators = 0  # how many operators of the server are here; likewise
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

    def lookalike(self, nick: str) -> User | None:
        """Who is called `nick`, or what looks the same."""
        return self.looks.get(self.names.look(nick))

    def room(self, name: str) -> Room | None:
        """The room called `name`, open or closed."""
        return self.rooms.get(self.names.fold(name))

    def folded_mask(self, who: Who) -> str:
        """What bans and other masks are compared with."""
        return self.names.fold(who.mask)

    def key_of(self, user: User) -> str:
        """What `user`'s private talk is kept under: their account, or for guests what they are called."""
        return f"={self.names.fold(user.who.account)}" if user.who.account else user.folded

    def marker_key(self, target: str) -> str:
        """What up to when somebody has read `target`, a room or a person, is kept under, whatever a room is called."""
        room = self.room(target)
        return room.place if room is not None else self.names.fold(target)

    def watching(self, folded: str) -> Mapping[Any, None]:
        """The connections that want to know when somebody called `folded` comes and goes (MONITOR)."""
        return self.watchers.get(folded, _NOBODY)

    # ---- for connections, which are of no other concern here

    def watch(self, folded: str, outbox: Any) -> None:
        """Have `outbox` noticed of what somebody called `folded` does."""
        self.watchers.setdefault(folded, {})[outbox] = None

    def unwatch(self, folded: str, outbox: Any) -> None:
        """No longer."""
        watchers = self.watchers.get(folded, {})
        watchers.pop(outbox, None)
        if not watchers:
            self.watchers.pop(folded, None)

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
        places, hearers, watchers = APPLY[type(event)](self, event)
        record = Record(self.number, self.time, event, places)
        if event.stored:
            self._record(record)
        self._deliver(record, hearers, origin, watchers)
        return record

    def end_what_is_due(self) -> None:
        """Let happen what has to by now: what was set for a time ends."""
        while not self.sealed and (event := self.ends.due(self._clock(), self.itself)):
            self.happen(event)
            room = self.room(event.room) if isinstance(event, ev.RoomEvent) else None
            if room is not None and not room.is_open:  # perhaps that was all that was left of it
                self.forget_closed(room)

    def remember(self, records: Iterable[Record]) -> None:
        """Take the state of the rooms from what was recorded before; nobody hears, nothing is recorded again."""
        for record in records:
            self.number, self.time = record.number, record.time
            APPLY[type(record.event)](self, record.event)
        self._consequences.clear()  # they were recorded, too

    def resume(
        self, number: int, time: int, who: Who, permanent: Iterable[str] = (), present: Iterable[Presence] = ()
    ) -> None:
        """Go on after event `number`: the permanent rooms exist, those who stay are there, left rooms close."""
        self.number, self.time = max(self.number, number), max(self.time, time, self._clock())
        for name in permanent:
            room = self.room_for(name)
            self.open_rooms += not room.is_open
            room.is_permanent = room.is_open = True
            room.is_hidden = False
            room.modes.setdefault("n", "")
            self.guard(room)
        for room in [room for room in self.rooms.values() if not room.is_open]:
            self.forget_closed(room)  # of which only another spelling of its name was remembered
        self.itself = who
        for presence in present:
            people.bring_back(self, presence)
        passing = [room for room in self.rooms.values() if not (room.is_permanent or room.is_registered)]
        for room in [room for room in passing if room.is_open and not room.members]:
            self.happen(ev.Closed(who, room.name))

    # ---- for the functions that apply events

    def room_for(self, name: str) -> Room:
        """The room called `name`, made when there is none."""
        folded = self.names.fold(name)
        if folded not in self.rooms:
            self.rooms[folded] = Room(name, folded, self.time, place=self.place_for(folded))
        return self.rooms[folded]

    def guard(self, room: Room) -> None:
        """Have no new room look like this one, as long as it belongs to somebody or to the server."""
        guise = self.names.guise(room.folded)
        if room.is_registered or room.is_permanent:
            self.guarded.setdefault(guise, room)
        elif self.guarded.get(guise) is room:
            del self.guarded[guise]

    def forget_closed(self, room: Room) -> None:
        """Keep nothing of a closed room that leaves nothing, unless its history is another's than its name says."""
        if not (room.is_open or room.leaves_something) and room.place == self.place_for(room.folded):
            del self.rooms[room.folded]

    def place_for(self, folded: str) -> str:
        """Where the history of a new room of this name is kept; one that is called otherwise now keeps its own."""
        moved = self.moved.get(folded)
        return f"{folded},{moved}" if moved else folded

    def user_of(self, event: ev.Event) -> User:
        """Who did it."""
        return self.users[self.names.fold(event.who.nick)]

    def follow(self, event: ev.Event, origin: Any = None) -> None:
        """Let `event` happen as a consequence, right after the one that is being applied."""
        self._consequences.append((event, origin))
