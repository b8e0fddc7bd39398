"""One process of clients, told what to do over a pipe.

Strategy: messages are counted by their mark, not taken apart; only a chunk that holds other lines too is searched for
what must be heeded. Whether each message arrives once and in order is chat-load's business; here the numbers must come
out. A chunk's oldest message tells its latency, and counts for all in it: never better than it was.
"""

from __future__ import annotations

import gc
import os
import re
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from bench.sockets import Client, Sockets
from chatroom.load.options import raise_descriptor_limit

_AT_ONCE = 32  # connections being opened at a time: more only overflow a modest server's accept queue
_HOLD = 0.02  # seconds one counts as being opened when the server does not register it sooner (InspIRCd takes one)
_ATTEMPTS = 5
_QUIET = 20.0  # seconds without a delivery after which no more is waited for; a busy machine may stand still so long
_STAMP = 12  # digits of a message's time, in microseconds since the round began
_HEEDED = re.compile(rb"(?:^|\n)(?::\S+ )?(PING|ERROR|4\d\d|5\d\d)\b([^\r\n]*)")
_HARMLESS = (b"422", b"439")  # no message of the day; "please wait", which some servers send first
_FILL = b" the quick brown fox jumps over the lazy dog" * 3
_TEXT = 80  # bytes of a message's text


@dataclass(frozen=True)
class Share:
    """Which of all clients are one process's: number `process`, and every `processes`-th after it."""

    port: int
    run: str  # letters and digits that make this run's names its own
    process: int
    processes: int
    network: int  # of the loopback addresses this run connects from

    def of(self, first: int, last: int) -> range:
        """Those from `first` up to `last`."""
        return range(first + (self.process - first) % self.processes, last, self.processes)

    def nick(self, number: int) -> str:
        """Nine letters and digits, so that the strictest server takes it."""
        return f"{self.run}{number:05d}"


@dataclass(frozen=True)
class Round:
    """Talk: `messages` in all, by the first `talkers` of `members` clients in turn, `rate` a second (0: at once)."""

    tag: str
    messages: int
    talkers: int
    members: int
    rate: float
    start_ns: int

    def said_by(self, number: int) -> int:
        """How many of the messages client `number` says."""
        return self.messages // self.talkers + (number < self.messages % self.talkers) if number < self.talkers else 0

    def due_ns(self, turn: int) -> int:
        """When message number `turn` is to be said."""
        return self.start_ns + (int(turn * 1e9 / self.rate) if self.rate else 0)


@dataclass
class Heard:
    """What one process got of a round. `latency` counts messages by microseconds, to three digits."""

    due: int = 0
    heard: int = 0
    ended_ns: int = 0
    cpu_seconds: float = 0.0
    late_ms: float = 0.0  # the latest that a message was written
    clients: int = 0  # still there
    notes: Counter[str] = field(default_factory=Counter)
    latency: Counter[int] = field(default_factory=Counter)


