"""Reading the log: pages of a place, single events, private talk, moments.

Strategy: every question is answered by one limited walk along an index, so that its cost does not depend on how long
the log is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import apsw

from chatroom.core.events import KINDS, Record
from chatroom.storage.records import COLUMNS, ERASED, decoded

END = 2**62  # after every number
COLUMNS_OF_PLACE = COLUMNS.replace("events.places", "places.place")  # an event as seen in one of its places
# One limited walk along each place's index, then a merge.
_WALK = """
SELECT * FROM (SELECT place, number FROM places WHERE place = ? AND number > ? AND number < ? {kinds}
ORDER BY number {order} LIMIT ?)
"""
_PAGE = COLUMNS_OF_PLACE + " FROM ({walks}) AS places JOIN events USING (number) ORDER BY number {order} LIMIT ?"
# One step along the index for each place, however much was said in it; then one to the newest of it.
_PRIVATE = """
WITH RECURSIVE private (place) AS (
    SELECT min(place) FROM places WHERE place > ?1 AND place < ?2
    UNION ALL SELECT (SELECT min(place) FROM places WHERE place > private.place AND place < ?2) FROM private
    WHERE private.place IS NOT NULL)
SELECT place, (SELECT number FROM places WHERE places.place = private.place AND kind = 'told'
               ORDER BY number DESC LIMIT 1) AS newest
FROM private WHERE newest IS NOT NULL
"""


def page_query(count: int, kinds: Collection[str] | None, oldest: bool) -> str:
    """What asks for a page of `count` places; for each its name, both bounds and the limit; then the limit."""
    order = "ASC" if oldest else "DESC"
    walk = _WALK.format(kinds=_only(kinds), order=order)
    return _PAGE.format(walks=" UNION ALL ".join([walk] * count), order=order)


def _only(kinds: Collection[str] | None) -> str:
    """A condition on kinds, written out: SQLite uses the index of talk only where it reads kind = 'said'."""
    if kinds is None:
        return ""
    assert set(kinds) <= set(KINDS)
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    return f"AND kind = {listed}" if len(kinds) == 1 else f"AND kind IN ({listed})"


def page(
    database: apsw.Connection,
    places: Collection[str],
    after: int,
    before: int,
    limit: int,
    kinds: Collection[str] | None,
    oldest: bool,
) -> list[Record]:
    """At most `limit` records between two numbers, oldest first; see History.page."""
    values = [value for place in places for value in (place, after, before, limit)]
    rows = database.execute(page_query(len(places), kinds, oldest), (*values, limit))
    records = [decoded(*row) for row in rows]
    return records if oldest else records[::-1]


def record(database: apsw.Connection, number: int) -> Record | None:
    """Event `number` with all its places; None when there is none, or its words were taken back."""
    row = database.execute(f"{COLUMNS} FROM events WHERE number = ?", (number,)).fetchone()
    return decoded(*row) if row is not None and row[2] != ERASED else None


def holding(database: apsw.Connection, word: str, after: int) -> list[Record]:
    """What was said after event `after` and has `word` in it as JSON has it."""
    where = "WHERE number > ? AND kind IN ('said', 'told') AND instr(body, ?) ORDER BY number"
    rows: Any = database.execute(f"{COLUMNS} FROM events {where}", (after, f'"{word}"')).fetchall()
    return [decoded(*row) for row in rows]


def private_places(database: apsw.Connection, owner: str) -> list[tuple[str, int]]:
    """Each place of private talk of `owner`, and the number of the newest that was said there."""
    rows: Any = database.execute(_PRIVATE, (f"{owner} ", f"{owner}!")).fetchall()  # "!" comes after " "
    return list(rows)


def last(database: apsw.Connection) -> tuple[int, int]:
    """Number and time (ms) of the newest event; zeros when there is none."""
    row = database.execute("SELECT number, time FROM events ORDER BY number DESC LIMIT 1").fetchone()
    return row or (0, 0)


def time_after(database: apsw.Connection, number: int) -> int:
    """The time (ms) of the first event after event `number`; 0 when there is none."""
    row: Any = database.execute(
        "SELECT time FROM events WHERE number > ? ORDER BY number LIMIT 1", (number,)
    ).fetchone()
    return int(row[0]) if row is not None else 0


def number_at(database: apsw.Connection, time: int) -> int:
    """The number of the first event at or after `time` (ms): times never run backwards, so halving finds it."""
    low, high = 1, last(database)[0] + 1
    while low < high:
        middle = (low + high) // 2
        [(at,)] = database.execute("SELECT time FROM events WHERE number >= ? LIMIT 1", (middle,))
        if at < time:
            low = middle + 1
        else:
            high = middle
    return low
