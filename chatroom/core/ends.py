"""What ends by itself: bans, mutes and all else that was set for a time.

Strategy: a heap of moments. Nothing here knows what time it is; whoever has a clock asks what is due and lets it
happen, so that the end of something is an event like any other. What was taken back or set anew meanwhile is passed
over, and swept out when there is too much of it.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple, Protocol

from chatroom.core.event import Event, Who

SWEPT = 256  # moments, at the least, before those of no meaning are swept out


class Holder(Protocol):
    """What things are set in that may end: a room, or the server itself."""

    def until(self, letter: str, value: str) -> int:
        """When that ends (ms); 0 when it is not set, or has no end."""

    def ended(self, by: Who, letter: str, value: str) -> Event:
        """What happens when its time has come."""


class End(NamedTuple):
    """When (ms) something ends; `number` keeps the order of what ends at once."""

    until: int
    number: int
    holder: Holder
    letter: str
    value: str

    @property
    def is_meant(self) -> bool:
        """Whether it is still set so."""
        return self.holder.until(self.letter, self.value) == self.until


class Ends:
    """All that ends by itself, the soonest first."""

    def __init__(self) -> None:
        self._heap: list[End] = []
        self._number = 0
        self._most = SWEPT

    def add(self, holder: Holder, letter: str, value: str) -> None:
        """Something was set in `holder`, perhaps for a time."""
        until = holder.until(letter, value)
        if not until:
            return
        self._number += 1
        heapq.heappush(self._heap, End(until, self._number, holder, letter, value))
        if len(self._heap) > self._most:
            self._heap = [end for end in self._heap if end.is_meant]
            heapq.heapify(self._heap)
            self._most = max(SWEPT, 2 * len(self._heap))

    def due(self, now: int, by: Who) -> Event | None:
        """What has to happen now (ms), if anything; `by` does it."""
        while self._heap and self._heap[0].until <= now:
            end = heapq.heappop(self._heap)
            if end.is_meant:
                return end.holder.ended(by, end.letter, end.value)
        return None