class Swarm:
    """The clients of one process."""

    def __init__(self, share: Share) -> None:
        self.share = share
        self.rooms = 1
        self._sockets = Sockets(share.port, share.network, self._take)
        self._sockets.gone = self._gone
        self._wanted: deque[int] = deque()  # who is still to be connected
        self._attempts: Counter[int] = Counter()
        self._failed: set[int] = set()
        self._awaited = b"\n"  # what a client is waited for to receive, such as its 001
        self._arrived: set[int] = set()  # who has received it
        self._notes: Counter[str] = Counter()
        self._mark = b""
        self._heard = self._last_ns = self._start_ns = 0
        self._samples: list[tuple[int, int]] = []  # microseconds, messages

    # ---- orders

    def connect(self, first: int, last: int, limit: float) -> int:
        """Bring clients `first` up to `last` in, until their 001; how many are in."""
        self._wanted = deque(self.share.of(first, last))
        total, end = len(self._wanted), time.monotonic() + limit
        self._await(b" 001 ")
        opening: deque[Client] = deque()
        while len(self._arrived) + len(self._failed) < total and time.monotonic() < end:
            while self._wanted and len(opening) < _AT_ONCE:
                opening.append(self._introduced(self._wanted.popleft()))
            self._sockets.turn(_HOLD)
            now = time.monotonic()
            opening = deque(c for c in opening if now - c.opened < _HOLD and c.number not in self._arrived)
        gc.collect()
        gc.freeze()  # what stands now stays: later collections need not look at it
        return len(self._arrived)

    def join(self, rooms: int, limit: float) -> int:
        """Have everyone join a room, client n the room n modulo `rooms`; how many have its 366."""
        self.rooms = rooms
        return self._ask({c: f"JOIN {self._room(c.number)}\r\n" for c in self._everyone}, " 366 ", limit)

    def fence(self, token: str, limit: float) -> int:
        """Have everyone's PING answered: what the server had for a client before that, the client now has."""
        return self._ask(dict.fromkeys(self._everyone, f"PING {token}\r\n"), token, limit)

    def pipeline(self, number: int, lines: int, _limit: float) -> None:
        """Have one client, if it is here, go to a room of its own and write very much; it is sent while others talk."""
        if client := self._sockets.clients.get(number):
            room = f"#{self.share.run}-alone".encode()
            self._sockets.write(
                client, b"JOIN %s\r\n" % room + b"PRIVMSG %s :on and on and on and on\r\n" % room * lines
            )

    def talk(self, of: Round, limit: float) -> Heard:
        """Say this process's part of a round, and hear its deliveries."""
        began = time.process_time()
        self._await(b"")
        self._mark = f" :~{of.tag} ".encode()
        self._heard, self._samples, self._start_ns, self._last_ns = 0, [], of.start_ns, of.start_ns
        heard = Heard(due=self._due(of))
        heard.late_ms = self._say(of)
        self._hear(heard.due, limit)
        heard.heard, heard.ended_ns = self._heard, self._last_ns
        heard.cpu_seconds = time.process_time() - began
        heard.latency = _rounded(self._samples)
        heard.clients, heard.notes = len(self._sockets.clients), self._notes
        self._mark = b""
        return heard

    # ---- coming in

    @property
    def _everyone(self) -> list[Client]:
        return list(self._sockets.clients.values())

    def _introduced(self, number: int) -> Client:
        """The client, being connected, its name the first that it will say."""
        client = Client(number)
        client.opened = time.monotonic()
        self._sockets.open(client, f"NICK {self.share.nick(number)}\r\nUSER load 0 * :load\r\n".encode())
        return client

    def _gone(self, client: Client, why: str) -> None:
        """Its connection is over. Before the first word the server may only have been too busy to accept it."""
        self._notes[why] += 1
        if self._awaited == b" 001 " and client.number not in self._arrived:
            self._attempts[client.number] += 1
            if self._attempts[client.number] < _ATTEMPTS:
                self._wanted.append(client.number)
            else:
                self._failed.add(client.number)

    def _await(self, what: bytes) -> None:
        self._awaited, self._arrived = what, set()

    def _ask(self, lines: dict[Client, str], answer: str, limit: float) -> int:
        """Write each client's line; how many have got the answer in time."""
        self._await(answer.encode())
        for client, line in lines.items():
            self._sockets.write(client, line.encode())
        end = time.monotonic() + limit
        while len(self._arrived) < len(self._sockets.clients) and time.monotonic() < end:
            self._sockets.turn(0.05)
        return len(self._arrived)

    def _room(self, number: int) -> str:
        return f"#{self.share.run}-{number % self.rooms}"

    # ---- in

    def _take(self, client: Client, data: bytes) -> None:
        """Whole lines have come. The hot path: a count, a search, a number."""
        mark = self._mark
        found = data.count(mark) if mark else 0
        if found:
            at = data.find(mark) + len(mark)
            self._last_ns = now = time.monotonic_ns()
            self._heard += found
            self._samples.append(((now - self._start_ns) // 1000 - int(data[at : at + _STAMP]), found))
            if data.count(b"\n") == found:
                return
        if self._awaited and self._awaited in data:
            self._arrived.add(client.number)
        if b"PING" in data or (self._awaited != b" 366 " and len(data) < 2000):  # a storm of JOINs isn't looked through
            self._heed(client, data)

    def _heed(self, client: Client, data: bytes) -> None:
        for verb, rest in _HEEDED.findall(data):
            if verb == b"PING":
                self._sockets.write(client, b"PONG" + rest + b"\r\n")
            elif verb not in _HARMLESS:
                self._notes[f"{verb.decode()}{rest.decode(errors='replace')}"[:100]] += 1

    # ---- talking

    def _due(self, of: Round) -> int:
        said: Counter[int] = Counter()
        for talker in range(of.talkers):
            said[talker % self.rooms] += of.said_by(talker)
        return sum(said[number % self.rooms] - of.said_by(number) for number in self.share.of(0, of.members))

    def _say(self, of: Round) -> float:
        """Write each message when it is due; how late, in ms, the latest was."""
        latest = 0
        batch: dict[int, list[bytes]] = {}
        for turn in self._turns(of):
            due = of.due_ns(turn)
            while due > (now := time.monotonic_ns()):
                self._flush(batch)
                self._sockets.turn(min(0.01, max(0, due - time.monotonic_ns()) / 1e9))
            latest = max(latest, now - due)
            number = turn % of.talkers
            batch.setdefault(number, []).append(self._line(number, (now - of.start_ns) // 1000))
        self._flush(batch)
        return latest / 1e6

    def _turns(self, of: Round) -> Iterable[int]:
        """The numbers of the messages that this process's clients say, in order."""
        mine = self.share.of(0, of.talkers)
        every = (first + number for first in range(0, of.messages, of.talkers) for number in mine)
        return (turn for turn in every if turn < of.messages)

    def _line(self, number: int, sent: int) -> bytes:
        text = self._mark + f"{max(0, sent):0{_STAMP}d}".encode()
        return b"PRIVMSG %s%s%s.\r\n" % (self._room(number).encode(), text, _FILL[: _TEXT - len(text)])

    def _flush(self, batch: dict[int, list[bytes]]) -> None:
        for number, lines in batch.items():
            if client := self._sockets.clients.get(number):
                self._sockets.write(client, b"".join(lines))
        batch.clear()
        self._sockets.turn(0)

    def _hear(self, due: int, limit: float) -> None:
        end = quiet_end = time.monotonic() + limit
        seen = -1
        while self._heard < due and time.monotonic() < min(end, quiet_end):
            if self._heard != seen:
                seen, quiet_end = self._heard, time.monotonic() + _QUIET
            self._sockets.turn(0.05)


def _rounded(samples: Iterable[tuple[int, int]]) -> Counter[int]:
    """Messages by microseconds, to three digits."""
    counted: Counter[int] = Counter()
    for micros, messages in samples:
        unit = 10 ** max(0, len(str(micros)) - 3)
        counted[max(1, micros // unit * unit)] += messages
    return counted


def serve(share: Share, orders: Connection) -> None:
    """The life of a process: each order in turn, its result back; ends with its parent."""
    raise_descriptor_limit()
    swarm = Swarm(share)
    try:
        while True:
            name, arguments = orders.recv()
            orders.send(getattr(swarm, name)(*arguments))
    except (EOFError, KeyboardInterrupt, BrokenPipeError):
        pass
    os._exit(0)  # there is nothing to save, and closing thousands of sockets one by one is the kernel's work
