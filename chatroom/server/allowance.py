"""What one connection may ask for: its own allowance, and those it shares with its account and its address.

Strategy: what a line costs is taken from each, afterwards, and the connection waits as long as the poorest of them
says: nothing is lost, it only comes later. Bytes that make no line are not for nothing either. Where `rate` is 0
nothing is counted at all.
"""

from __future__ import annotations

from chatroom.server.config import LimitSettings
from chatroom.server.limits import Bucket, Buckets

QUIET_LINES = 4  # of late, that somebody may have written who goes first when there is much to do
LINE_BYTES = 4096  # that count as a line, where they are none


class Allowance:
    """That of one connection. `place` is what all of its address share; "" where nothing is shared."""

    __slots__ = ("_bucket", "_buckets", "_limits", "is_limited", "place")

    def __init__(self, limits: LimitSettings, buckets: Buckets, is_exempt: bool, now: float) -> None:
        self._limits = limits
        self._buckets = buckets
        self._bucket = Bucket(limits.rate, limits.burst, now)
        self.is_limited = bool(limits.rate) and not is_exempt
        self.place = ""

    def is_quiet(self, now: float) -> bool:
        """Whether little was asked for lately."""
        return self._bucket.spent(now) <= QUIET_LINES

    def pay(self, cost: float, account: str, now: float) -> float:
        """Take what a line of somebody logged in to `account` ("": nobody) cost. Returns how many seconds to wait."""
        wait = self._bucket.take(cost, now)
        if self.place:
            wait = max(wait, self._pay_from(self.place, self._limits.rate_per_address, cost, now))
        if account:
            wait = max(wait, self._pay_from(f"={account}", self._limits.rate_per_account, cost, now))
        return wait

    def pay_for_bytes(self, size: int, now: float) -> float:
        """Take what bytes cost that make no line yet. Returns how many seconds to wait."""
        return self._bucket.take(size / LINE_BYTES, now)

    def _pay_from(self, name: str, rate: float, cost: float, now: float) -> float:
        """The burst is in proportion to the rate, as a connection's own is."""
        return self._buckets.take(name, rate, rate * self._bucket.burst / self._bucket.rate, cost, now)
