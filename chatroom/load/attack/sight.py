"""What a server on this machine takes: its memory, its descriptors and its share of the processor, from /proc.

Strategy: who listens on the port is found by the socket's inode, which /proc/net/tcp and the process's own descriptors
have in common. Where that can't be seen (another machine, another user's process) nothing is told.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_LISTENS = "0A"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Sight:
    """What a process takes at a moment. `memory` is resident, in bytes; `cpu` in seconds so far."""

    memory: int
    descriptors: int
    cpu: float


class Server:
    """The process that listens on `port`; `pid` is 0 where it can't be seen."""

    def __init__(self, port: int) -> None:
        self.pid = _listener(port)

    def look(self) -> Sight | None:
        """What it takes now; None when that can't be seen."""
        base = Path(f"/proc/{self.pid}")
        try:
            memory = int((base / "statm").read_text().split()[1]) * _PAGE
            fields = (base / "stat").read_text().rpartition(") ")[2].split()
            descriptors = len(list((base / "fd").iterdir()))
        except (OSError, ValueError):
            return None
        return Sight(memory, descriptors, (int(fields[11]) + int(fields[12])) / _TICKS)


def _listener(port: int) -> int:
    inodes = {f"socket:[{inode}]" for inode in _inodes(port)}
    for process in Path("/proc").iterdir():
        if inodes and process.name.isdigit() and inodes & _sockets(process):
            return int(process.name)
    return 0


def _inodes(port: int) -> list[str]:
    found = []
    for table in ("tcp", "tcp6"):
        try:
            rows = [row.split() for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
        except OSError:
            continue
        found += [row[9] for row in rows if row[3] == _LISTENS and int(row[1].rpartition(":")[2], 16) == port]
    return found


def _sockets(process: Path) -> set[str]:
    try:
        return {os.readlink(entry) for entry in (process / "fd").iterdir()}
    except OSError:
        return set()
