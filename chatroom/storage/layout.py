"""The log's file: its tables, how it is opened, and how an older version's file is brought forward.

Strategy: a file names its version. One that is older is first copied aside, whole and synced, then changed in one
transaction, so that a migration cut short is begun anew. One that is newer, or no log at all, is refused and left
alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw

from chatroom.core.events import KINDS
from chatroom.storage import chain
from chatroom.storage.records import decoded
from chatroom.storage.shaping import Fold, place_of, reshaped

FILE = "chatroom.db"
VERSION = 2  # of the layout, in user_version
OLDEST = 1  # that can be brought forward
PATIENCE = 5000  # milliseconds to wait for another connection's lock
LOOP_PATIENCE = 100  # the same where the loop waits: the log has one writer, so who else locks it is a stranger
_STEP = 10_000  # events brought forward at a time
_PAGES = 1000  # copied at a time: 4 MB

# An event belongs to the history of each of its places. `places` and `talk` find a place's events; `shaping` says
# which events are read at a start. The search index makes its own tables, see searching.py; what accounts, markers and
# metadata mean is told in keep.py.
SCHEMA = """
CREATE TABLE events (
    number INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, places TEXT NOT NULL, body TEXT NOT NULL,
    digest BLOB NOT NULL);
CREATE INDEX erased_events ON events (number) WHERE kind = 'erased';
CREATE TABLE shaping (
    place TEXT NOT NULL, slot TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (place, slot)) WITHOUT ROWID;
CREATE INDEX shaping_numbers ON shaping (number);
CREATE TABLE forgotten (
    account TEXT PRIMARY KEY, time INTEGER NOT NULL, reached INTEGER NOT NULL DEFAULT 0,
    erased INTEGER NOT NULL DEFAULT 0, is_done INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS markers (
    owner TEXT NOT NULL, target TEXT NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (owner, target)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS metadata (
    owner TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (owner, key)) WITHOUT ROWID;
"""
# These are the same in version 1.
_SCHEMA_1 = """
CREATE TABLE places (
    place TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (place, number)) WITHOUT ROWID;
CREATE INDEX talk ON places (place, number) WHERE kind = 'said';
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


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


def sync_folder(folder: Path) -> None:
    """Make durable which files there are in `folder`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def copy_pages(log: apsw.Connection, copy: apsw.Connection) -> None:
    """Copy one database into another; `log` is within a transaction, lest writers restart it for ever."""
    with copy.backup("main", log, "main") as backup:
        while not backup.done:
            backup.step(_PAGES)
    copy.pragma("journal_mode", "delete")  # one file, nothing beside it


def prepare(database: apsw.Connection, path: Path, fold: Fold) -> Path | None:
    """Make the tables of a new file, or bring an older one forward; where that one is kept as it was.

    Raises HistoryError for a file of a later version, apsw.Error or OSError when it can't be done.
    """
    version = database.pragma("user_version")
    if version == VERSION:
        return None
    if version == 0:
        database.pragma("auto_vacuum", "incremental")  # before the first table, or it has no effect
        database.pragma("journal_mode", "wal")
        with database:
            database.execute(_SCHEMA_1 + SCHEMA)
            database.pragma("user_version", VERSION)
        return None
    if version != OLDEST:
        raise HistoryError(f"{path}: was written by another version ({version}; this one reads {VERSION}).")
    return _bring_forward(database, path, fold)


def _bring_forward(database: apsw.Connection, path: Path, fold: Fold) -> Path:
    """From version 1: running hash, slots, places beside the event, another search index, file that can shrink."""
    database.pragma("journal_mode", "wal")
    kept = _copy_aside(database, path)
    with database:
        database.execute("DROP INDEX lasting_events")
        database.execute("ALTER TABLE events RENAME TO older")
        database.execute("DROP TABLE words")
        database.execute("REPLACE INTO facts VALUES ('indexed_to', '0')")
        database.execute(SCHEMA)
        _carry_over(database)
        _find_slots(database, fold)
        database.execute("DROP TABLE older")
        database.pragma("user_version", VERSION)
    database.pragma("journal_mode", "delete")  # the only mode in which a file's kind of vacuum can change
    database.pragma("auto_vacuum", "incremental")
    database.execute("VACUUM")
    database.pragma("journal_mode", "wal")
    return kept


def _copy_aside(database: apsw.Connection, path: Path) -> Path:
    """A whole, synced copy of the file as it is."""
    kept = path.with_name(f"{path.stem}-version-1.db")
    part = path.with_name(f"{kept.name}.part")
    part.unlink(missing_ok=True)
    copy = connect(part)
    try:
        with database:
            database.execute("SELECT count(*) FROM facts").fetchall()
            copy_pages(database, copy)
    finally:
        copy.close()
    with part.open("rb") as file:
        os.fsync(file.fileno())
    if kept.exists():  # of an attempt cut short, or of another log: never overwritten
        kept = next(p for n in range(2, 1000) if not (p := path.with_name(f"{path.stem}-version-1-{n}.db")).exists())
    part.rename(kept)
    sync_folder(path.parent)
    return kept


def _carry_over(database: apsw.Connection) -> None:
    """Fill the table of events, and hash them."""
    link = chain.START
    places = "SELECT coalesce(group_concat(place, char(10)), '') FROM places WHERE number = ?"
    database.execute("CREATE INDEX by_number ON places (number, place)")
    last = 0
    while rows := _read(
        database,
        f"SELECT number, time, kind, ({places.replace('?', 'older.number')}), body FROM older "  # noqa: S608
        "WHERE number > ? ORDER BY number LIMIT ?",
        (last, _STEP),
    ):
        filled: list[Any] = [(*row, chain.digest_of(*row)) for row in rows]
        database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", filled)
        for number, *_, digest in filled:
            link = link.after(number, digest)
        last = link.number
    database.execute("DROP INDEX by_number")
    database.execute("REPLACE INTO facts VALUES ('head', ?), ('base', ?)", (str(link), str(chain.START)))


def _read(database: apsw.Connection, query: str, values: tuple[int, ...]) -> list[Any]:
    return database.execute(query, values).fetchall()


def _find_slots(database: apsw.Connection, fold: Fold) -> None:
    """Which of the lasting events still shape the rooms."""
    held: dict[str, dict[str, int]] = {}
    lasting = [kind for kind, event in KINDS.items() if event.lasting]
    marks = ", ".join("?" for _ in lasting)
    for row in database.execute(
        f"SELECT number, time, kind, places, body FROM events WHERE kind IN ({marks}) ORDER BY number",  # noqa: S608
        lasting,
    ):
        record = decoded(*row)
        held[place_of(record)] = reshaped(held.get(place_of(record), {}), record, fold)
    database.executemany("INSERT INTO shaping VALUES (?, ?, ?)", _rows(held))


def _rows(held: dict[str, dict[str, int]]) -> Iterator[tuple[str, str, int]]:
    for place, slots in held.items():
        for slot, number in slots.items():
            yield place, slot, number
