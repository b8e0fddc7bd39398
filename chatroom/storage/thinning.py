"""Which backups stay: all of the newest, and then fewer the older they are.

Strategy: the newest ones stay whatever their age; beyond them, of each of the last hours, days and weeks that have
any, the last. Only what there is counts, not what the clock says: a server that stood still loses none of its backups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple


class Keep(NamedTuple):
    """How many stay: of the newest, and of the last one in each hour, day and week."""

    newest: int
    hourly: int = 0
    daily: int = 0
    weekly: int = 0


_BUCKETS: tuple[Callable[[datetime], object], ...] = (
    lambda taken: taken.strftime("%Y-%m-%dT%H"),
    lambda taken: taken.date(),
    lambda taken: taken.isocalendar()[:2],
)


def staying(taken: Sequence[datetime], keep: Keep) -> set[int]:
    """The positions of the backups that stay; `taken` says when each was taken, oldest first."""
    stay = set(range(len(taken))[-keep.newest :]) if keep.newest else set()
    for bucket_of, count in zip(_BUCKETS, keep[1:], strict=True):
        last = {bucket_of(moment): position for position, moment in enumerate(taken)}  # a later one replaces
        stay.update(list(last.values())[-count:] if count else ())
    return stay
