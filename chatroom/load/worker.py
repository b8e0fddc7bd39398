"""One process of clients, told what to do over a pipe.

Strategy: a line of JSON for each order on standard input and each report on standard output. Orders are done one after
the other; only "stop" is heeded at once. When the input ends so does the process: no load outlives its parent.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import gevent
from gevent.fileobject import FileObjectPosix
from gevent.queue import Queue

from chatroom.load.crowd import Crowd
from chatroom.load.plan import Setup, Talk

_REPORT_EVERY = 0.25  # seconds
Order = dict[str, Any]


class Worker:
    """Process number `process`: does the orders that arrive on descriptor `orders`, reports on descriptor `reports`."""

    _crowd: Crowd

    def __init__(self, process: int, orders: int, reports: int) -> None:
        self._process = process
        self._input = FileObjectPosix(orders, "rb")
        self._output = FileObjectPosix(reports, "wb", bufsize=0)
        self._orders: Queue[Order] = Queue()
        self._sent: dict[int, int] = {}
        self._cpu_start = 0.0

    def run(self) -> None:
        """Work until there are no more orders; never returns."""
        gevent.spawn(self._listen)
        orders: dict[str, Callable[[Order], Order]] = {
            "prepare": self._prepare,
            "connect": self._connect,
            "talk": self._talk,
            "drain": self._drain,
            "judge": self._judge,
        }
        while True:
            order = self._orders.get()
            self._report(order["do"], orders[order["do"]](order))

    def _listen(self) -> None:
        for line in self._input:
            order = json.loads(line)
            if order["do"] == "stop":
                self._crowd.stop()
            else:
                self._orders.put(order)
        os._exit(0)  # there is nothing to save, and closing thousands of sockets one by one is the kernel's work

    def _report(self, what: str, figures: Order) -> None:
        self._output.write(json.dumps({"done": what, **figures}).encode() + b"\n")

    def _report_progress(self) -> None:
        while True:
            gevent.sleep(_REPORT_EVERY)
            board = self._crowd.board
            self._report(
                "progress",
                {"steps": asdict(board.steps), "sent": self._crowd.sent, "delivered": board.tally.delivered},
            )

    def _prepare(self, order: Order) -> Order:
        self._crowd = Crowd(Setup(**order["setup"]), self._process)
        gevent.spawn(self._report_progress)
        return {}

    def _connect(self, _order: Order) -> Order:
        self._crowd.connect()
        return {"steps": asdict(self._crowd.board.steps), "notes": self._crowd.board.notes}

    def _talk(self, order: Order) -> Order:
        self._cpu_start = time.process_time()
        return {"sent": self._crowd.talk(Talk(**order["talk"]))}

    def _drain(self, order: Order) -> Order:
        self._sent = {int(client): sent for client, sent in order["sent"].items()}
        due = self._crowd.due(self._sent)
        self._crowd.drain(due)
        return {"due": due, "ended_ns": time.monotonic_ns(), "cpu_seconds": time.process_time() - self._cpu_start}

    def _judge(self, order: Order) -> Order:
        self._crowd.fence(order["token"])
        self._crowd.settle(self._sent)
        board = self._crowd.board
        return {
            "tally": asdict(board.tally),
            "latency": base64.b64encode(board.latency.encode()).decode(),
            "late": base64.b64encode(self._crowd.lateness.encode()).decode(),
            "steps": asdict(board.steps),
            "notes": board.notes,
        }


if __name__ == "__main__":
    Worker(int(sys.argv[1]), 0, 1).run()
