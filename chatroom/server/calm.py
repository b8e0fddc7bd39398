"""What is fine once and a nuisance a hundred times: new names, rooms, invitations, the same words, everybody's name.

Strategy: each has a pace of its own, kept for whoever does it (their account, or where they come from) or for the room
it happens in: some at once, then one now and then. Slow first: what nears the pace costs more of the flood allowance;
then refuse, and say for how long. A room that many come into at once lets them in one after the other, the slower the
more are there to be told of each. Of a line of talk only a hash is kept, and for most lines nothing is looked at but
that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from chatroom.server.config import LimitSettings
from chatroom.server.limits import Bucket, Tries

PACES = {"nick": Tries(6, 15.0), "room": Tries(30, 10.0), "invite": Tries(10, 10.0)}  # at once; seconds for each more
SAME_WORDS, SAME_SECONDS = 6, 10.0  # how often the same may be said in a room, by whomever; then once in so long
SHORTEST = 8  # characters of a text that counts as the same: people say "yes" again and again
SEVERAL_NAMES = 6  # in one line
NAMING_TIMES, NAMING_SECONDS = 3, 30.0  # how often somebody may do that
DEAR = 4.0  # lines that a repeated line, or one full of names, costs more
TOLD_A_SECOND, TOLD_AT_ONCE = 40_000.0, 100_000.0  # people told of newcomers, in one room
LONGEST_PAUSE = 10.0  # seconds somebody waits before a room's door; who would longer is refused
MOST_ROOMS = 10_000  # whose newcomers are counted
_WORD = re.compile(r"[^\s,:;@]+")


class Calm:
    """The paces of one server. All take the moment from `seconds`; nothing is counted where flood control is off."""

    def __init__(self, limits: LimitSettings, seconds: Callable[[], float], pause: Callable[[float], object]) -> None:
        self.is_on = bool(limits.rate)
        self.pause = pause  # blocks the caller; others are served meanwhile
        self._seconds = seconds
        self._paces = {deed: pace.again() for deed, pace in PACES.items()}
        self._same = Tries(SAME_WORDS, SAME_SECONDS)
        self._naming = Tries(NAMING_TIMES, NAMING_SECONDS)
        self._doors: dict[str, Bucket] = {}

    def take(self, deed: str, by: str) -> float:
        """`by` wants to do a deed of PACES. Returns how many seconds too early that is; 0: it is counted."""
        return self._take(self._paces[deed], by) if self.is_on else 0.0

    def _take(self, tries: Tries, name: str) -> float:
        now = self._seconds()
        wait = tries.wait(name, now)
        if not wait:
            tries.take(name, now)
        return wait

    def repeat(self, place: str, text: str) -> tuple[float, float]:
        """`text` is to be said in `place`: what it costs more than others, and how many seconds too early it is."""
        if not self.is_on or len(text) < SHORTEST:
            return 0.0, 0.0
        name = f"{place} {hash(text)}"
        is_known = self._same.is_near(name, self._seconds())
        return DEAR * is_known, self._take(self._same, name)

    def naming(self, text: str, people: Collection[str], by: str) -> tuple[float, float]:
        """As `repeat`, for a text with names of `people` (folded) in it."""
        if not self.is_on or len(text) < SHORTEST * SEVERAL_NAMES // 2:
            return 0.0, 0.0
        if len(set(_WORD.findall(text.lower())).intersection(people)) < SEVERAL_NAMES:
            return 0.0, 0.0
        return DEAR, self._take(self._naming, by)

    def come(self, place: str, members: int) -> float:
        """Somebody wants into `place`, where so many are. Returns how many seconds they have to wait before."""
        if not self.is_on:
            return 0.0
        now = self._seconds()
        door = self._doors.get(place)
        if door is None:
            if len(self._doors) >= MOST_ROOMS:
                self._doors = {place: door for place, door in self._doors.items() if door.spent(now) > 0}
            door = self._doors[place] = Bucket(TOLD_A_SECOND, TOLD_AT_ONCE, now)
        if (wait := door.wait(now)) > LONGEST_PAUSE:
            return wait
        return door.take(members, now)
