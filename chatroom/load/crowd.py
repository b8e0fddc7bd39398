"""All clients of one process: brought in, made to talk, waited for.

Strategy: everything bounded is one loop, `_wait`, that looks at a few counters every few milliseconds; deliveries come
by the ten thousand a second, so looking is cheaper than being told. A stop ends the phase that is going on, no more.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Callable
from time import monotonic, monotonic_ns

import gevent
from gevent.event import Event

from chatroom.load.board import Board, new_histogram
from chatroom.load.client import Client
from chatroom.load.ledger import Book
from chatroom.load.marks import Marker
from chatroom.load.plan import Setup, Talk

_LOOK_EVERY = 0.01  # seconds


class Crowd:
    """The clients of process number `process`."""

    def __init__(self, setup: Setup, process: int) -> None:
        self.setup = setup
        self.board = Board()
        self.sent = 0
        self.lateness = new_histogram()  # how late messages were written, in microseconds
        self._mine = setup.of_process(process)
        self._clients: dict[int, Client] = {i: Client(i, setup, self.board) for i in self._mine}
        self._stopped = Event()

    def stop(self) -> None:
        """End the present phase early."""
        self._stopped.set()

    def connect(self) -> None:
        """Bring everyone in, or as many as the server lets in before the timeout."""
        self._stopped.clear()
        for client in self._clients.values():
            gevent.spawn(client.run)
        steps = self.board.steps
        everyone = len(self._clients)
        if not self._wait(lambda: steps.joined + steps.failed >= everyone, self.setup.timeout):
            self._note_stragglers()
        gc.collect()
        gc.freeze()  # what stands now stays: later collections need not look at it

    def _note_stragglers(self) -> None:
        missing = len(self._clients) - self.board.steps.joined - self.board.steps.failed
        why = "stopped before joining" if self._stopped.is_set() else "not in its room when the time was up"
        self.board.notes[why] += missing

    def talk(self, talk: Talk) -> dict[int, int]:
        """Say this process's part of the round; how many messages each of its clients has sent."""
        self._stopped.clear()
        marker = Marker(talk.tag, talk.text_bytes)
        self.board.begin(marker, talk.start_ns)
        self.sent = 0
        self.lateness = new_histogram()
        for client in self._clients.values():
            client.sent = 0
            client.book = Book(talk.heard_by(client.number, self.setup.rooms), talk.most_by_one(), self.board.tally)
        self._pace(talk, marker)
        return {number: client.sent for number, client in self._clients.items() if client.sent}

    def _pace(self, talk: Talk, marker: Marker) -> None:
        """Write each message when it is due; all that are due by now in one write for each client."""
        batch: dict[int, bytearray] = defaultdict(bytearray)
        for turn, number in talk.turns(self._mine):
            due = talk.due_ns(turn)
            while due > (now := monotonic_ns()):
                self._write(batch)
                if self._stopped.wait((due - monotonic_ns()) / 1e9):
                    return
            self.lateness.record_value(max(1, (now - due) // 1000))
            client = self._clients[number]
            if client.alive:
                sent_us = (
                    now - talk.start_ns
                ) // 1000  # this loop never waits for the server, so neither does the clock
                batch[number] += marker.line(self.setup.room_of(number), number, client.sent, sent_us)
                client.sent += 1
        self._write(batch)

    def _write(self, batch: dict[int, bytearray]) -> None:
        for number, lines in batch.items():
            self._clients[number].write(lines)
            self.sent += lines.count(b"\n")
        batch.clear()

    def due(self, sent: dict[int, int]) -> int:
        """How many deliveries the clients of this process are due."""
        return sum(client.book.due(sent) for client in self._clients.values())

    def drain(self, due: int) -> None:
        """Wait for the last deliveries: until all have come, or none for the drain time, or the timeout."""
        self._stopped.clear()
        tally = self.board.tally
        self._wait(lambda: tally.delivered >= due, self.setup.timeout, lambda: tally.delivered)

    def fence(self, token: str) -> None:
        """Have everyone's PING answered: what the server had for a client before that, the client now has."""
        self._stopped.clear()
        self.board.fence, self.board.fenced = token, 0
        alive = [client for client in self._clients.values() if client.alive]
        for client in alive:
            client.write(f"PING {token}\r\n".encode())
        self._wait(lambda: self.board.fenced >= len(alive), self.setup.timeout, lambda: self.board.fenced)

    def settle(self, sent: dict[int, int]) -> None:
        """Judge: nothing more will come."""
        for client in self._clients.values():
            client.book.settle(sent)

    def _wait(self, done: Callable[[], bool], limit: float, growing: Callable[[], int] | None = None) -> bool:
        """Until `done`, for `limit` seconds at most; with `growing`, no longer than the drain time without growth."""
        end = quiet_end = monotonic() + limit
        seen = -1
        while not done() and not self._stopped.is_set():
            if growing and growing() != seen:
                seen = growing()
                quiet_end = monotonic() + self.setup.drain
            if monotonic() >= min(end, quiet_end):
                return False
            gevent.sleep(_LOOK_EVERY)
        return done()
