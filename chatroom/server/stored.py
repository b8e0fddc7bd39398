"""Up to which event the log is on disk, for those who wait for that."""

from __future__ import annotations

from gevent.event import Event


class Stored:
    """The number of the newest event that is on disk."""

    def __init__(self) -> None:
        self.number = 0
        self._reached: Event | None = None  # made by whoever waits, so that a commit costs nothing while nobody does

    def reach(self, number: int) -> None:
        """All events up to `number` are on disk."""
        self.number = number
        if self._reached is not None:
            self._reached.set()
            self._reached = None

    def wait(self, number: int, seconds: float) -> bool:
        """Block until event `number` is on disk, or so long in vain; whether it is."""
        while self.number < number:
            reached = self._reached = self._reached or Event()
            if not reached.wait(seconds):
                return self.number >= number
        return True
