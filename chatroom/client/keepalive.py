"""Noticing that the other end is gone.

Strategy: a dead link is silent, and silence alone proves nothing; so a silent line is pinged, and one that stays
silent after that is given up. The clock passed in should go on counting while the machine sleeps: after a suspend the
first look then finds a long silence and asks at once. Times are in seconds.
"""

from __future__ import annotations

PING_AFTER = 30.0
DEAD_AFTER = 20.0  # after the ping


class Keepalive:
    """Watches one link for silence."""

    def __init__(self, now: float) -> None:
        self._heard = now
        self._asked: float | None = None

    def heard(self, now: float) -> None:
        """Something arrived."""
        self._heard = now
        self._asked = None

    def asked(self, now: float) -> None:
        """A PING was sent, for whatever reason."""
        if self._asked is None:
            self._asked = now

    def must_ask(self, now: float) -> bool:
        """Whether to send a PING now; True once for each silence."""
        if self._asked is not None or now - self._heard < PING_AFTER:
            return False
        self.asked(now)
        return True

    def is_dead(self, now: float) -> bool:
        """Whether the ping has gone unanswered for too long."""
        return self._asked is not None and now - self._asked >= DEAD_AFTER
