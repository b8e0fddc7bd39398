"""A real server process, and small blocking clients for it.

Strategy: the clients are plain sockets and nothing of ours, so that nothing of ours is taken for granted. Nobody
sleeps: what was asked is known to be done when the answer to a later question (a fence) is there.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PATIENCE = 10.0  # seconds to wait for what must come; a test that works never waits so long
DEFAULTS: dict[str, dict[str, Any]] = {
    "history": {"durability": "os"},
    "accounts": {"password_memory_kib": 8, "password_rounds": 1},
    "limits": {"rate": 0, "connections_per_address": 0},
    "backups": {"every_minutes": 0},
    "web": {"listen": []},
    "metrics": {"listen": []},
}


class Closed(EOFError):
    """The server ended the connection; `lines` came before that."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(f"the server closed the connection after {lines}")
        self.lines = lines


class LineClient:
    """One connection. Lines are given without their ends; what `expect` passed over is kept in `passed`."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.sock = socket.create_connection((host, port), timeout=PATIENCE)
        self.passed: list[str] = []
        self._rest = b""
        self._fences = 0

    def __enter__(self) -> LineClient:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def send(self, *lines: str | bytes) -> None:
        """Send lines, in one packet."""
        self.send_bytes(b"".join((line if isinstance(line, bytes) else line.encode()) + b"\r\n" for line in lines))

    def send_bytes(self, data: bytes) -> None:
        self.sock.sendall(data)

    def raw_line(self) -> bytes:
        """The next line as it came, with its end. Raises Closed at the end, TimeoutError when none comes."""
        while b"\n" not in self._rest:
            try:
                data = self.sock.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                raise Closed(self.passed)
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line + b"\n"

    def line(self) -> str:
        """The next line."""
        return self.raw_line().decode().rstrip("\r\n")

    def expect(self, pattern: str) -> re.Match[str]:
        """Read until a line holds `pattern` (a regular expression); the match."""
        while True:
            try:
                line = self.line()
            except TimeoutError:
                raise AssertionError(f"no line like {pattern!r} came; there were {self.passed}") from None
            if found := re.search(pattern, line):
                return found
            self.passed.append(line)

    def expect_end(self) -> list[str]:
        """Read until the server closes; the lines that came before."""
        lines = []
        while True:
            try:
                lines.append(self.line())
            except Closed:
                return lines

    def ask_fence(self) -> str:
        """Send a question; gives what its answer holds."""
        raise NotImplementedError

    def fence(self) -> list[str]:
        """All lines that came until the server had dealt with everything sent so far."""
        mark, lines = self.ask_fence(), []
        while mark not in (line := self.line()):
            lines.append(line)
        return lines

    def close(self) -> None:
        self.sock.close()


class PlainClient(LineClient):
    """As somebody on nc."""

    def ask_fence(self) -> str:
        self._fences += 1
        self.send(f"/help fence{self._fences}")
        return f"no /fence{self._fences}."

    def enter(self, name: str) -> PlainClient:
        """Give a name and read all that is said on entry."""
        self.send(name)
        self.expect(f"Welcome, {re.escape(name)}")
        self.fence()
        return self


class IrcClient(LineClient):
    """As an IRC program."""

    def ask_fence(self) -> str:
        self._fences += 1
        self.send(f"PING fence{self._fences}.")
        return f" fence{self._fences}."

    def enter(self, nick: str, capabilities: str = "", password: str = "") -> IrcClient:
        """Register, with `capabilities` (separated by commas or spaces), and read all that is said on entry."""
        self.send(*opening(nick, capabilities, password))
        self.expect(rf" 001 {re.escape(nick)} ")
        self.expect(r" (376|422) ")
        self.fence()
        return self

    def join(self, room: str) -> IrcClient:
        """Go to a room and read all that is said on entry."""
        self.send(f"JOIN {room}")
        self.expect(f" 366 .*{re.escape(room)} ")
        return self


def opening(nick: str, capabilities: str = "", password: str = "") -> list[str]:
    """The lines an IRC program begins with."""
    asked = capabilities.replace(",", " ")
    return [
        *([f"PASS {password}"] if password else []),
        *([f"CAP REQ :{asked}"] if asked else []),
        f"NICK {nick}",
        f"USER {nick} 0 * :{nick.title()}",
        *(["CAP END"] if asked else []),
    ]


class ServerProcess:
    """`chat-server` in a process of its own, with a folder of its own, on a free port of 127.0.0.1.

    `settings` are tables of chatroom.toml: `limits={"rate": 4.0}`.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Mapping[str, Any]]) -> None:
        self.folder = folder
        self.data, self.logs, self.backups = folder / "data", folder / "logs", folder / "backups"
        self.config = folder / "chatroom.toml"
        self.output: list[str] = []  # what it printed until it was open
        self.port = 0
        # Beside the port for everybody.
        self.listen = [url for table in ("server", "web") for url in settings.get(table, {}).get("listen", [])]
        self.doors: dict[str, int] = {}  # the ports it listens on, by scheme
        self.process: subprocess.Popen[str] | None = None
        self._clients: list[LineClient] = []
        folder.mkdir(parents=True, exist_ok=True)
        self.configure(settings)

    def configure(self, settings: Mapping[str, Mapping[str, Any]]) -> None:
        """Write the configuration file; read at the next start, or at SIGHUP."""
        lists = {name: value for name, value in settings.items() if isinstance(value, list)}
        named = [name for name in {**DEFAULTS, **settings} if name not in lists]
        tables = {name: DEFAULTS.get(name, {}) | dict(settings.get(name, {})) for name in named}
        pieces = [f"[{name}]\n{_toml(table)}" for name, table in tables.items()]
        pieces += [f"[[{name}]]\n{_toml(table)}" for name, some in lists.items() for table in some]
        self.config.write_text("\n".join(pieces))

    def command(self, *arguments: str, port: int = 0) -> list[str]:
        """The command line that serves (or does what `arguments` begin with), in this server's folders."""
        return [
            *(sys.executable, "-m", "chatroom.server.main", *arguments, "--config", str(self.config)),
            *("--listen", f"tcp://127.0.0.1:{port}", "--data", str(self.data)),
            *(word for url in self.listen for word in ("--listen", url)),
            *("--logs", str(self.logs), "--backups", str(self.backups)),
        ]

    def start(self, port: int = 0) -> ServerProcess:
        """Start it and wait until it is open."""
        with (self.folder / "stderr.txt").open("ab") as errors:
            self.process = subprocess.Popen(
                self.command(port=port),
                cwd=self.folder,
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=errors,
                encoding="utf-8",
            )
        assert self.process.stdout is not None
        self.output = []
        for line in self.process.stdout:
            self.output.append(line.rstrip("\n"))
            if found := re.match(r"listening on (\w+)://127\.0\.0\.1:(\d+)", line):
                self.doors[found[1]] = int(found[2])
            if line.startswith("Ctrl-C ends it."):
                self.port = self.doors["tcp"]
                return self
        raise AssertionError(f"the server did not open: {self.output} {self.errors}")

    @property
    def errors(self) -> str:
        """What it said on stderr."""
        return (self.folder / "stderr.txt").read_text()

    @property
    def log(self) -> str:
        """Its log files."""
        return "".join(path.read_text() for path in sorted(self.logs.glob("*.log")))

    # ---- its end

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self) -> int:
        """Wait until it has ended; its exit code."""
        assert self.process is not None
        assert self.process.stdout is not None
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.process = None
        return code

    def kill9(self) -> None:
        """End it at once, without a chance to do anything."""
        self.signal(signal.SIGKILL)
        self.wait()

    def terminate(self, expected: int = 0) -> None:
        """End it gracefully and check its exit code."""
        self.signal(signal.SIGTERM)
        code = self.wait()
        assert code == expected, f"exit code {code}: {self.errors}"

    def restart(self, same_port: bool = False) -> ServerProcess:
        """End it gracefully, unless it has ended, and start it again over the same folders."""
        if self.process is not None:
            self.terminate()
        return self.start(self.port if same_port else 0)

    def clean_up(self) -> None:
        for client in self._clients:
            client.close()
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.kill()
            self.wait()

    # ---- its clients, closed with it

    def plain(self, name: str = "") -> PlainClient:
        """A connection as by nc; in the chat as `name`, or not yet."""
        client = PlainClient(self.port)
        self._clients.append(client)
        return client.enter(name) if name else client

    def irc(self, nick: str = "", capabilities: str = "", password: str = "") -> IrcClient:
        """A connection as by an IRC program; in the chat as `nick`, or not yet."""
        client = IrcClient(self.port)
        self._clients.append(client)
        return client.enter(nick, capabilities, password) if nick else client


def environment() -> dict[str, str]:
    """For processes started by tests: this source tree, and times in UTC."""
    return os.environ | {"PYTHONPATH": str(ROOT), "TZ": "UTC", "PYTHONUNBUFFERED": "1"}


def _toml(table: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in table.items())
