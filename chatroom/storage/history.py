"""The event log, in SQLite.

Strategy: `append` only remembers; `commit` writes all that was appended since in one transaction, so that a busy
turn of the loop shares one sync. Whoever reads first has what is pending written (not committed) into the same
transaction, so a page never lacks what just happened; once a commit has failed, reads show only what is on disk, until
one succeeds. The search index follows behind: an event is on disk at once, found a moment later.

Every event is hashed, and every commit writes the running hash (chain.py). Which events are read at a start is kept
along with them (shaping.py). The journal is carried into the file by whoever runs the schedule (`checkpoint`), never
in the middle of a commit.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import apsw

from chatroom.core.events import Record
from chatroom.core.names import fold_ascii
from chatroom.storage import chain, pages, searching
from chatroom.storage.aside import Aside
from chatroom.storage.layout import FILE, LOOP_PATIENCE, VERSION, HistoryError, connect, prepare
from chatroom.storage.records import ERASED, Row, decoded, encoded
from chatroom.storage.shaping import Fold, place_of, remaining, reshaped

__all__ = ["FILE", "INDEX_BATCH", "VERSION", "History", "HistoryError", "connect"]

INDEX_BATCH = 250  # events put into the search index at a time, a few milliseconds
MERGED = 32  # pages of it brought together at a time
_LASTING = """
SELECT group_concat(slot, char(10)), number, time, kind, places, body
FROM shaping JOIN events USING (number) GROUP BY number ORDER BY number
"""


class History:
    """The log in one file. `durability` is "fsync" (survives a power cut) or "os" (survives a killed process).

    `fold` gives the form in which names are compared. `kept` is where an older version's file went, if it was one.
    Raises HistoryError when the file is no log that can be used. All but `checkpoint_aside` is for one thread.
    """

    def __init__(self, path: Path, durability: str = "fsync", fold: Fold = fold_ascii) -> None:
        self.path = path
        self.journal_pages = 0  # how long the journal was after the last commit
        self.aside = Aside(path)
        self._fold = fold
        self._pending: list[tuple[Record, Row]] = []
        self._written = 0  # how many of them are in the open transaction already
        self._statements: list[tuple[str, tuple[str | int, ...]]] = []  # pending too, for what is kept beside the log
        self._executed = 0  # how many of those are in the open transaction already
        self._is_open = False  # whether a transaction is
        self._is_refused = False  # whether the disk refused what is pending
        try:
            self.database = connect(path)
            self.kept = prepare(self.database, path, fold)
            self._tune(durability)
            self.head = self._link("head")
            self.base = self._link("base")
        except (apsw.Error, OSError, ValueError) as error:
            raise HistoryError(
                f"{path}: can't be used as a history ({error}). Restore a backup or move it away."
            ) from error
        self._indexed_to = int(self.fact("indexed_to", "0"))

    def _tune(self, durability: str) -> None:
        database = self.database
        database.pragma("journal_mode", "wal")
        database.pragma("synchronous", "full" if durability == "fsync" else "normal")
        database.pragma("secure_delete", "fast")  # what is erased is overwritten, where that costs no writing
        database.set_wal_hook(self._committed)  # in place of SQLite's own checkpoints, which stall a commit
        database.set_busy_timeout(LOOP_PATIENCE)
        database.execute("SELECT count(*) FROM facts").fetchall()  # one that has not read can't checkpoint

    def _committed(self, _database: apsw.Connection, _name: str, journal_pages: int) -> int:
        self.journal_pages = journal_pages
        return apsw.SQLITE_OK

    def close(self) -> None:
        """Commit what is pending and let go of the file. Raises HistoryError when the disk refuses even then."""
        try:
            self.commit()
        except apsw.Error as error:
            raise HistoryError(
                f"{self.path}: the last events could not be written ({error}). Nobody was shown them."
            ) from error
        finally:
            self.aside.close()
            self.database.close()

    # ---- writing

    def append(self, record: Record) -> None:
        """Take a record into what the next commit writes."""
        row = encoded(record)
        self._pending.append((record, row))
        self.head = self.head.after(record.number, row[-1])

    def commit(self) -> None:
        """Make durable all that was appended. On apsw.Error nothing is lost: it stays pending, for the next try."""
        if not (self._pending or self._statements or self._is_open):
            return
        try:
            self._write()
            if self._pending:
                self._put_fact("head", str(self.head))
            self.database.execute("COMMIT")
        except apsw.Error:
            self._is_refused = bool(self._pending or self._statements)
            self.roll_back()
            raise
        self._is_open = self._is_refused = False
        self._pending.clear()
        self._statements.clear()
        self._written = self._executed = 0

    def _write(self) -> None:
        """Write what is pending into the open transaction, without committing it."""
        self.begin()
        new = self._pending[self._written :]
        self.database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", [row for _, row in new])
        self.database.executemany(
            "INSERT INTO places VALUES (?, ?, ?)",
            [(place, r.number, r.event.kind) for r, _ in new for place in r.places],
        )
        for record, _ in new:
            if record.event.lasting:
                self._shape(record)
            if record.event.erases:
                self.erase(record.event.erases)
        self._written = len(self._pending)
        for statement, values in self._statements[self._executed :]:
            self.database.execute(statement, values)
        self._executed = len(self._statements)

    def _shape(self, record: Record) -> None:
        """Note what is to be read at a start, now that this has happened."""
        place = place_of(record)
        rows: Any = self.database.execute("SELECT slot, number FROM shaping WHERE place = ?", (place,))
        held = dict(rows)
        after = reshaped(held, record, self._fold)
        self.database.executemany(
            "DELETE FROM shaping WHERE place = ? AND slot = ?", [(place, slot) for slot in held.keys() - after.keys()]
        )
        self.database.executemany(
            "REPLACE INTO shaping VALUES (?, ?, ?)",
            [(place, slot, number) for slot, number in after.items() if held.get(slot) != number],
        )
        for number in set(held.values()) - set(after.values()):
            if number <= self.base.number:  # kept only because it shaped the rooms
                self.remove(number)

    def erase(self, number: int) -> None:
        """Take the words of an event away, with the next commit; its number, its time and its digest stay."""
        self.begin()
        if self._delist(number) == "said":
            searching.take_out(self.database, number)
        self.database.execute("UPDATE events SET kind = ?, places = '', body = '{}' WHERE number = ?", (ERASED, number))

    def _delist(self, number: int) -> str:
        """Take an event out of the history of its places; its kind, "" when there is no such event."""
        row: Any = self.database.execute("SELECT places, kind FROM events WHERE number = ?", (number,)).fetchone()
        if row is None:
            return ""
        for place in chain.separate(row[0]):
            self.database.execute("DELETE FROM places WHERE place = ? AND number = ?", (place, number))
        return str(row[1])

    def remove(self, number: int) -> None:
        """Delete an event that comes before the base, with the next commit; its words go with their part."""
        self._delist(number)
        self.database.execute("DELETE FROM events WHERE number = ?", (number,))

    def move_base(self, base: chain.Link) -> None:
        """Begin the log after `base`, with the next commit: what came before is gone, but for what shapes rooms."""
        searching.drop_before(self.database, base.number)
        self._put_fact("base", str(base))
        self.base = base

    def begin(self) -> None:
        """Open the transaction that the next commit ends, unless it is open."""
        if not self._is_open:
            self.database.execute("BEGIN IMMEDIATE")
            self._is_open = True

    def roll_back(self) -> None:
        """Undo what is in the open transaction; what was appended stays pending."""
        self._is_open, self._written, self._executed = False, 0, 0
        if self.database.in_transaction:
            self.database.execute("ROLLBACK")
        self._indexed_to = int(self.fact("indexed_to", "0"))
        self.base = self._link("base")

    def _see_pending(self) -> None:
        """Have reads include what is pending. A disk that refuses must not stop reading what it holds."""
        is_waiting = len(self._pending) > self._written or len(self._statements) > self._executed
        if is_waiting and not self._is_refused:
            try:
                self._write()
            except apsw.Error:
                self.roll_back()

    # ---- what is kept beside the log

    def write(self, statement: str, values: tuple[str | int, ...] = ()) -> None:
        """Have the next commit execute a statement on the tables beside the log, after what was appended."""
        self._statements.append((statement, values))

    def read(self, query: str, values: tuple[str | int, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows that answer a query, what is pending included."""
        self._see_pending()
        return self.database.execute(query, values).fetchall()

    def fact(self, name: str, default: str) -> str:
        """What the file says of itself under `name`; `default` is kept when it says nothing yet."""
        row = self.database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        if row is None:
            self.database.execute("INSERT INTO facts VALUES (?, ?)", (name, default))
            return default
        return str(row[0])

    def _put_fact(self, name: str, value: str) -> None:
        self.database.execute("REPLACE INTO facts VALUES (?, ?)", (name, value))

    def _link(self, name: str) -> chain.Link:
        return chain.parse(self.fact(name, str(chain.START)))

    # ---- the search index

    def index(self, limit: int = INDEX_BATCH) -> bool:
        """Put the next `limit` events into the search index, with the next commit. Whether more are waiting.

        On apsw.Error nothing of it is done.
        """
        self._see_pending()
        last = pages.last(self.database)[0]
        upto = min(last, self._indexed_to + limit)
        if upto > self._indexed_to:
            try:
                self.begin()
                searching.take_in(self.database, self._indexed_to, upto)
                self._put_fact("indexed_to", str(upto))
                self._indexed_to = upto
            except apsw.Error:
                self.roll_back()
                raise
        return upto < last

    def merge(self) -> bool:
        """Bring parts of the search index together, with the next commit. Whether there is more to do.

        On apsw.Error nothing of it is done.
        """
        try:
            self.begin()
            return searching.merge(self.database, MERGED, newest=2)
        except apsw.Error:
            self.roll_back()
            raise

    def search(self, places: Mapping[str, int], words: str, *, limit: int) -> list[Record]:
        """The newest records said in `places` (each after its number) that hold all the words, oldest first.

        Of what was said in the last second some may be missing, on a busy server: the index is behind by that.
        """
        with contextlib.suppress(apsw.Error):  # a disk that refuses must not stop finding what is in it already
            self.index()
        return searching.search(self.database, places, words, limit)

    # ---- the journal

    def checkpoint(self) -> None:
        """Carry into the file what is left of the journal, and have it begin anew if it can."""
        if not self._is_open:
            self.database.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def checkpoint_aside(self) -> None:
        """Carry the journal into the file, on a connection of its own: what takes long, for another thread."""
        aside = connect(self.path)
        try:
            aside.pragma("wal_autocheckpoint", 0)
            aside.execute("SELECT count(*) FROM facts").fetchall()
            aside.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        finally:
            aside.close()

    # ---- reading

    def page(
        self,
        places: Collection[str],
        *,
        limit: int,
        after: int = 0,
        before: int | None = None,
        since: int = 0,
        kinds: Collection[str] | None = ("said",),
        oldest: bool = False,
    ) -> list[Record]:
        """At most `limit` records of `places` between two numbers (both excluded) and from the time `since` (ms) on.

        The newest ones, or the oldest; in either case oldest first. Of some kinds, or of all (None).
        """
        if not places:
            return []
        self._see_pending()
        after = max(after, self.number_at(since) - 1) if since else after
        return pages.page(self.database, places, after, before or pages.END, limit, kinds, oldest)

    def record(self, number: int) -> Record | None:
        """Event `number`, with all its places; None when there is none, or its words were taken back."""
        self._see_pending()
        return pages.record(self.database, number)

    def private_places(self, owner: str) -> list[tuple[str, int]]:
        """With whom `owner` (a key, see User.key) talked in private: each place, and the newest number said in it."""
        self._see_pending()
        return pages.private_places(self.database, owner)

    def lasting(self) -> Iterator[Record]:
        """What still shapes the rooms, in order; of what changed several things, those that hold."""
        for slots, *row in self.read(_LASTING):
            record = decoded(*row)
            event = remaining(record.event, set(slots.split("\n")), self._fold)
            yield record._replace(event=event, places=())

    def holding(self, word: str, after: int) -> list[Record]:
        """What was said after event `after` with a tag called `word`; for a start, since all of it is read."""
        return pages.holding(self.database, word, after)

    def last(self) -> tuple[int, int]:
        """Number and time (ms) of the newest event; zeros when there is none."""
        return pages.last(self.database)

    def time_after(self, number: int) -> int:
        """The time (ms) of the first event after event `number`; 0 when there is none."""
        return pages.time_after(self.database, number)

    def number_at(self, time: int) -> int:
        """The number of the first event at or after `time` (ms)."""
        self._see_pending()
        return pages.number_at(self.database, time)
