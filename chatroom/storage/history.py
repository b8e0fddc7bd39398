"""The event log, in SQLite.

Strategy: `append` only remembers; `commit` writes all that was appended since in one transaction, so that a busy
turn of the loop shares one sync. Whoever reads first has what is pending written (not committed) into the same
transaction, so a page never lacks what just happened; once a commit has failed, reads show only what is on disk, until
one succeeds. The search index follows behind: an event is on disk at once, found a moment later, and `search` catches
up before it answers.

Events are JSON, one row each; `places` says in whose history a row belongs, as one event may belong to several
rooms. `lasting` rows shape the rooms and are all that is read at a start.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import apsw
import msgspec

from chatroom.core.events import KINDS, Record

FILE = "chatroom.db"
VERSION = 1  # of the file's layout, in user_version
INDEX_BATCH = 500  # events put into the search index at a time, a few milliseconds
PATIENCE = 5000  # milliseconds to wait for another connection's lock
LOOP_PATIENCE = 100  # the same where the loop waits: the log has one writer, so who else locks it is a stranger

_SCHEMA = """
CREATE TABLE events (
    number INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, lasting INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX lasting_events ON events (number) WHERE lasting;
CREATE TABLE places (
    place TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (place, number)) WITHOUT ROWID;
CREATE INDEX talk ON places (place, number) WHERE kind = 'said';
CREATE VIRTUAL TABLE words USING fts5 (
    nick, text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_KEEP_SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS markers (
    owner TEXT NOT NULL, target TEXT NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (owner, target)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS metadata (
    owner TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (owner, key)) WITHOUT ROWID;
"""
_COLUMNS = "SELECT events.number, events.time, events.kind, events.body, places.place"
# One limited walk along each place's index, then a merge: the cost does not depend on how long the log is.
_WALK = """
SELECT * FROM (SELECT place, number FROM places WHERE place = ? AND number > ? AND number < ? {kinds}
ORDER BY number {order} LIMIT ?)
"""
_PAGE = _COLUMNS + " FROM ({walks}) AS places JOIN events USING (number) ORDER BY number {order} LIMIT ?"
# CROSS JOIN keeps SQLite from asking the search index once for each line of a room.
_SEARCH = (
    _COLUMNS
    + """
FROM words CROSS JOIN places ON places.number = words.rowid CROSS JOIN events ON events.number = words.rowid
WHERE words MATCH ? AND ({places}) ORDER BY words.rowid DESC LIMIT ?
"""
)
_UNINDEXED = """
SELECT number, json_extract(body, '$.who[0]'), json_extract(body, '$.text')
FROM events WHERE number > ? AND number <= ? AND kind = 'said'
"""
# One step along the index for each place, however much was said in it.
_NEXT_PLACE = """
SELECT place, (SELECT max(number) FROM places AS inner WHERE inner.place = outer.place)
FROM places AS outer WHERE place > ? AND place < ? ORDER BY place LIMIT 1
"""
_END = 2**62
_NO_WORDS = {ord('"'): " ", 0: " "}  # what a quoted term of FTS5 can't hold
_encode = msgspec.json.Encoder().encode
_decoders = {kind: msgspec.json.Decoder(event) for kind, event in KINDS.items()}


class HistoryError(Exception):
    """The file can't be used; says which, why, and what to do."""


def connect(path: Path, read_only: bool = False) -> apsw.Connection:
    """Open a log's file with the settings every connection to it needs."""
    flags = apsw.SQLITE_OPEN_READONLY if read_only else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    if not read_only and not path.exists() and path.parent.is_dir():
        path.touch(0o600)  # it holds private talk; SQLite gives the files beside it the same rights
    database = apsw.Connection(str(path), flags=flags)
    database.set_busy_timeout(PATIENCE)
    return database


class History:
    """The log in one file. `durability` is "fsync" (survives a power cut) or "os" (survives a killed process).

    Raises HistoryError when the file is no log of this version. `append` and `commit` are for one thread.
    """

    def __init__(self, path: Path, durability: str = "fsync") -> None:
        self.path = path
        self._pending: list[tuple[Record, bytes]] = []
        self._written = 0  # how many of them are in the open transaction already
        self._statements: list[tuple[str, tuple[str | int, ...]]] = []  # pending too, for what is kept beside the log
        self._executed = 0  # how many of those are in the open transaction already
        self._is_open = False  # whether a transaction is
        self._is_refused = False  # whether the disk refused what is pending
        try:
            self._database = connect(path)
            self._prepare(durability)
        except apsw.Error as error:
            raise HistoryError(
                f"{path}: can't be used as a history ({error}). Restore a backup or move it away."
            ) from error
        self._indexed_to = int(self.fact("indexed_to", "0"))

    def _prepare(self, durability: str) -> None:
        self._database.pragma("journal_mode", "wal")
        self._database.pragma("synchronous", "full" if durability == "fsync" else "normal")
        version = self._database.pragma("user_version")
        if version == 0:
            with self._database:
                self._database.execute(_SCHEMA)
                self._database.pragma("user_version", VERSION)
        elif version != VERSION:
            raise HistoryError(f"{self.path}: was written by another version ({version}; this one reads {VERSION}).")
        with self._database:
            self._database.execute(_KEEP_SCHEMA)
        self._database.set_busy_timeout(LOOP_PATIENCE)

    def close(self) -> None:
        """Commit what is pending and let go of the file. Raises HistoryError when the disk refuses even then."""
        try:
            self.commit()
        except apsw.Error as error:
            raise HistoryError(
                f"{self.path}: the last events could not be written ({error}). Nobody was shown them."
            ) from error
        finally:
            self._database.close()

    # ---- writing

    def append(self, record: Record) -> None:
        """Take a record into what the next commit writes."""
        self._pending.append((record, _encode(record.event)))

    def commit(self) -> None:
        """Make durable all that was appended. On apsw.Error nothing is lost: it stays pending, for the next try."""
        if not (self._pending or self._statements or self._is_open):
            return
        try:
            self._write()
            self._database.execute("COMMIT")
        except apsw.Error:
            self._is_refused = bool(self._pending or self._statements)
            self._roll_back()
            raise
        self._is_open = self._is_refused = False
        self._pending.clear()
        self._statements.clear()
        self._written = self._executed = 0

    def _write(self) -> None:
        """Write what is pending into the open transaction, without committing it."""
        self._begin()
        new = self._pending[self._written :]
        self._database.executemany(
            "INSERT INTO events VALUES (?, ?, ?, ?, ?)",
            [(r.number, r.time, r.event.kind, r.event.lasting, body.decode()) for r, body in new],
        )
        self._database.executemany(
            "INSERT INTO places VALUES (?, ?, ?)",
            [(place, r.number, r.event.kind) for r, _ in new for place in r.places],
        )
        for record, _ in new:
            if record.event.erases:
                self._erase(record.event.erases)
        self._written = len(self._pending)
        for statement, values in self._statements[self._executed :]:
            self._database.execute(statement, values)
        self._executed = len(self._statements)

    def _erase(self, number: int) -> None:
        """Take the words of an event away; its number and time stay."""
        self._database.execute("UPDATE events SET kind = 'erased', body = '{}' WHERE number = ?", (number,))
        self._database.execute("DELETE FROM places WHERE number = ?", (number,))
        self._database.execute("DELETE FROM words WHERE rowid = ?", (number,))

    def _begin(self) -> None:
        if not self._is_open:
            self._database.execute("BEGIN IMMEDIATE")
            self._is_open = True

    def _roll_back(self) -> None:
        self._is_open, self._written, self._executed = False, 0, 0
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")
        self._indexed_to = int(self.fact("indexed_to", "0"))

    def _see_pending(self) -> None:
        """Have reads include what is pending. A disk that refuses must not stop reading what it holds."""
        is_waiting = len(self._pending) > self._written or len(self._statements) > self._executed
        if is_waiting and not self._is_refused:
            try:
                self._write()
            except apsw.Error:
                self._roll_back()

    # ---- what is kept beside the log

    def write(self, statement: str, values: tuple[str | int, ...] = ()) -> None:
        """Have the next commit execute a statement on the tables beside the log, after what was appended."""
        self._statements.append((statement, values))

    def read(self, query: str, values: tuple[str | int, ...] = ()) -> list[tuple[Any, ...]]:
        """The rows that answer a query, what is pending included."""
        self._see_pending()
        return self._database.execute(query, values).fetchall()

    # ---- the search index

    def index(self, limit: int = INDEX_BATCH) -> bool:
        """Put the next `limit` events into the search index, with the next commit. Whether more are waiting.

        On apsw.Error nothing of it is done.
        """
        self._see_pending()
        last, _ = self.last()
        upto = min(last, self._indexed_to + limit)
        if upto > self._indexed_to:
            try:
                self._index(upto)
            except apsw.Error:
                self._roll_back()
                raise
        return upto < last

    def _index(self, upto: int) -> None:
        self._begin()
        rows = self._database.execute(_UNINDEXED, (self._indexed_to, upto)).fetchall()
        self._database.executemany("INSERT INTO words (rowid, nick, text) VALUES (?, ?, ?)", rows)
        self._database.execute("REPLACE INTO facts VALUES ('indexed_to', ?)", (str(upto),))
        self._indexed_to = upto

    def search(self, places: Mapping[str, int], words: str, *, limit: int) -> list[Record]:
        """The newest records said in `places` (each after its number) that hold all `words`, oldest first."""
        plain = words.translate(_NO_WORDS)
        terms = " ".join(f'"{word}"' for word in plain.split() if any(map(str.isalnum, word)))
        if not (terms and places):
            return []
        self._catch_up()
        within = " OR ".join("(places.place = ? AND places.number > ?)" for _ in places)
        flat = [value for pair in places.items() for value in pair]
        rows = self._database.execute(_SEARCH.format(places=within), (terms, *flat, limit)).fetchall()
        return [_record(*row) for row in reversed(rows)]

    def _catch_up(self) -> None:
        """Have the index include all there is. A disk that refuses must not stop finding what is in it already."""
        with contextlib.suppress(apsw.Error):
            while self.index():
                pass

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
        order = "ASC" if oldest else "DESC"
        walk = _WALK.format(kinds=_only(kinds), order=order)
        query = _PAGE.format(walks=" UNION ALL ".join(walk for _ in places), order=order)
        values = [value for place in places for value in (place, after, before or _END, limit)]
        records = [_record(*row) for row in self._database.execute(query, (*values, limit))]
        return records if oldest else records[::-1]

    def record(self, number: int) -> Record | None:
        """Event `number`, with all its places; None when there is none, or its words were taken back."""
        self._see_pending()
        row = self._database.execute(
            "SELECT number, time, kind, body FROM events WHERE number = ? AND kind <> 'erased'", (number,)
        ).fetchone()
        if row is None:
            return None
        places = self._database.execute("SELECT place FROM places WHERE number = ? ORDER BY place", (number,))
        return _record(*row, "")._replace(places=tuple(place for (place,) in places))

    def private_places(self, owner: str) -> list[tuple[str, int]]:
        """With whom `owner` (a key, see User.key) has talked in private: each place, and its newest number."""
        self._see_pending()
        found, place = [], f"{owner} "
        while row := self._database.execute(_NEXT_PLACE, (place, f"{owner}!")).fetchone():  # "!" comes after " "
            place = row[0]
            found.append((place, row[1]))
        return found

    def lasting(self) -> Iterator[Record]:
        """All that shapes the rooms, in order."""
        for row in self._database.execute(
            "SELECT number, time, kind, body, '' FROM events WHERE lasting ORDER BY number"
        ):
            yield _record(*row)

    def last(self) -> tuple[int, int]:
        """Number and time (ms) of the newest event; zeros when there is none."""
        row = self._database.execute("SELECT number, time FROM events ORDER BY number DESC LIMIT 1").fetchone()
        return row or (0, 0)

    def number_at(self, time: int) -> int:
        """The number of the first event at or after `time` (ms): times never run backwards, so halving finds it."""
        low, high = 1, self.last()[0] + 1
        while low < high:
            middle = (low + high) // 2
            [(at,)] = self._database.execute("SELECT time FROM events WHERE number >= ? LIMIT 1", (middle,))
            if at < time:
                low = middle + 1
            else:
                high = middle
        return low

    def fact(self, name: str, default: str) -> str:
        """What the file says of itself under `name`; `default` is kept when it says nothing yet."""
        row = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        if row is None:
            self._database.execute("INSERT INTO facts VALUES (?, ?)", (name, default))
            return default
        return str(row[0])


def _only(kinds: Collection[str] | None) -> str:
    """A condition on kinds, written out: SQLite uses the index of talk only where it reads kind = 'said'."""
    if kinds is None:
        return ""
    assert set(kinds) <= set(KINDS)
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return f"AND kind = {listed}" if len(kinds) == 1 else f"AND kind IN ({listed})"


def _record(number: int, time: int, kind: str, body: str, place: str) -> Record:
    return Record(number, time, _decoders[kind].decode(body), (place,) if place else ())
