"""A lagging reader's place in the log: what its person heard since, a page at a time.

Strategy: the rooms the person is in and whom they ignore when the lag begins are remembered, since others may put them
out or take other names meanwhile; what is read must be what they would have been told live, in that order, and no more.
Their own commands are not read while they lag, so only others' deeds, and those of other connections of theirs, change
what they hear. What the log has let go of before it was read is passed over, and said to be.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from chatroom.core.apply.table import personal_place
from chatroom.core.events import Event, Joined, Kicked, Left, Quit, Record, Renamed, Said, Told
from chatroom.core.modes import LETTERS
from chatroom.core.names import Names
from chatroom.core.replies import Reply, Skipped
from chatroom.core.user import User
from chatroom.storage.history import History

PAGE = 200  # records read at once
_SIGNS = "".join(LETTERS)  # before the place of a room: what is for some of its members


class Cursor:
    """Reads on from event `number`, the last one the reader has; `user` is None before somebody has entered.

    `tell` takes what is to be said before a page when the log no longer has what comes next.
    """

    def __init__(
        self,
        history: History,
        names: Names,
        user: User | None,
        number: int,
        tell: Callable[[Reply], None] = lambda reply: None,
    ) -> None:
        self.number = number
        self._time = history.last()[1]  # of what was read last
        self._tell = tell
        self._gone = 0  # the last event of which the reader was told that it is
        self._history = history
        self._fold = names.fold
        self._user = user
        self._me = user.folded if user else ""  # at this place in the log
        self._places = dict.fromkeys(_places_of(user) if user else (), 0)  # each with the first event that is theirs
        self._ignored = {other.folded for other in user.ignoring} if user else set()

    def include(self, places: Collection[str]) -> None:
        """Read these places too: the first event that is missed has just happened there."""
        self._places.update(dict.fromkeys(places, 0))

    def is_own_entry(self, record: Record) -> bool:
        """Whether `record`, which has just happened, is that they came into a room, by another of their connections."""
        return isinstance(record.event, Joined) and self._user is not None and record.event.who.nick == self._user.nick

    def as_now(self, record: Record) -> Record:
        """`record` of such a coming, as if they had been called then what they are now."""
        return record._replace(event=replace(record.event, who=self._user.who)) if self._user is not None else record

    def is_reading(self, record: Record) -> bool:
        """Whether what happens where `record` did is read."""
        return record.places[0] in self._places

    def enter(self, record: Record) -> None:
        """The person has just come into a room: read it too, from there on."""
        for place in record.places:
            self._places |= {place: record.number, place.lstrip(_SIGNS): record.number}

    def read(self, last: int) -> list[Record]:
        """The next page; `number` is `last`, that of the newest event, when there is no more."""
        base = self._history.base.number
        records = self._history.page(self._places, after=self.number, limit=PAGE, kinds=None, oldest=True)
        if base > max(self.number, self._gone):
            self._gone = base
            self._tell(Skipped(self._time, self._history.time_after(base)))
        self._time = records[-1].time if records else self._time
        self.number = records[-1].number if len(records) == PAGE else last
        heard: dict[int, Record] = {}
        for record in records:  # an event in two of their rooms comes once for each
            first = self._places.get(record.places[0])
            if first is not None and record.number >= first and record.number not in heard and self._is_heard(record):
                heard[record.number] = record
        return list(heard.values())

    def _is_heard(self, record: Record) -> bool:
        if isinstance(record.event, (Said, Told)):
            return self._fold(record.event.who.nick) not in self._ignored
        self._follow(record.event, record.places[0])
        return True

    def _follow(self, event: Event, place: str) -> None:
        """Keep in step with what changes what they hear."""
        name = self._fold(event.who.nick)
        if (isinstance(event, Kicked) and self._fold(event.nick) == self._me) or (
            isinstance(event, Left) and name == self._me
        ):
            for gone in [one for one in self._places if one.lstrip(_SIGNS) == place.lstrip(_SIGNS)]:
                del self._places[gone]
        elif isinstance(event, Quit):
            self._ignored.discard(name)
        elif isinstance(event, Renamed) and name in self._ignored:
            self._ignored.add(self._fold(event.nick))
        elif isinstance(event, Renamed) and name == self._me:
            self._me = self._fold(event.nick)
            self._places[personal_place(self._me)] = 0


def _places_of(user: User) -> list[str]:
    """Where that is kept which `user` hears."""
    return [*(place for room in user.rooms.values() for place in room.places_for(user)), personal_place(user.folded)]
