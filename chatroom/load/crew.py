"""All processes of clients together, under one parent.

Strategy: the parent has no client of its own. It gives every worker the same order and waits until each has reported it
done, so a phase begins nowhere before the one before it has ended everywhere. Progress comes in between
and goes to a callback. A worker that dies is an error at once; nothing waits without a limit.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any, Self

import gevent
from gevent import subprocess
from gevent.queue import Queue
from hdrh.histogram import HdrHistogram

from chatroom.load.board import Steps, new_histogram
from chatroom.load.ledger import Tally
from chatroom.load.plan import Setup, Talk

_PATIENCE = 30.0  # seconds a worker may be over its own limits before it counts as hung
_HEAD_START_NS = 200_000_000  # from the order to talk to the first message: every worker has got it by then
Report = dict[str, Any]


class CrewError(Exception):
    """A worker process failed; the text says how."""


@dataclass
class Progress:
    """How far all are: clients, messages, deliveries."""

    joined: int = 0
    sent: int = 0
    delivered: int = 0


@dataclass
class Arrival:
    """How the connecting went. Seconds are from its beginning to the last client that took the step."""

    steps: Steps
    connect_seconds: float
    register_seconds: float
    join_seconds: float
    notes: Counter[str]


@dataclass
class Outcome:
    """How a round went. `seconds` is from the first message to the last delivery, histograms are in microseconds.

    `cpu_seconds` is what the workers used for it, the busiest one's share being `busiest_cpu_seconds`.
    """

    sent: int
    due: int
    tally: Tally
    latency: HdrHistogram
    late: HdrHistogram
    seconds: float
    cpu_seconds: float
    busiest_cpu_seconds: float
    disconnected: int
    notes: Counter[str] = field(default_factory=Counter)


class Crew:
    """The workers of one run; a context manager, at whose end none of them is left."""

    def __init__(self, setup: Setup, watch: Callable[[Progress], None] = lambda _: None) -> None:
        """`watch` is called with the progress several times a second, in the caller's greenlet."""
        self.setup = setup
        self.stopped = False
        self._watch = watch
        self._reports: Queue[tuple[int, Report | None]] = Queue()
        self._progress: dict[int, Report] = {}
        self._workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
        for index in range(self.setup.processes):
            worker = subprocess.Popen(
                [sys.executable, "-m", "chatroom.load.worker", str(index)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=True,  # Ctrl-C is for the parent, which then tells them
            )
            self._workers.append(worker)
            gevent.spawn(self._listen, index, worker)
        try:
            self._all({"do": "prepare", "setup": asdict(self.setup)}, 0)
        except CrewError:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.kill()  # they hold nothing that must be saved
            worker.wait()

    def stop(self) -> None:
        """End the present phase early (from another greenlet)."""
        self.stopped = True
        for worker in self._workers:
            self._tell(worker, {"do": "stop"})

    def connect(self) -> Arrival:
        """Bring all clients into their rooms. Raises CrewError when a worker fails."""
        begun = time.monotonic_ns()
        reports = self._all({"do": "connect"}, self.setup.timeout)
        steps = _sum_steps(reports)
        connect, register, join = (
            max(0, at - begun) / 1e9 for at in (steps.connected_ns, steps.registered_ns, steps.joined_ns)
        )
        return Arrival(steps, connect, register, join, _sum_notes(reports))

    def talk(self, tag: str, messages: int, talkers: int, rate: float, text_bytes: int) -> tuple[Talk, dict[int, int]]:
        """Say everything of one round: what was planned, and how many messages each talker has sent."""
        self._progress.clear()
        start = time.monotonic_ns() + _HEAD_START_NS
        talk = Talk(f"{self.setup.run}.{tag}", messages, talkers, rate, text_bytes, start)
        seconds = messages / rate if rate else 0
        reports = self._all({"do": "talk", "talk": asdict(talk)}, seconds + self.setup.timeout)
        return talk, {int(client): sent for report in reports for client, sent in report["sent"].items()}

    def drain(self, sent: dict[int, int]) -> list[Report]:
        """Wait for the deliveries of what was sent."""
        return self._all({"do": "drain", "sent": sent}, self.setup.timeout)

    def judge(self, talk: Talk, sent: dict[int, int], drained: list[Report]) -> Outcome:
        """Make sure that nothing more is under way, and count."""
        reports = self._all({"do": "judge", "token": talk.tag}, self.setup.timeout)
        tally, latency, late = Tally(), new_histogram(), new_histogram()
        for report in reports:
            tally.add(Tally(**report["tally"]))
            latency.add(HdrHistogram.decode(base64.b64decode(report["latency"])))
            late.add(HdrHistogram.decode(base64.b64decode(report["late"])))
        return Outcome(
            sent=sum(sent.values()),
            due=sum(report["due"] for report in drained),
            tally=tally,
            latency=latency,
            late=late,
            seconds=max(0, max(report["ended_ns"] for report in drained) - talk.start_ns) / 1e9,
            cpu_seconds=sum(report["cpu_seconds"] for report in drained),
            busiest_cpu_seconds=max(report["cpu_seconds"] for report in drained),
            disconnected=_sum_steps(reports).disconnected,
            notes=_sum_notes(reports),
        )

    def _tell(self, worker: subprocess.Popen[bytes], order: Report) -> None:
        assert worker.stdin is not None
        worker.stdin.write(json.dumps(order).encode() + b"\n")
        worker.stdin.flush()

    def _listen(self, index: int, worker: subprocess.Popen[bytes]) -> None:
        assert worker.stdout is not None
        for line in worker.stdout:
            self._reports.put((index, json.loads(line)))
        self._reports.put((index, None))

    def _all(self, order: Report, limit: float) -> list[Report]:
        """Have every worker do `order`; their reports, when the last is done."""
        for worker in self._workers:
            self._tell(worker, order)
        done: list[Report] = []
        error = CrewError(f"A load process did not finish its {order['do']!r} within {limit + _PATIENCE:.0f} seconds.")
        with gevent.Timeout(limit + _PATIENCE, error):
            while len(done) < len(self._workers):
                index, report = self._reports.get()
                if report is None:
                    raise CrewError(f"Load process {index + 1} ended unexpectedly. Its last words are above.")
                if report["done"] == "progress":
                    self._show(index, report)
                else:
                    done.append(report)
        return done

    def _show(self, index: int, report: Report) -> None:
        self._progress[index] = report
        latest = self._progress.values()
        self._watch(
            Progress(
                sum(report["steps"]["joined"] for report in latest),
                sum(report["sent"] for report in latest),
                sum(report["delivered"] for report in latest),
            )
        )


def _sum_steps(reports: list[Report]) -> Steps:
    """Counts added up, times the latest."""
    merge = {name: max if name.endswith("_ns") else sum for name in Steps.__dataclass_fields__}
    return Steps(**{name: how(report["steps"][name] for report in reports) for name, how in merge.items()})


def _sum_notes(reports: list[Report]) -> Counter[str]:
    return sum((Counter(report["notes"]) for report in reports), Counter())
