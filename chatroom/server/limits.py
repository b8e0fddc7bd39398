"""How much one client may ask for, with the clock passed in.

Strategy: token buckets slow down rather than drop: one for each connection, and one that all connections of an account,
and of an address, share; counts refuse at the door. An IPv6 client has a whole /64, so that is what is counted; who
comes by a Unix socket has no address, and is not. Who comes by a proxy is counted by the address that the proxy gives,
if the proxy is trusted.
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

    def wait(self, now: float) -> float:
        """How many seconds from `now` on it is in debt; nothing is taken."""
        return max(0.0, self.spent(now) - self.burst) / self.rate if self.rate else 0.0

    def spent(self, now: float) -> float:
        """How many lines are missing from the burst at `now`; more than the burst when there are debts."""
        return max(0.0, self.burst - self._left - (now - self._at) * self.rate) if self.rate else 0.0


class Buckets:
    """Allowances that several connections share, by a name for what they share."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}

    def take(self, name: str, rate: float, burst: float, cost: float, now: float) -> float:
        """As Bucket.take, from the one called `name`, which is made when there is none; rate 0 is unlimited."""
        if not rate:
            return 0.0
        bucket = self._buckets.get(name)
        if bucket is None:
            if len(self._buckets) >= MOST_TRIED:
                self._buckets = {name: bucket for name, bucket in self._buckets.items() if bucket.spent(now) > 0}
            bucket = self._buckets[name] = Bucket(rate, burst, now)
        return bucket.take(cost, now)


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


class Networks:
    """Addresses and networks, as settings list them. Whether an address is `in` them is remembered."""

    def __init__(self, listed: Iterable[str]) -> None:
        self._networks = [ipaddress.ip_network(network, strict=False) for network in listed]
        self._known: dict[str, bool] = {}

    def __contains__(self, address: str) -> bool:
        if not self._networks:
            return False
        known = self._known.get(address)
        if known is None:
            if len(self._known) >= MOST_TRIED:
                self._known.clear()
            known = self._known[address] = self._holds(address)
        return known

    def _holds(self, address: str) -> bool:
        try:
            seen = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(seen in network for network in self._networks)


def is_trusted(address: str, proxies: Networks) -> bool:
    """Whether whoever is at `address` may speak for others: those of `proxies` and Unix sockets may."""
    return address == UNIX or address in proxies


def is_loopback(address: str) -> bool:
    """Whether `address` is this machine's own, where all sorts of people may come from by gateways."""
    return address.startswith("127.") or address in (UNIX, "::1")


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


def wider_network_of(address: str, ipv4: int, ipv6: int) -> str:
    """The network around `address` with the first `ipv4` or `ipv6` bits of it."""
    try:
        return str(ipaddress.ip_network((address, ipv6 if ":" in address else ipv4), strict=False))
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

    def again(self) -> Tries:
        """Another with the same pace, of which nothing has been used."""
        return Tries(round(self._leeway / self._pause) + 1, self._pause)

    def is_near(self, name: str, now: float) -> bool:
        """Whether half of what may be tried at once has been."""
        return self._until.get(name, now) - now > self._leeway / 2

    def take(self, name: str, now: float) -> None:
        """One try is made."""
        if len(self._until) >= MOST_TRIED:
            self._until = {name: until for name, until in self._until.items() if until > now}
        self._until[name] = max(self._until.get(name, now), now) + self._pause

    def forgive(self, name: str) -> None:
        """The last try does not count."""
        if name in self._until:
            self._until[name] -= self._pause
