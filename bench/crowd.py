"""All processes of clients together, under one parent.

Strategy: the parent has no client of its own. It gives every process the same order and waits, with a limit, until each
has answered, so that a phase begins nowhere before the one before it has ended everywhere.
"""

from __future__ import annotations

import multiprocessing
import random
import secrets
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Self

from bench.servers import BenchError
from bench.swarm import Heard, Round, Share, serve

_PATIENCE = 30.0  # seconds a process may be over its own limits before it counts as hung
_HEAD_START_NS = 200_000_000  # from the order to talk to the first message: every process has got it by then
_LETTERS = "abcdefghijkmnopqrstuvwxyz"


@dataclass(frozen=True)
class Outcome:
    """How a round went, over all processes. `seconds` is from the first message to the last delivery."""

    sent: int
    due: int
    heard: int
    seconds: float
    latency: Counter[int]
    late_ms: float
    busiest: float  # share of a core that the busiest process of clients used
    clients: int
    notes: Counter[str]

    @property
    def is_clean(self) -> bool:
        """Whether as many messages arrived as were due."""
        return self.heard == self.due

    def latency_ms(self, percentile: float) -> float:
        """The latency that so many percent of the deliveries did not exceed."""
        wanted, so_far = self.latency.total() * percentile / 100, 0
        for micros in sorted(self.latency):
            so_far += self.latency[micros]
            if so_far >= wanted:
                return micros / 1000
        return 0.0


class Crowd:
    """The clients of one measurement; a context manager, at whose end none is left."""

    def __init__(self, port: int, processes: int, limit: float) -> None:
        """`limit` is the most seconds that any one phase may take."""
        self.size = 0
        self._limit = limit
        self._port = port
        self._processes = processes
        self._workers: list[tuple[BaseProcess, Connection]] = []

    def __enter__(self) -> Self:
        run = secrets.choice(_LETTERS) + "".join(secrets.choice(_LETTERS) for _ in range(3))
        network = random.randrange(1, 255)  # a new one each time: ports of the last run may still be in TIME_WAIT
        context = multiprocessing.get_context("spawn")
        for process in range(self._processes):
            share = Share(self._port, run, process, self._processes, network)
            ours, theirs = context.Pipe()
            worker = context.Process(target=serve, args=(share, theirs), daemon=True)
            worker.start()
            theirs.close()
            self._workers.append((worker, ours))
        return self

    def __exit__(self, *_error: object) -> None:
        for worker, pipe in self._workers:
            pipe.close()
            worker.kill()
            worker.join()

    def connect(self, clients: int) -> None:
        """Bring so many in, or more than are in already. Raises BenchError when not all get in."""
        came = sum(self._all("connect", self.size, clients, self._limit))
        if came < clients - self.size:
            raise BenchError(f"only {came} of {clients - self.size} clients came in within {self._limit:.0f} s")
        self.size = clients

    def join(self, rooms: int) -> None:
        """Have everyone join one of so many rooms. Raises BenchError when not all are in."""
        joined = sum(self._all("join", rooms, self._limit))
        if joined < self.size:
            raise BenchError(f"only {joined} of {self.size} clients joined within {self._limit:.0f} s")

    def pipeline(self, lines: int) -> None:
        """Have the last client write so many lines of talk at once, in its own room."""
        self._all("pipeline", self.size - 1, lines, self._limit)

    def fence(self) -> None:
        """Wait until everyone has all that the server has for them."""
        token = f"fence{secrets.token_hex(4)}"
        if (reached := sum(self._all("fence", token, self._limit))) < self.size:
            raise BenchError(f"only {reached} of {self.size} clients had their PING answered")

    def talk(self, messages: int, talkers: int, rate: float) -> Outcome:
        """Say everything of one round, and hear it."""
        tag = secrets.token_hex(2)
        of = Round(tag, messages, talkers, self.size, rate, time.monotonic_ns() + _HEAD_START_NS)
        seconds = messages / rate if rate else 0.0
        return self._outcome(of, self._all("talk", of, seconds + self._limit))

    def _outcome(self, of: Round, parts: Iterable[Heard]) -> Outcome:
        parts = list(parts)
        seconds = max(1, max(part.ended_ns for part in parts) - of.start_ns) / 1e9
        return Outcome(
            sent=of.messages,
            due=sum(part.due for part in parts),
            heard=sum(part.heard for part in parts),
            seconds=seconds,
            latency=sum((part.latency for part in parts), Counter()),
            late_ms=max(part.late_ms for part in parts),
            busiest=max(part.cpu_seconds for part in parts) / seconds,
            clients=sum(part.clients for part in parts),
            notes=sum((part.notes for part in parts), Counter()),
        )

    def _all(self, name: str, *arguments: Any) -> list[Any]:
        """Have every process do it; their answers. The last argument is the limit."""
        end = time.monotonic() + arguments[-1] + _PATIENCE
        try:
            for _, pipe in self._workers:
                pipe.send((name, arguments))
            answers = []
            for _, pipe in self._workers:
                if not pipe.poll(max(0.0, end - time.monotonic())):
                    raise BenchError(f"a process of clients did not finish its {name!r} in time")
                answers.append(pipe.recv())
        except (EOFError, OSError):
            raise BenchError(f"a process of clients ended while doing {name!r}") from None
        return answers
