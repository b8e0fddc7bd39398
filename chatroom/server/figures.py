"""What is counted while the server runs, for whoever asks how it does (see metrics).

Strategy: counting must not be felt. What can be read off when somebody asks (who is connected, what waits, what the
kernel has sent) is not counted at all; what is counted is counted once for an event or a turn of the loop, never once
for each who hears.
"""

from __future__ import annotations

import socket
import struct
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

import gevent

if TYPE_CHECKING:
    from chatroom.core.chat import Deliver
    from chatroom.server.connection import Connection

DELAY_SECONDS = 0.5  # between two looks at how late the loop is
_TCP_BYTES = struct.Struct("@120xQQ")  # of Linux's tcp_info: bytes the other side has confirmed, bytes received


class Timing:
    """How long something took, by how often it took at most so many seconds."""

    BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)

    def __init__(self) -> None:
        self.counts = [0] * (len(self.BOUNDS) + 1)  # the last one: longer than all bounds
        self.seconds = 0.0

    def note(self, seconds: float) -> None:
        """It took so long once more."""
        self.counts[bisect_left(self.BOUNDS, seconds)] += 1
        self.seconds += seconds

    def timed(self, work: Callable[[], None]) -> Callable[[], None]:
        """`work`, timed each time it succeeds."""

        def measured() -> None:
            began = perf_counter()
            work()
            self.note(perf_counter() - began)

        return measured

    def cumulated(self) -> list[tuple[str, float]]:
        """How often it took at most each bound, and at all, as Prometheus has it."""
        total, found = 0, []
        for bound, count in zip((*map(str, self.BOUNDS), "+Inf"), self.counts, strict=True):
            total += count
            found.append((bound, float(total)))
        return found


class Figures:
    """The counts of one server since its start."""

    def __init__(self) -> None:
        self.commits, self.flushes, self.delays = Timing(), Timing(), Timing()
        self.events: Counter[str] = Counter()  # by kind
        self.deliveries = 0
        self.refused: Counter[str] = Counter()  # by reason
        self._closed = (0, 0)  # bytes sent and received by connections that are closed

    def counting(self, deliver: Deliver) -> Deliver:
        """`deliver`, counted."""

        def counted(record: Any, hearers: Any, origin: Any, watchers: Any) -> None:
            self.events[record.event.kind] += 1
            self.deliveries += len(hearers)
            deliver(record, hearers, origin, watchers)

        return counted

    def scheduling(self, schedule: Callable[[Callable[[], None]], object]) -> Callable[[Callable[[], None]], object]:
        """`schedule`, what it is given being timed as a flush."""
        return lambda work: schedule(self.flushes.timed(work))

    def watch_loop(self) -> None:
        """Look for ever, now and then, how late the loop is; the greenlet of whoever wants to know."""
        while True:
            due = perf_counter() + DELAY_SECONDS
            gevent.sleep(DELAY_SECONDS)
            self.delays.note(max(0.0, perf_counter() - due))

    # ---- bytes

    def closing(self, connection: Connection) -> None:
        """`connection` is about to be closed."""
        sent, received = bytes_of(connection.sock)
        self._closed = self._closed[0] + sent, self._closed[1] + received

    def bytes(self, connections: list[Connection]) -> tuple[int, int]:
        """Bytes sent and received in all, those of `connections` that are open included."""
        sent, received = self._closed
        for connection in connections:
            more = bytes_of(connection.sock)
            sent, received = sent + more[0], received + more[1]
        return sent, received


def bytes_of(sock: socket.socket) -> tuple[int, int]:
    """Bytes sent and received over a TCP connection, as the kernel counts them; zeros for others."""
    if sock.family == socket.AF_UNIX:
        return 0, 0
    try:
        sent, received = _TCP_BYTES.unpack(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_BYTES.size))
    except (OSError, struct.error):
        return 0, 0
    return sent, received
