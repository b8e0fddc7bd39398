"""How the link does: how old the last byte is, how long an answer takes, since when there is none.

Strategy: every half minute a PING with a word of its own is sent; its PONG tells the lag. One that is still missing
counts with the time it has been missing for. Times are in seconds of the link's clock, but `lost_at` is of the day.
"""

from __future__ import annotations

from datetime import UTC, datetime

MEASURE_EVERY = 30.0
WORD = "lag"


class Health:
    """What a status line tells of one client's link."""

    def __init__(self, now: float) -> None:
        self.heard_at = now
        self.lost_at: datetime | None = None
        self._answer_took: float | None = None
        self._asked_at: float | None = None
        self._next_at = now

    def made(self, now: float) -> None:
        """There is a link."""
        self.heard_at = self._next_at = now
        self._answer_took = self._asked_at = None

    def lost(self) -> None:
        """There is none any more."""
        self.lost_at = self.lost_at or datetime.now(UTC)

    def let_in(self) -> None:
        """The server has let the user in."""
        self.lost_at = None

    def heard(self, now: float) -> None:
        """Something arrived."""
        self.heard_at = now

    def must_measure(self, now: float) -> bool:
        """Whether to send a PING with `WORD` now; True once for each."""
        if self._asked_at is not None or now < self._next_at:
            return False
        self._asked_at, self._next_at = now, now + MEASURE_EVERY
        return True

    def answered(self, now: float) -> None:
        """The PONG to it came."""
        if self._asked_at is not None:
            self._answer_took, self._asked_at = now - self._asked_at, None

    def lag(self, now: float) -> float | None:
        """Seconds an answer takes, or has been taking; None when none was asked for yet."""
        missing = now - self._asked_at if self._asked_at is not None else 0.0
        if missing > max(1.0, self._answer_took or 0.0):
            return missing
        return self._answer_took
