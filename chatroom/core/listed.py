"""What stands on a room's lists: masks, who put them there, why, until when; and whom they fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chatroom.core.event import Who
from chatroom.core.modes import fits
from chatroom.core.spans import left

Fold = Callable[[str], str]  # the form in which names are compared
Clock = Callable[[], int]  # milliseconds since 1970; asked only when somebody is refused


@dataclass(frozen=True, slots=True)
class Listed:
    """A mask on one of a room's lists, or another mode: who set it and when (ms), why, and until when.

    `until` is 0 for what stays until somebody takes it back; `about` is who is meant by a mask.
    """

    mask: str
    by: str
    time: int
    reason: str = ""
    until: int = 0
    about: str = ""


def terms(entry: Listed | None, now: Clock) -> str:
    """What somebody is told who meets a ban or the like, such as ` for 8 min more, by alice: spam`."""
    if entry is None:
        return ""
    because = f": {entry.reason.rstrip('.')}" if entry.reason else ""
    return f"{left(entry.until, now())}, by {entry.by.partition('!')[0]}{because}"


def any_fits(masks: Iterable[str], who: Who, fold: Fold) -> bool:
    """Whether any of these masks (folded, no mutes) fits `who`."""
    person, account = fold(who.mask), fold(who.account)
    return any(fits(mask, person, account) for mask in masks)
