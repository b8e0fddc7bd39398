"""The servers to measure: one start script each in peers/, and their being up and down.

Strategy: a script is all that the suite knows of a server. It is called with a port and an empty folder of its own,
keeps the server in the foreground on 127.0.0.1, without limits for one address and without flood control, and may say
what it needs in lines of their own: `# needs: PROGRAM`, `# package: NAME` (of Debian). Whatever it started is ended
with its whole session, and its folder removed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
PEERS = Path(__file__).with_name("peers")
START_SECONDS = 30.0
STOP_SECONDS = 10.0
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
_HEADER = re.compile(r"^# (needs|package): (\S+)$", re.MULTILINE)


class BenchError(Exception):
    """The measurement cannot go on; the text says why and what to do."""


@dataclass(frozen=True)
class Server:
    """A server to measure: the script's name without its ending, and what the script says it needs."""

    name: str
    script: Path
    needs: str = ""
    package: str = ""

    @property
    def is_there(self) -> bool:
        """Whether what it needs is installed."""
        return not self.needs or shutil.which(self.needs, path=_PATH) is not None


@dataclass(frozen=True)
class Running:
    """A started server: where it listens, and the process all of its own descend from."""

    pid: int
    port: int


def servers(folder: Path = PEERS) -> list[Server]:
    """Every server that has a start script, those that are not installed too."""
    return [_server(script) for script in sorted(folder.iterdir()) if script.suffix in (".sh", ".py")]


def _server(script: Path) -> Server:
    said = dict(_HEADER.findall(script.read_text()))
    return Server(script.stem, script, said.get("needs", ""), said.get("package", ""))


@contextmanager
def running(server: Server) -> Iterator[Running]:
    """The server, started and listening; it is ended in any case."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # some servers give up their rights before they read their settings
        port = free_port()
        process = _start(server, port, folder)
        try:
            _wait_for(process, port, server, folder / "output.txt")
            yield Running(process.pid, port)
        finally:
            _end(process)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _start(server: Server, port: int, folder: Path) -> subprocess.Popen[bytes]:
    interpreter = sys.executable if server.script.suffix == ".py" else "sh"
    own = folder / "server"
    own.mkdir(mode=0o755)
    with (folder / "output.txt").open("wb") as output:
        return subprocess.Popen(
            [interpreter, str(server.script), str(port), str(own)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, "PATH": _PATH, "PYTHON": sys.executable},
        )


def _wait_for(process: subprocess.Popen[bytes], port: int, server: Server, words: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    said = words.read_text(errors="replace")[-2000:]
    raise BenchError(f"{server.name} does not listen on port {port}. It said:\n{said or '(nothing)'}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the whole session, and SIGKILL to what is left of it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=STOP_SECONDS)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
