"""How much one client may ask for, with the clock passed in.

Strategy: a token bucket per connection slows down rather than drops; counts per address refuse at the door. An IPv6
client has a whole /64, so that is what is counted; who comes by a Unix socket has no address, and is not. Who comes by
a proxy is counted by the address that the proxy gives, if the proxy is trusted.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

UNIX = "unix"  # in place of an address
MOST_TRIED = 10_000  # names remembered before those that no longer matter are looked for


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


def is_trusted(address: str, proxies: Iterable[str]) -> bool:
    """Whether whoever is at `address` may speak for others: addresses and networks are given, Unix sockets are."""
    if address == UNIX:
        return True
    try:
        seen = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(seen in ipaddress.ip_network(proxy, strict=False) for proxy in proxies)


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


class Tries:
    """How often something may be tried under each of many names: `most` times at once, then once every `pause` seconds.

    For each name only a moment is kept: when all that was tried will be forgotten.
    """

    def __init__(self, most: int, pause: float) -> None:
        self._leeway = (most - 1) * pause
        self._pause = pause
        self._until: dict[str, float] = {}

    def wait(self, name: str, now: float) -> float:
        """How many seconds from `now` on the next try has to wait; 0: it may be made."""
        return max(0.0, self._until.get(name, now) - self._leeway - now)

    def take(self, name: str, now: float) -> None:
        """One try is made."""
        if len(self._until) >= MOST_TRIED:
            self._until = {name: until for name, until in self._until.items() if until > now}
        self._until[name] = max(self._until.get(name, now), now) + self._pause

    def forgive(self, name: str) -> None:
        """The last try does not count."""
        if name in self._until:
            self._until[name] -= self._pause
