"""What /proc says: the CPU time and memory of a server's processes, and how the machine was meanwhile.

Strategy: a server is whatever descends from the process that was started, all threads included. CPU time rather than
wall time, as it says what work costs even where clients and server share the cores. Pure reading; nothing is kept.
"""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
_PARENT, _USER, _SYSTEM = 1, 11, 12  # fields of /proc/PID/stat, counted from the state on
_STEAL = 7  # field of the first line of /proc/stat


@dataclass(frozen=True)
class Cpu:
    """CPU time, in seconds, in user mode and in the kernel."""

    user: float = 0.0
    system: float = 0.0

    def __sub__(self, other: Cpu) -> Cpu:
        return Cpu(self.user - other.user, self.system - other.system)

    def less_idle(self, idle: Cpu, seconds: float) -> Cpu:
        """Without what would have been used anyway in that time; `idle` is per second."""
        return Cpu(max(0.0, self.user - idle.user * seconds), max(0.0, self.system - idle.system * seconds))

    @property
    def total(self) -> float:
        """User and system together."""
        return self.user + self.system


def cpu_of(root: int) -> Cpu:
    """User and system seconds so far of process `root` and of all that descend from it and are alive."""
    stats = _processes()
    tree = [stats[pid] for pid in _tree(root, stats)]
    user, system = (sum(int(fields[at]) for fields in tree) / TICKS for at in (_USER, _SYSTEM))
    return Cpu(user, system)


def memory_of(root: int) -> int:
    """Bytes of memory of its own (not of mapped files) that `root` and its descendants hold."""
    return sum(_own_memory(pid) for pid in _tree(root, _processes()))


def _own_memory(pid: int) -> int:
    with suppress(OSError):
        for line in (PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


def _tree(root: int, stats: dict[int, list[str]]) -> list[int]:
    def descends(pid: int) -> bool:
        while pid != root and pid in stats:
            pid = int(stats[pid][_PARENT])
        return pid == root

    return [pid for pid in stats if descends(pid)]


def _processes() -> dict[int, list[str]]:
    """/proc/PID/stat of every process, from its state on."""
    stats = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):  # it may end meanwhile
                stats[int(entry.name)] = (entry / "stat").read_text().rpartition(") ")[2].split()
    return stats


@dataclass(frozen=True)
class State:
    """How the machine is at one moment: the load of the last minute, and all CPU time so far, in ticks."""

    load: float
    ticks: int
    stolen: int


def state() -> State:
    """How the machine is now."""
    fields = [int(word) for word in (PROC / "stat").read_text().splitlines()[0].split()[1:]]
    return State(os.getloadavg()[0], sum(fields[:8]), fields[_STEAL])


def description(before: State, after: State) -> str:
    """One sentence on the machine, and on how busy others kept it between two moments."""
    stolen = 100 * (after.stolen - before.stolen) / max(1, after.ticks - before.ticks)
    return (
        f"{os.cpu_count()} cores ({_model()}), {platform.system()} {platform.release()}, "
        f"CPython {platform.python_version()}; load {before.load:.1f} before, {after.load:.1f} at the end; "
        f"{stolen:.1f} % of the time stolen by other guests"
    )


def _model() -> str:
    with suppress(OSError):
        for line in (PROC / "cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
