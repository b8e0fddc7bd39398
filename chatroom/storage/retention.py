"""What is older than the log is meant to keep goes, and the room it took is given back.

Strategy: the oldest events go first, a few at a time, so that nobody waits; what still shapes the rooms stays, and so
does the newest event, from which numbers and times go on. The running hash up to where the gap ends is kept, so that
the rest can still be checked. Freed pages are moved to the end of the file and cut off, a few at a time too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import apsw

from chatroom.storage.history import History

BATCH = 64  # events that go in one step, a few milliseconds
PAGES = 64  # of 4 KiB, cut off in one step
SPARE = 256  # free pages that are left for what comes next
DAY = 86_400_000  # milliseconds

_OLDEST = "SELECT number, digest, number IN (SELECT number FROM shaping) FROM events WHERE number > ? AND number <= ?"


class Limits(NamedTuple):
    """How much is kept: days, and bytes of the file; 0 for no limit."""

    days: int = 0
    bytes: int = 0


def step(history: History, limits: Limits, now: int) -> bool:
    """Take one step, with the next commit; `now` is in milliseconds since 1970. Whether there is more to do.

    On apsw.Error nothing of it is done.
    """
    try:
        history.begin()
        upto = _last_to_go(history, limits, now)
        if upto > history.base.number:
            _prune(history, min(upto, history.base.number + BATCH))
            return True
        return _shrink(history)
    except apsw.Error:
        history.roll_back()
        raise


def used(history: History) -> int:
    """Bytes of the file that hold something."""
    pages = history.database.pragma("page_count") - history.database.pragma("freelist_count")
    return int(pages * history.database.pragma("page_size"))


def _last_to_go(history: History, limits: Limits, now: int) -> int:
    """The number of the last event that is not to be kept."""
    upto = history.number_at(now - limits.days * DAY) - 1 if limits.days else 0
    if limits.bytes and used(history) > limits.bytes:
        upto = max(upto, history.base.number + BATCH)
    return min(upto, history.last()[0] - 1)


def _prune(history: History, upto: int) -> None:
    """Delete what follows the base, up to a number, and move the base there."""
    rows: list[Any] = history.database.execute(_OLDEST, (history.base.number, upto)).fetchall()
    base = history.base
    for number, digest, is_shaping in rows:
        base = base.after(number, digest)
        if not is_shaping:
            history.remove(number)
    history.move_base(base)


def _shrink(history: History) -> bool:
    """Give some free pages back to the system."""
    free = history.database.pragma("freelist_count") - SPARE
    if free <= 0:
        return False
    history.database.execute(f"PRAGMA incremental_vacuum({min(free, PAGES)})").fetchall()
    return bool(free > PAGES)
