"""One client: connects, registers, joins its room, and reads for as long as the server lets it.

Strategy: one greenlet per client, which waits for the socket to be readable and then reads once. In what it reads, the
marks of the round are found first; only if the chunk holds other lines too are those looked at, and of these only the
few that a client must heed. Writing never waits: what the kernel does not take at once a short-lived greenlet writes.
"""

from __future__ import annotations

import re
from time import monotonic_ns

import gevent
from gevent import socket
from gevent.hub import get_hub

from chatroom.load.board import Board
from chatroom.load.ledger import Book
from chatroom.load.plan import Setup
from chatroom.wire import irc

_CHUNK = 32768
_LONGEST_LINE = 16384  # bytes; tags included no honest line is longer
_HOLD = 0.02  # seconds a client counts as connecting when the server does not register it sooner (InspIRCd takes one)
_ATTEMPTS = 5
_PAUSE = 0.5  # seconds
_IP_BIND_ADDRESS_NO_PORT = 24  # Linux: choose the port at connect, so that every address has all of them
# The newline in front lets the search skip from line to line.
_HEEDED = re.compile(rb"\n(?:@\S+ )?(?::\S+ )?(?:PING|PONG|ERROR|001|366|[45]\d\d)\b[^\r\n]*")
_HARMLESS = frozenset(("422", "439"))  # no message of the day; "please wait", which some servers send first


class Client:
    """One connection to the server. `joined` and `alive` say how far it is; `book` is set for each round."""

    __slots__ = (
        "_attempts",
        "_board",
        "_holds",
        "_registered",
        "_rest",
        "_setup",
        "_sock",
        "_unsent",
        "_writer",
        "alive",
        "book",
        "joined",
        "number",
        "sent",
    )

    def __init__(self, number: int, setup: Setup, board: Board) -> None:
        self.number = number
        self.sent = 0  # messages of the round
        self.book = Book((), 0, board.tally)
        self.joined = False
        self.alive = True
        self._setup = setup
        self._board = board
        self._sock: socket.socket | None = None
        self._attempts = 0
        self._holds = False  # a place among those connecting
        self._registered = False
        self._rest = b""
        self._unsent = bytearray()
        self._writer: gevent.Greenlet[[], None] | None = None

    def run(self) -> None:
        """The client's greenlet: from connecting to the end of the connection. Never raises OSError."""
        try:
            while not self._live():
                self._board.note("connections reset before a word from the server, and tried again")
                gevent.sleep(_PAUSE)
        except OSError as error:
            self._lose(f"{type(error).__name__}: {error.strerror or error}")

    def _live(self) -> bool:
        """One connection until its end; False when it should be tried again.

        A server whose accept queue is full (ngircd's holds ten) makes the kernel reset connections it had promised.
        """
        self._board.gate.acquire()
        self._holds = True
        try:
            self._connect()
            gevent.spawn_later(_HOLD, self._release)
            self._read()
            self._lose("the server closed the connection")
        except ConnectionResetError:
            self._attempts += 1
            if self._attempts >= _ATTEMPTS or self._registered:
                raise
            self._board.steps.connected -= 1
            self._rest = b""
            self._unsent.clear()
            return False
        finally:
            self._release()
            self._hang_up()
        return True

    def _release(self) -> None:
        """Let the next one connect: this one is registered, or the server takes its time."""
        if self._holds:
            self._holds = False
            self._board.gate.release()

    def write(self, data: bytes | bytearray) -> None:
        """Send `data` after what is still unsent. Never waits; a dead connection is found by the reader."""
        if self._unsent:
            self._unsent += data
        elif self.alive and (taken := self._send(data)) < len(data):
            self._unsent += data[taken:]
            self._writer = gevent.spawn(self._write_rest)

    def _connect(self) -> None:
        family = socket.AF_INET6 if ":" in self._setup.address else socket.AF_INET
        self._sock = sock = socket.socket(family, socket.SOCK_STREAM)
        if source := self._setup.source_of(self.number):
            sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
            sock.bind((source, 0))
        sock.settimeout(self._setup.timeout)
        sock.connect((self._setup.address, self._setup.port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(0)  # from here on every wait is our own
        self._board.steps.connected += 1
        self._board.steps.connected_ns = monotonic_ns()
        self._introduce()

    def _introduce(self) -> None:
        if self._setup.password:
            self._say("PASS", self._setup.password)
        self._say("NICK", self._setup.nick(self.number))
        self._say("USER", "load", "0", "*", "load test")

    def _say(self, verb: str, *params: str) -> None:
        self.write(irc.format_line(verb, *params).encode() + b"\r\n")

    def _send(self, data: bytes | bytearray) -> int:
        assert self._sock is not None
        try:
            return self._sock.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)

    def _write_rest(self) -> None:
        hub = get_hub()
        assert self._sock is not None
        writable = hub.loop.io(self._sock.fileno(), 2)
        try:
            while self._unsent:
                hub.wait(writable)
                del self._unsent[: self._send(self._unsent)]
        finally:
            writable.close()

    def _read(self) -> None:
        hub = get_hub()
        assert self._sock is not None
        readable = hub.loop.io(self._sock.fileno(), 1)
        receive = self._sock.recv
        try:
            while self.alive:
                hub.wait(readable)
                data = receive(_CHUNK)
                if not data:
                    break
                self._take(data)
        finally:
            readable.close()

    def _take(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
        end = data.rfind(b"\n") + 1
        self._rest = data[end:][-_LONGEST_LINE:]
        marks = self._board.marker.find(data, 0, end)
        if marks:
            self._board.arrive(self.book, marks)
        if data.count(b"\n", 0, end) != len(marks):
            for line in _HEEDED.findall(b"\n" + data[:end]):
                self._heed(line[1:].decode(errors="replace"))

    def _heed(self, line: str) -> None:
        message = irc.parse(line)
        if message is None or not self.alive:
            return
        if message.verb == "PING":
            self._say("PONG", *message.params)
        elif message.verb == "PONG":
            self._board.fenced += message.params[-1:] == (self._board.fence,)
        elif message.verb == "001":
            self._join()
        elif message.verb == "366":
            self._enter()
        elif message.verb not in _HARMLESS:
            self._complain(f"{message.verb} {message.params[-1] if message.params else ''}")

    def _join(self) -> None:
        self._registered = True
        self._release()
        self._board.steps.registered += 1
        self._board.steps.registered_ns = monotonic_ns()
        self._say("JOIN", self._setup.room_of(self.number))

    def _enter(self) -> None:
        if not self.joined:
            self.joined = True
            self._board.steps.joined += 1
            self._board.steps.joined_ns = monotonic_ns()

    def _complain(self, text: str) -> None:
        """The server refused something: fatal on the way in, worth a note later."""
        if self.joined:
            self._board.note(f"server: {text}")
        else:
            self._lose(f"server: {text}")

    def _lose(self, why: str) -> None:
        """The connection is over; the first reason counts. Whoever reads it hangs up."""
        if not self.alive:
            return
        self.alive = False
        self._board.note(why)
        if self.joined:
            self._board.steps.disconnected += 1
        else:
            self._board.steps.failed += 1

    def _hang_up(self) -> None:
        if self._writer is not None:
            self._writer.kill()  # its watcher must be gone before the descriptor may belong to another
        if self._sock is not None:
            self._sock.close()
