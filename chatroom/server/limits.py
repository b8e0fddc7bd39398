"""How much one client may ask for, with the clock passed in.

Strategy: a token bucket per connection slows down rather than drops; counts per address refuse at the door. An IPv6
client has a whole /64, so that is what is counted; who comes by a Unix socket has no address, and is not.
"""

from __future__ import annotations

import ipaddress

UNIX = "unix"  # in place of an address


class Bucket:
    """An allowance of lines: `burst` at once, then `rate` a second; rate 0 is unlimited."""

    __slots__ = ("_at", "_left", "burst", "rate")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self._left = burst
        self._at = now

    def take(self, cost: float, now: float) -> float:
        """Take `cost` lines at `now` (seconds). Returns how many seconds to wait before the next."""
        if not self.rate:
            return 0.0
        self._left = min(self.burst, self._left + (now - self._at) * self.rate) - cost
        self._at = now
        return max(0.0, -self._left / self.rate)


class Addresses:
    """How many connections each address has."""

    def __init__(self, most: int) -> None:
        self.most = most  # 0: unlimited
        self._counts: dict[str, int] = {}

    def enter(self, address: str) -> bool:
        """Count one connection more, if it may be."""
        if address == UNIX:
            return True
        network = network_of(address)
        count = self._counts.get(network, 0)
        if self.most and count >= self.most:
            return False
        self._counts[network] = count + 1
        return True

    def leave(self, address: str) -> None:
        """Count one connection less."""
        network = network_of(address)
        count = self._counts.get(network, 0) - 1
        if count > 0:
            self._counts[network] = count
        else:
            self._counts.pop(network, None)


def plain_address(address: str) -> str:
    """An address without its zone, and IPv4 as IPv4 even where it came in over IPv6."""
    address = address.partition("%")[0]
    return address.removeprefix("::ffff:") if "." in address else address


def network_of(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 of an IPv6 one."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    except ValueError:
        return address
