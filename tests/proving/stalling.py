"""Readers that stall in a full room: the others keep their pace, the server its memory, and nobody misses anything.

Strategy: all clients are sockets of this process, read by one loop; a stalled one is simply not read. Each line has a
number, so a gap, a double or a wrong order is seen at once.
"""

from __future__ import annotations

import re
import resource
import selectors
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from outcome import Outcome
from running import PATIENCE, IrcClient, ServerProcess, opening

ROOM = "#crowd"
LINES = 400  # said while everybody reads, and again while some stall
WORDS = "x" * 400
OUTBOX = 16384  # bytes the server keeps for each
BUFFER = 4096  # bytes the kernel keeps for each, about
MOST_GROWTH = 48  # MiB
_SAID = re.compile(rb" PRIVMSG #crowd :(\d+) ")


class Listener:
    """One member: how far they have been shown everything, in order."""

    def __init__(self, port: int, nick: str) -> None:
        self.next = 0  # the number of the line that has to come
        self.wrong = 0
        self.is_in = False
        self._rest = b""
        self.sock = socket.socket()
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self.sock.connect(("127.0.0.1", port))
        self.sock.sendall("".join(f"{line}\r\n" for line in (*opening(nick), f"JOIN {ROOM}")).encode())
        self.sock.setblocking(False)

    def read(self) -> None:
        data = self._rest + self.sock.recv(1 << 18)
        whole, _, self._rest = data.rpartition(b"\n")
        self.is_in = self.is_in or b" 366 " in whole
        for number in map(int, _SAID.findall(whole)):
            self.wrong += number != self.next
            self.next = number + 1


class Crowd:
    """All of them, read by one loop."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._selector = selectors.DefaultSelector()

    def join(self, nicks: Iterable[str]) -> list[Listener]:
        """Have these come in."""
        made = []
        for nick in nicks:
            made.append(Listener(self._port, nick))
            self._selector.register(made[-1].sock, selectors.EVENT_READ, made[-1])
            self.read_until(lambda: made[-1].is_in)
        return made

    def read_until(self, is_done: Callable[[], bool]) -> None:
        while not is_done():
            ready = self._selector.select(PATIENCE)
            assert ready, "the server fell silent"
            for key, _ in ready:
                key.data.read()

    def stall(self, listeners: list[Listener]) -> None:
        for listener in listeners:
            self._selector.unregister(listener.sock)

    def resume(self, listeners: list[Listener]) -> None:
        for listener in listeners:
            self._selector.register(listener.sock, selectors.EVENT_READ, listener)


def stall(folder: Path, members: int, seed: int) -> Outcome:
    """Half of a room's members stall; `seed` is of no use here."""
    _raise_limit()
    server = ServerProcess(folder, {"limits": {"rate": 0, "connections_per_address": 0, "outbox_bytes": OUTBOX}})
    try:
        return _measure(server.start(), members)
    finally:
        server.clean_up()


def _measure(server: ServerProcess, members: int) -> Outcome:
    crowd = Crowd(server.port)
    listeners = crowd.join(f"member{n}" for n in range(members))
    writer, stalled, others = server.irc("writer").join(ROOM), listeners[::2], listeners[1::2]
    pace = _talk(writer, crowd, 0, listeners)
    before = _memory(server)
    crowd.stall(stalled)
    stalled_pace = _talk(writer, crowd, LINES, others)
    growth = _memory(server) - before
    crowd.resume(stalled)
    crowd.read_until(lambda: all(listener.next == 2 * LINES for listener in listeners))
    for listener in listeners:
        listener.sock.close()
    note = f"pace of the others {pace:,.0f} to {stalled_pace:,.0f} lines a second, memory {growth:+.0f} MiB"
    failed = f"the server's memory grew by {growth:.0f} MiB" if growth > MOST_GROWTH else ""
    wrong = sum(listener.wrong for listener in listeners)
    return Outcome(len(stalled), 2 * LINES * members, wrong, note=note, failed=failed)


def _talk(writer: IrcClient, crowd: Crowd, first: int, listeners: list[Listener]) -> float:
    """Say numbered lines, and wait until `listeners` were shown them; deliveries a second to them."""
    began = time.monotonic()
    for number in range(first, first + LINES, 10):
        writer.send(*(f"PRIVMSG {ROOM} :{n} {WORDS}" for n in range(number, number + 10)))
        crowd.read_until(lambda: all(listener.next >= number + 10 for listener in listeners))  # noqa: B023
    return LINES * len(listeners) / (time.monotonic() - began)


def _memory(server: ServerProcess) -> float:
    """What the server's process has in memory, in MiB."""
    assert server.process is not None
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


def _raise_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
