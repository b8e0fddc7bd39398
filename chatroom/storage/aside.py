"""Searching a log beside its writer, for a thread: what takes long must not hold up those who talk.

Strategy: each search runs on a connection of its own that can only read, in one transaction, so that no part of the
index goes away while it is read. Connections are kept for the next search. Only what is committed is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from queue import Empty, SimpleQueue

import apsw

from chatroom.core.events import Record
from chatroom.storage import searching
from chatroom.storage.layout import connect


class Aside:
    """Searches in the log at `path`. All of it may be called from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: SimpleQueue[apsw.Connection] = SimpleQueue()

    def search(self, places: Mapping[str, int], words: str, limit: int) -> list[Record]:
        """The newest records said in `places` (each after its number) that hold all the words, oldest first.

        Raises apsw.Error when the file can't be read.
        """
        database = self._connection()
        try:
            database.execute("BEGIN")
            found = searching.search(database, places, words, limit)
            database.execute("COMMIT")
        except BaseException:
            database.close()
            raise
        self._idle.put(database)
        return found

    def close(self) -> None:
        """Let go of the file."""
        while (database := self._kept()) is not None:
            database.close()

    def _connection(self) -> apsw.Connection:
        return self._kept() or connect(self._path, read_only=True)

    def _kept(self) -> apsw.Connection | None:
        try:
            return self._idle.get_nowait()
        except Empty:
            return None
