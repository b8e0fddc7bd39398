"""One server under measurement: what a work is given.

Strategy: a work brings its crowd in, lets the server come to rest, and has a round measured; the CPU time that the
server uses while everyone is there and silent is taken off. A work returns plain figures; it prints nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.crowd import Crowd, Outcome
from bench.machine import Cpu, cpu_of, memory_of
from bench.servers import BenchError, Running


@dataclass(frozen=True)
class Sizes:
    """How large the works are; every field can be set on the command line."""

    members: int = 1000  # of the one room
    rate: float = 50.0  # messages a second in it
    seconds: float = 8.0  # for which it is talked in
    burst: int = 600  # messages of the flood
    senders: int = 4  # who write the flood
    rooms: int = 500  # of two
    slow: float = 2000.0  # messages a second in all of them
    full: float = 50000.0
    pair_seconds: float = 4.0
    joiners: int = 5000
    idle: int = 4000
    held: int = 19000
    latency_seconds: float = 4.0
    pipelined: int = 100_000  # lines that one client writes at once
    churned: int = 500  # clients that come and leave together


QUICK = Sizes(
    members=200, seconds=3.0, burst=300, rooms=100, slow=1000.0, full=20000.0, pair_seconds=2.0,
    joiners=500, idle=500, held=1000, latency_seconds=2.0, pipelined=10_000, churned=100,
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """A round and what it cost the server."""

    outcome: Outcome
    cpu: Cpu

    def micros(self, operations: int) -> float:
        """CPU time for each of so many operations, in microseconds."""
        return self.cpu.total / max(1, operations) * 1e6


class Trial:
    """A started server and the means to load it. What is odd about a run is kept in `remarks`."""

    def __init__(self, server: Running, sizes: Sizes, processes: int, limit: float) -> None:
        self.server = server
        self.sizes = sizes
        self.remarks: list[str] = []
        self._processes = processes
        self._limit = limit

    @contextmanager
    def crowd(self, clients: int, rooms: int = 0) -> Iterator[Crowd]:
        """So many clients, in their rooms if there are any, and the server at rest."""
        with Crowd(self.server.port, self._processes, self._limit) as crowd:
            crowd.connect(clients)
            if rooms:
                crowd.join(rooms)
            crowd.fence()
            yield crowd

    def measure(self, crowd: Crowd, messages: int, talkers: int, rate: float = 0.0, is_busy: bool = False) -> Measured:
        """A round of talk, and the CPU time it cost the server beyond its idling. Raises BenchError if any is lost.

        A server that `is_busy` already is not waited for, and nothing is taken off.
        """
        idle = Cpu() if is_busy else self._idle()
        before, began = self.cpu(), time.monotonic()
        outcome = crowd.talk(messages, talkers, rate)
        used = (self.cpu() - before).less_idle(idle, time.monotonic() - began)
        if not outcome.is_clean:
            raise BenchError(self._missing(crowd, outcome))
        if outcome.busiest > 0.9:
            self.remarks.append("a process of clients used a whole core: rates are lower limits")
        return Measured(outcome, used)

    @staticmethod
    def _missing(crowd: Crowd, outcome: Outcome) -> str:
        """What is said when not all arrived: lost is only what an answered PING has overtaken."""
        said = "; ".join([f"{outcome.heard} deliveries of {outcome.due} arrived in time", *outcome.notes])
        try:
            crowd.fence()
        except BenchError as error:
            return f"{said}; the server is not done: {error}"
        return f"{said}; every client has had a PING answered since, so the rest was late or is lost"

    def _idle(self) -> Cpu:
        """The CPU seconds a second that the server uses with everyone there and silent."""
        time.sleep(0.5)
        before, began = self.cpu(), time.monotonic()
        time.sleep(1.0)
        used, seconds = self.cpu() - before, time.monotonic() - began
        return Cpu(used.user / seconds, used.system / seconds)

    def cpu(self) -> Cpu:
        """The server's CPU time so far."""
        return cpu_of(self.server.pid)

    def memory(self) -> int:
        """Bytes the server holds, after a moment in which it may come to rest."""
        time.sleep(1.0)
        return memory_of(self.server.pid)
