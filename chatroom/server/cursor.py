"""A lagging reader's place in the log: what its person heard since, a page at a time.

Strategy: the rooms the person is in and whom they ignore when the lag begins are remembered, since others may put them
out or take other names meanwhile; what is read must be what they would have been told live, in that order, and no more.
Their own commands are not read while they lag, so only others' deeds change what they hear.
"""

from __future__ import annotations

from collections.abc import Collection

from chatroom.core.apply.table import personal_place
from chatroom.core.events import Event, Kicked, Left, Quit, Record, Renamed, Said, Told
from chatroom.core.names import Names
from chatroom.core.user import User
from chatroom.storage.history import History

PAGE = 200  # records read at once


class Cursor:
    """Reads on from event `number`, the last one the reader has; `user` is None before somebody has entered."""

    def __init__(self, history: History, names: Names, user: User | None, number: int) -> None:
        self.number = number
        self._history = history
        self._fold = names.fold
        self._me = user.folded if user else ""
        self._places = dict.fromkeys((*user.rooms, personal_place(user.folded)) if user else ())
        self._ignored = {other.folded for other in user.ignoring} if user else set()

    def include(self, places: Collection[str]) -> None:
        """Read these places too: the first event that is missed has just happened there."""
        self._places.update(dict.fromkeys(places))

    def read(self, last: int) -> list[Record]:
        """The next page; `number` is `last`, that of the newest event, when there is no more."""
        records = self._history.page(self._places, after=self.number, limit=PAGE, kinds=None, oldest=True)
        self.number = records[-1].number if len(records) == PAGE else last
        heard: dict[int, Record] = {}
        for record in records:  # an event in two of their rooms comes once for each
            if record.places[0] in self._places and record.number not in heard and self._is_heard(record.event):
                heard[record.number] = record
        return list(heard.values())

    def _is_heard(self, event: Event) -> bool:
        if isinstance(event, (Said, Told)):
            return self._fold(event.who.nick) not in self._ignored
        self._follow(event)
        return True

    def _follow(self, event: Event) -> None:
        """Keep in step with what changes what they hear."""
        name = self._fold(event.who.nick)
        if (isinstance(event, Kicked) and self._fold(event.nick) == self._me) or (
            isinstance(event, Left) and name == self._me
        ):
            del self._places[self._fold(event.room)]
        elif isinstance(event, Quit):
            self._ignored.discard(name)
        elif isinstance(event, Renamed) and name in self._ignored:
            self._ignored.add(self._fold(event.nick))
