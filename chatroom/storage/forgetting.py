"""Forgetting what an account said: the words go, number and time stay, and the deed is remembered.

Strategy: what is to be forgotten is first noted in the log's file; then the log is read from its start, a limited
number of events at a time, and the words go. Thus it goes on where it ended when it is cut short, it can be asked for
beside a running server, which does it, and whoever restores an older backup does it again there. SQLite overwrites
what is deleted; the search index is merged afterwards, as it lets go of words only then.

A topic that still stands stays until somebody sets another one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from chatroom.storage.history import History
from chatroom.storage.layout import connect
from chatroom.storage.searching import merge
from chatroom.storage.shaping import Fold

BATCH = 1000  # events read in one step, a few milliseconds
MERGED = 16  # pages of the search index merged in one step
EVERY = 10**9  # part of it
# What holds words somebody chose.
_KINDS = ("said", "told", "tagged", "taggedto", "topic", "away", "quit", "left", "announced", "realname")

_NOTE = """
INSERT INTO forgotten (account, time) VALUES (?, ?)
ON CONFLICT (account) DO UPDATE SET time = max(time, excluded.time), reached = 0, is_done = 0
"""
_THEIRS = f"""
SELECT number, json_extract(body, '$.who[3]') FROM events
WHERE number > ? AND number <= ? AND kind IN ({", ".join(f"'{kind}'" for kind in _KINDS)})
AND json_extract(body, '$.who[3]') <> '' AND number NOT IN (SELECT number FROM shaping)
"""  # noqa: S608


class Deed(NamedTuple):
    """All that `account` (folded) said up to `time` (ms) is to be forgotten; how far that has come."""

    account: str
    time: int
    reached: int = 0
    erased: int = 0
    is_done: bool = False


def note(history: History, account: str, time: int) -> None:
    """Remember that an account's words are to be forgotten, with the next commit."""
    history.write(_NOTE, (account, time))


def note_beside(database: apsw.Connection, account: str, time: int) -> None:
    """The same, in a file that a server has open: the server sees it, and does it."""
    with database:
        database.execute(_NOTE, (account, time))


def deeds(database: apsw.Connection) -> list[Deed]:
    """All that was ever to be forgotten."""
    rows: Any = database.execute("SELECT account, time, reached, erased, is_done FROM forgotten ORDER BY time, account")
    return [Deed(account, time, reached, erased, bool(done)) for account, time, reached, erased, done in rows]


def step(history: History, fold: Fold) -> bool:
    """Take one step of what is to be forgotten, with the next commit. Whether there is more to do.

    On apsw.Error nothing of it is done.
    """
    deed = next((deed for deed in deeds(history.database) if not deed.is_done), None)
    if deed is None:
        return False
    try:
        history.begin()
        last = history.number_at(deed.time + 1) - 1
        upto = min(deed.reached + BATCH, last)
        erased = _erase(history, deed, upto, fold)
        is_done = upto >= last and not merge(history.database, -MERGED, newest=EVERY)
        history.database.execute(
            "UPDATE forgotten SET reached = ?, erased = erased + ?, is_done = ? WHERE account = ?",
            (upto, erased, is_done, deed.account),
        )
    except apsw.Error:
        history.roll_back()
        raise
    return True


def _erase(history: History, deed: Deed, upto: int, fold: Fold) -> int:
    rows: Any = history.database.execute(_THEIRS, (deed.reached, upto)).fetchall()
    numbers = [number for number, account in rows if fold(account) == deed.account]
    for number in numbers:
        history.erase(number)
    return len(numbers)


def repeat(history: History, fold: Fold, forgotten: Iterable[Deed], erased: Iterable[tuple[int, bytes]]) -> int:
    """Forget in a restored log what was forgotten since; `erased` are numbers and digests of single events.

    How many events lost their words. Raises apsw.Error.
    """
    before = _count_erased(history.database)
    for number, digest in erased:
        row = history.database.execute("SELECT digest, kind FROM events WHERE number = ?", (number,)).fetchone()
        if row is not None and row[0] == digest and row[1] != "erased":
            history.erase(number)
    for deed in forgotten:
        note(history, deed.account, deed.time)
    history.commit()
    while step(history, fold):
        history.commit()
    return _count_erased(history.database) - before


def _count_erased(database: apsw.Connection) -> int:
    [(count,)] = database.execute("SELECT count(*) FROM events WHERE kind = 'erased'")
    return int(str(count))


def told_by(path: Path) -> tuple[list[Deed], list[tuple[int, bytes]]]:
    """What a log says was forgotten: accounts, and the numbers and digests of all erased events. Raises apsw.Error."""
    database = connect(path, read_only=True)
    try:
        erased: Any = database.execute("SELECT number, digest FROM events WHERE kind = 'erased'").fetchall()
        return deeds(database), erased
    finally:
        database.close()
