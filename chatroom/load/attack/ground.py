"""What an attack is given: where the server is, how many connections it may have, and until when.

Strategy: every hostile connection is a greenlet that runs one script until the time is up, whatever the server does to
it; a connection that the server refuses or ends is counted and tried again after a pause. So an attack is bounded in
connections and in time, whatever it does, and ends by itself.
"""

from __future__ import annotations

import random
import struct
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic

import gevent
from gevent import socket

from chatroom.load.plan import Setup, base36

PAUSE = 0.5  # seconds before a connection that was ended is tried again
PATIENCE = 5.0  # seconds that a hostile client waits for an answer
_ABRUPT = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST


@dataclass(frozen=True)
class Target:
    """Where to, how much, and whom it concerns.

    `setup.clients` is how many hostile connections there are at most; `people` are those who chat, in `room`.
    """

    setup: Setup
    seconds: float
    room: str
    people: tuple[str, ...]


class Hostile:
    """One hostile connection, of number `number`."""

    def __init__(self, ground: Ground, number: int) -> None:
        self.ground = ground
        self.number = number
        self.nick = f"z{ground.target.setup.run}{base36(number, 4)}"
        self.chance = random.Random(number)  # noqa: S311 - so that each run does the same
        self._sock: socket.socket | None = None

    def connect(self, receive_buffer: int = 0) -> None:
        """Be connected. Raises OSError."""
        setup = self.ground.target.setup
        sock = socket.socket(socket.AF_INET6 if ":" in setup.address else socket.AF_INET, socket.SOCK_STREAM)
        self._sock = sock
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source := setup.source_of(self.number):
            sock.bind((source, 0))
        sock.settimeout(PATIENCE)
        sock.connect((setup.address, setup.port))
        self.ground.counts["connected"] += 1

    def enter(self, *rooms: str, capabilities: str = "", receive_buffer: int = 0) -> None:
        """Be in the chat, and in `rooms`. Raises OSError when the server does not let it in."""
        self.connect(receive_buffer)
        asked = f"CAP REQ :{capabilities}\r\n" if capabilities else ""
        end = "CAP END\r\n" if capabilities else ""
        password = self.ground.target.setup.password
        given = f"PASS {password}\r\n" if password else ""
        self.send(f"{given}{asked}NICK {self.nick}\r\nUSER z 0 * :z\r\n{end}")
        self.until(b" 001 ")
        self.ground.counts["entered"] += 1
        for room in rooms:
            self.send(f"JOIN {room}\r\n")

    def until(self, words: bytes) -> None:
        """Read until `words` come. Raises OSError when they do not."""
        heard = b""
        while words not in heard:
            if not (data := self.socket.recv(65536)):
                self.ground.counts["refused"] += 1
                raise ConnectionError("refused")
            heard = heard[-len(words) :] + data

    @property
    def socket(self) -> socket.socket:
        """Its socket."""
        assert self._sock is not None
        return self._sock

    def send(self, data: str | bytes) -> None:
        """Send all of `data`. Raises OSError."""
        self.socket.sendall(data.encode() if isinstance(data, str) else data)
        self.ground.counts["bytes"] += len(data)

    def send_some(self, data: bytes) -> bool:
        """Send what the server takes at once; whether that was all."""
        with suppress(BlockingIOError):
            self.socket.settimeout(0)
            sent = self.socket.send(data)
            self.ground.counts["bytes"] += sent
            return sent == len(data)
        return False

    def read(self) -> None:
        """Take what has come, if anything has. Raises OSError when the connection is over."""
        self.socket.settimeout(0)
        with suppress(BlockingIOError):
            while True:
                if not self.socket.recv(262144):
                    raise ConnectionError("closed")

    def pause(self, seconds: float) -> None:
        """Wait, reading meanwhile; no longer than the attack lasts."""
        gevent.sleep(0)  # at its very end, too, others have to go on
        end = min(monotonic() + seconds, self.ground.end)
        while (left := end - monotonic()) > 0:
            self.read()
            gevent.sleep(min(left, 0.25))

    def reset(self) -> None:
        """Vanish without a goodbye (RST)."""
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPT)
        self.close()

    def close(self) -> None:
        """Let go of the socket."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None


Script = Callable[[Hostile], None]


class Ground:
    """Where an attack happens. `counts` says what the attacker got to do."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.counts: Counter[str] = Counter()
        self.end = monotonic() + target.seconds

    def run(self, script: Script) -> None:
        """Have all connections run `script`, again and again, until the time is up."""
        numbers = range(self.target.setup.clients)
        greenlets = [gevent.spawn(self._live, Hostile(self, number), script) for number in numbers]
        gevent.joinall(greenlets, timeout=max(0.0, self.end - monotonic()))
        gevent.killall(greenlets)

    def _live(self, hostile: Hostile, script: Script) -> None:
        gevent.sleep(hostile.chance.random() * min(1.0, self.target.seconds / 5))
        while monotonic() < self.end:
            try:
                script(hostile)
                self.counts["rounds"] += 1
            except OSError:
                self.counts["ended"] += 1
                hostile.close()
                gevent.sleep(PAUSE * (1 + hostile.chance.random()))
            finally:
                hostile.close()
