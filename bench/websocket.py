"""What a delivery costs over WebSocket, beside the same over TCP, in one room: `python -m bench.websocket`.

Strategy: as many clients again come in by the door for browsers, into the room where those by TCP are. The same talk
is measured before and after, and what it costs more is theirs. Clients only count marks; a message is found whatever
its framing.
"""

from __future__ import annotations

import argparse
import base64
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.machine import cpu_of
from bench.servers import HOST, free_port
from chatroom.load.options import raise_descriptor_limit

ROOM = "#bench"
PATIENCE = 30.0  # seconds
_TEXT = "the quick brown fox jumps over the lazy dog and on it goes until there are eighty"
_SETTINGS = """\
[history]
durability = "os"
[backups]
every_minutes = 0
[limits]
rate = 0
connections_per_address = 0
idle_ping_seconds = 3600
[web]
listen = ["http://127.0.0.1:{web}"]
"""


def masked(line: str) -> bytes:
    """A line as a client's text message; the mask is all zeros, which is one."""
    data = line.encode()
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + data


def ended(line: str) -> bytes:
    """A line as IRC over TCP has it."""
    return line.encode() + b"\r\n"


class Clients:
    """All of them under one epoll, counting what they are sent."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._socks: dict[int, socket.socket] = {}
        self.count = 0
        self.mark = b"\0"

    def add(self, port: int, nick: str, form: Callable[[str], bytes]) -> socket.socket:
        """Bring one in; `form` is how it sends lines."""
        sock = socket.create_connection((HOST, port))
        if form is masked:
            key = base64.b64encode(os.urandom(16)).decode()
            sock.sendall(
                f"GET /irc HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
            )
            self._until(sock, b"\r\n\r\n")
        sock.sendall(b"".join(map(form, (f"NICK {nick}", f"USER {nick} 0 * :x", f"JOIN {ROOM}", "PING done"))))
        self._until(sock, b"done")
        sock.setblocking(False)
        self._socks[sock.fileno()] = sock
        self._poll.register(sock.fileno(), select.EPOLLIN)
        return sock

    @staticmethod
    def _until(sock: socket.socket, mark: bytes) -> None:
        data = b""
        while mark not in data:
            if not (more := sock.recv(65536)):
                raise SystemExit(f"a client was sent away: {data!r}")
            data += more

    def hear(self, due: int) -> None:
        """Read until the mark has come `due` times in all; for as long as something comes."""
        while self.count < due and (events := self._poll.poll(PATIENCE)):
            for descriptor, _ in events:
                self.count += self._socks[descriptor].recv(1 << 20).count(self.mark)

    def drain(self) -> None:
        """Read what has come."""
        while events := self._poll.poll(0.3):
            for descriptor, _ in events:
                if not self._socks[descriptor].recv(1 << 20):
                    raise SystemExit("the server closed a connection")

    def __len__(self) -> int:
        return len(self._socks)


def measured(pid: int, clients: Clients, talker: socket.socket, messages: int, pause: float) -> float:
    """CPU seconds of the server for so many messages, each to everybody but the talker."""
    clients.drain()
    clients.mark, clients.count = f":{os.urandom(4).hex()} ".encode(), 0
    line = ended(f"PRIVMSG {ROOM} {clients.mark.decode()}{_TEXT}")
    before, heard = cpu_of(pid).total, len(clients) - 1
    for number in range(messages):
        talker.sendall(line)
        if pause:
            clients.hear(heard * (number + 1))
            time.sleep(pause)
    clients.hear(heard * messages)
    if clients.count != heard * messages:
        raise SystemExit(f"{clients.count} deliveries of {heard * messages} arrived")
    return cpu_of(pid).total - before


def main() -> None:
    """Measure, and say it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=1000, help="of each kind")
    parser.add_argument("--messages", type=int, default=400)
    options = parser.parse_args()
    raise_descriptor_limit()
    with tempfile.TemporaryDirectory() as name:
        tcp, web = free_port(), free_port()
        (Path(name) / "chatroom.toml").write_text(_SETTINGS.format(web=web))
        command = [sys.executable, "-m", "chatroom.server.main", "--listen", f"tcp://{HOST}:{tcp}"]
        with subprocess.Popen(
            command, cwd=name, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.getcwd()}
        ) as server:
            try:
                assert server.stdout is not None
                while b"Ctrl-C" not in server.stdout.readline():
                    pass
                _report(server.pid, tcp, web, options)
            finally:
                server.terminate()


def _report(pid: int, tcp: int, web: int, options: argparse.Namespace) -> None:
    clients, messages = Clients(), options.messages
    talker = clients.add(tcp, "talker", ended)
    for number in range(options.clients - 1):
        clients.add(tcp, f"t{number}", ended)
        if number % 50 == 0:
            clients.drain()
    forms = {"one by one": 0.01, "a flood": 0.0}
    alone = {name: measured(pid, clients, talker, messages, pause) for name, pause in forms.items()}
    for number in range(options.clients):
        clients.add(web, f"w{number}", masked)
        if number % 50 == 0:
            clients.drain()
    for name, pause in forms.items():
        both = measured(pid, clients, talker, messages, pause)
        over_tcp = alone[name] / (messages * (options.clients - 1)) * 1e6
        over_web = (both - alone[name]) / (messages * options.clients) * 1e6
        print(
            f"{name}: TCP {over_tcp:.2f} us, WebSocket {over_web:.2f} us of CPU a delivery: {over_web / over_tcp:.2f}"
        )


if __name__ == "__main__":
    main()
