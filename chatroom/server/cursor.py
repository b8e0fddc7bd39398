"""A lagging reader's place in the log: what its person heard since, a page at a time.

Strategy: the rooms the person is in when the lag begins are remembered, since others may put them out meanwhile; what is
read must be what they would have been told live, in that order, and no more. Their own commands are not read while they
lag, so nothing but others' deeds can change what they hear.
"""

from __future__ import annotations

from chatroom.core.chat import personal_place
from chatroom.core.events import KINDS, Invited, Kicked, Record, RoomEvent
from chatroom.core.names import Names
from chatroom.core.user import User
from chatroom.storage.history import History

PAGE = 200  # records read at once
_ALL_KINDS = tuple(KINDS)


class Cursor:
    """Reads on from event `number`, the last one the reader has; `user` is None before somebody has entered."""

    def __init__(self, history: History, names: Names, user: User | None, number: int) -> None:
        self.number = number
        self._history = history
        self._names = names
        self._user = user
        self._places = [*user.rooms, personal_place(user.folded)] if user else []

    def read(self, last: int) -> list[Record]:
        """The next page; `number` is `last`, that of the newest event, when there is no more."""
        records = self._history.page(self._places, after=self.number, limit=PAGE, kinds=_ALL_KINDS, oldest=True)
        self.number = records[-1].number if len(records) == PAGE else last
        once = {record.number: record for record in records}  # one in two of their rooms comes for each
        return [record for record in once.values() if self._is_heard(record)]

    def _is_heard(self, record: Record) -> bool:
        event = record.event
        if isinstance(event, RoomEvent) and self._names.fold(event.room) not in self._places:
            return isinstance(event, Invited) and self._is_me(event.nick)
        if isinstance(event, Kicked) and self._is_me(event.nick):
            self._places.remove(self._names.fold(event.room))
        return not self._is_ignored(event.who.nick)

    def _is_me(self, nick: str) -> bool:
        return self._user is not None and self._names.fold(nick) == self._user.folded

    def _is_ignored(self, nick: str) -> bool:
        folded = self._names.fold(nick)
        return self._user is not None and any(other.folded == folded for other in self._user.ignoring)
