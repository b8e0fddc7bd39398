"""Who may come in at all: so many from one address, so many from one network, so many in all.

Strategy: a connection is counted twice. As soon as it is accepted, at the address it comes from, until it is known for
whom it speaks; from then on under the address of whoever that is, and the network around it. All of it is counting in
dictionaries, done before anything is made for a newcomer, so turning one away costs next to nothing. What all share,
descriptors and memory, has an end a little before the machine's: those inside never feel it.
"""

from __future__ import annotations

import os
import resource
from pathlib import Path

from chatroom.server.config import LimitSettings
from chatroom.server.limits import (
    UNIX,
    Addresses,
    Bucket,
    Networks,
    Tries,
    is_loopback,
    wider_network_of,
)

SPARE_DESCRIPTORS = 64  # for the log, backups, and whoever is being turned away
PACE_SECONDS = 1.0  # in which as many connections may come as there may be
AT_THE_DOOR = 256  # connections from one address of which it is not known yet for whom they speak
_PAGE = os.sysconf("SC_PAGE_SIZE")
_CONTROL_GROUP = Path("/sys/fs/cgroup/memory.max")

NO_ROOM = "The server has no room for another connection. Try again in a minute."
NO_MEMORY = "The server has no memory for another connection. Try again in a minute."


class Door:
    """What is counted of those who come. Settings may change while it is open (`use`)."""

    def __init__(self, limits: LimitSettings) -> None:
        self.addresses = Addresses(limits.connections_per_address)
        self.networks = Addresses(limits.connections_per_network)
        self.comers = Addresses(AT_THE_DOOR)
        self.is_out_of_memory = False
        self.inside = 0  # sockets that are open
        self._exempt = Networks(limits.exempt)
        self._widths = limits.network_ipv4, limits.network_ipv6
        self.use(limits)

    def use(self, limits: LimitSettings) -> None:
        """Take over `limits`, for those who come from now on; who is exempt and how wide networks are stays."""
        self.addresses.most = limits.connections_per_address
        self.networks.most = limits.connections_per_network
        self.comers.most = AT_THE_DOOR if limits.connections_per_address else 0
        self.handshakes = Bucket(limits.tls_handshakes, limits.tls_handshakes, 0.0)  # of TLS; all share it
        pace = limits.connections_per_address
        self._pace = Tries(pace, PACE_SECONDS / pace) if pace else None
        self._most = _most_connections(limits.connections)
        self._memory = limits.memory_mib * 1048576 or memory_there_is() * 3 // 4

    def is_exempt(self, address: str) -> bool:
        """Whether the limits on connections and talk do not hold for `address`."""
        return address in self._exempt

    # ---- accepted

    def knock(self, address: str) -> str:
        """Count a socket that was accepted; why it can't be served, or ""."""
        if self.inside >= self._most:
            return NO_ROOM
        if self.is_out_of_memory:
            return NO_MEMORY
        if not self.is_exempt(address) and not self.comers.enter(address):
            return f"{self.comers.most} connections from your address are at the door already. Let them come in first."
        self.inside += 1
        return ""

    def known(self, address: str) -> None:
        """It is known for whom a socket speaks that was accepted from `address`, or it is closed."""
        if not self.is_exempt(address):
            self.comers.leave(address)

    def closed(self) -> None:
        """A socket that was accepted is closed."""
        self.inside -= 1

    # ---- known

    def enter(self, address: str) -> str:
        """Count a connection of `address`; why there may be none more, or ""."""
        if self.is_exempt(address):
            return ""
        if not self.addresses.enter(address):
            return f"There are {self.addresses.most} connections from your address already. Close one first."
        if not is_loopback(address) and not self.networks.enter(self._network(address)):
            self.addresses.leave(address)
            return f"There are {self.networks.most} connections from your network already. Try again later."
        return ""

    def leave(self, address: str) -> None:
        """Count one less; of one that had entered."""
        if self.is_exempt(address):
            return
        self.addresses.leave(address)
        if not is_loopback(address):
            self.networks.leave(self._network(address))

    def _network(self, address: str) -> str:
        return wider_network_of(address, *self._widths)

    def pace(self, address: str, now: float) -> float:
        """How many seconds a new connection of `address` has to wait: as many as it may have may come each second."""
        if self._pace is None or address == UNIX or self.is_exempt(address):
            return 0.0
        wait = self._pace.wait(address, now)
        self._pace.take(address, now)
        return wait

    def look(self) -> None:
        """See, now and then, how much memory is used."""
        self.is_out_of_memory = bool(self._memory) and memory_used() > self._memory


def _most_connections(asked: int) -> int:
    """How many sockets may be open: what is asked for, as far as descriptors go; 0: as far as they go."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = max(1, soft - SPARE_DESCRIPTORS) if soft != resource.RLIM_INFINITY else 1_000_000
    return min(asked, possible) if asked else possible


def memory_used() -> int:
    """Bytes that this process has in memory; 0 where that can't be seen."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


def memory_there_is() -> int:
    """Bytes of memory this process may use: the machine's, or its control group's; 0 where that can't be seen."""
    try:
        whole = os.sysconf("SC_PHYS_PAGES") * _PAGE
    except (OSError, ValueError):
        return 0
    try:
        return min(whole, int(_CONTROL_GROUP.read_text()))
    except (OSError, ValueError):  # no control groups, or "max"
        return whole
