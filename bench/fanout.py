"""What one delivery costs the server, in its own CPU time.

Strategy: a server is started, a crowd of chat-load's clients joins one room from other processes, and the CPU time of
the server's process tree is read from /proc before and after a paced and a flooded round; what it uses while idle is
taken off. Rounds alternate between the servers, so whatever else the machine does falls on all of them alike, and
ratios come from the same run. CPU time and not wall time: it says what a delivery costs even when clients and
server share the cores.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import gevent
from gevent import socket, subprocess
from rich import box
from rich.console import Console
from rich.table import Table

from chatroom.load.crew import Crew, CrewError
from chatroom.load.options import raise_descriptor_limit
from chatroom.load.plan import Setup, base36, loopback_sources
from chatroom.load.report import milliseconds

HOST = "127.0.0.1"
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 30.0
STOP_SECONDS = 10.0
TABLE_WIDTH = 120  # a narrower terminal wraps whole lines, which reads better than cut cells
INTERPRETERS = frozenset(("sh", "bash", "dash", "env", "exec", "python", "python3", "perl"))
EPILOG = """\
A peer is any IRC server that a command starts in the foreground, for example a start script that takes a port:
  bench/fanout.py --server-command 'sh start-ngircd.sh PORT' --server-command 'sh start-inspircd.sh PORT'
It must let %(prog)s's clients in: no limit for connections of one address, no flood control."""


class BenchError(Exception):
    """The measurement cannot go on; the text says why and what to do."""


@dataclass(frozen=True)
class Candidate:
    """A server to measure: what it is called, and the words that start it (PORT and FOLDER are filled in)."""

    name: str
    command: tuple[str, ...]
    config: str = ""
    durability: str = ""


@dataclass(frozen=True)
class Cpu:
    """CPU time, in seconds, in user mode and in the kernel."""

    user: float
    system: float

    def __sub__(self, other: Cpu) -> Cpu:
        return Cpu(self.user - other.user, self.system - other.system)

    def less_idle(self, idle: Cpu, seconds: float) -> Cpu:
        """Without what would have been used anyway in that time; `idle` is per second."""
        return Cpu(max(0.0, self.user - idle.user * seconds), max(0.0, self.system - idle.system * seconds))


@dataclass(frozen=True)
class Sample:
    """One round of one kind. Microseconds are the server's CPU time for each delivery."""

    server: str
    kind: str
    deliveries: int
    user_us: float
    system_us: float
    idle_cpu_percent: float
    deliveries_per_second: float
    latency_ms: dict[str, float]
    clean: bool

    @property
    def total_us(self) -> float:
        """User and system together."""
        return self.user_us + self.system_us


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 0 when all rounds were clean, 1 when not or when a server could not be measured, 2 for wrong use."""
    given = _arguments(arguments)
    raise_descriptor_limit()
    samples: list[Sample] = []
    console = Console(stderr=given.json == "-")
    console.width = max(console.width, TABLE_WIDTH)
    try:
        with _sigterm_raises():
            for number in range(given.rounds):
                for candidate in given.candidates:
                    console.print(f"round {number + 1} of {given.rounds}: {candidate.name}", highlight=False)
                    samples += _round(candidate, given)
    except (BenchError, CrewError) as error:
        print(f"fanout: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped; what was measured so far:")
    if samples:
        _tell(console, samples, given)
    return 0 if samples and all(sample.clean for sample in samples) else 1


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="fanout.py",
        description="What one delivery costs the server, in its own CPU time.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--members", type=int, default=1000, help="clients in the one room (default 1000)")
    add("--rounds", type=int, default=3, help="how often each server is measured (default 3)")
    add("--rate", type=float, default=50.0, help="messages a second in the paced round (default 50)")
    add("--seconds", type=float, default=8.0, help="length of the paced round (default 8)")
    add("--burst", type=int, default=600, help="messages of the flood, written at once (default 600)")
    add("--senders", type=int, default=4, help="clients who write the flood (default 4)")
    add("--processes", type=int, default=1, help="processes for the clients (default 1)")
    add(
        "--durability",
        action="append",
        choices=("fsync", "os"),
        help="of our server; may be given twice (default fsync)",
    )
    add("--server-command", action="append", default=[], metavar="COMMAND", help="a peer; the word PORT is filled in")
    add("--no-ours", action="store_true", help="measure only the peers")
    add("--json", metavar="FILE", help="write every sample as JSON; - for standard output")
    given = parser.parse_args(arguments)
    counts = (given.members - 1, given.rounds, given.rate, given.seconds, given.burst, given.senders, given.processes)
    if min(counts) <= 0 or given.senders > given.members:
        parser.error("--members must be at least 2, the other numbers above 0, and no more senders than members")
    if given.no_ours and not given.server_command:
        parser.error("--no-ours leaves nothing to measure: add --server-command 'COMMAND PORT'")
    if any("PORT" not in command for command in given.server_command):
        parser.error("--server-command needs the word PORT where the port belongs, like 'sh start-server.sh PORT'")
    peers = [_peer(command) for command in given.server_command]
    given.candidates = peers if given.no_ours else [*map(_ours, given.durability or ["fsync"]), *peers]
    return given


def _peer(command: str) -> Candidate:
    words = shlex.split(command)
    named = [Path(word).stem for word in words if Path(word).name not in INTERPRETERS and not word.startswith("-")]
    return Candidate(named[0] if named else command, tuple(words))


def _ours(durability: str) -> Candidate:
    folders = [word for kind in ("data", "logs", "backups") for word in (f"--{kind}", f"FOLDER/{kind}")]
    listen = ["--config", "FOLDER/chatroom.toml", "--listen", f"tcp://{HOST}:PORT"]
    command = (sys.executable, "-m", "chatroom.server.main", *listen, *folders)
    config = (
        f'[history]\ndurability = "{durability}"\n[backups]\nevery_minutes = 0\n'
        "[limits]\nrate = 0\nconnections_per_address = 0\n"
    )
    return Candidate(f"chatroom ({durability})", command, config, durability)


def _round(candidate: Candidate, given: argparse.Namespace) -> Iterator[Sample]:
    """Start the server, bring everyone in, and measure one paced and one flooded round."""
    with tempfile.TemporaryDirectory() as folder, _running(candidate, folder) as (server, port):
        setup = Setup(
            address=HOST,
            port=port,
            clients=given.members,
            rooms=1,
            run=base36(secrets.randbelow(36**4), 4),
            processes=given.processes,
            sources=loopback_sources(HOST, given.members),
        )
        with Crew(setup) as crew:
            arrival = crew.connect()
            if arrival.steps.joined < given.members:
                notes = "; ".join(arrival.notes)
                raise BenchError(f"{candidate.name}: only {arrival.steps.joined} of {given.members} came in. {notes}")
            idle = _idle(server)
            paced = round(given.rate * given.seconds)
            yield _measure("paced", crew, server, idle, candidate, (paced, min(100, given.members), given.rate))
            yield _measure("flood", crew, server, idle, candidate, (given.burst, given.senders, 0.0))


def _idle(server: int) -> Cpu:
    """The CPU seconds a second that the server uses with everyone there and silent, once the joining is over."""
    gevent.sleep(1.0)
    before, began = cpu_of_tree(server), time.monotonic()
    gevent.sleep(2.0)
    used, seconds = cpu_of_tree(server) - before, time.monotonic() - began
    return Cpu(used.user / seconds, used.system / seconds)


def _measure(
    kind: str, crew: Crew, server: int, idle: Cpu, candidate: Candidate, what: tuple[int, int, float]
) -> Sample:
    """One round: `what` is messages, talkers, and messages a second (0: at once)."""
    messages, talkers, rate = what
    before, began = cpu_of_tree(server), time.monotonic()
    talk, sent = crew.talk(kind, messages, talkers, rate, 80)
    drained = crew.drain(sent)
    used = (cpu_of_tree(server) - before).less_idle(idle, time.monotonic() - began)
    outcome = crew.judge(talk, sent, drained)  # after the clock has stopped: it makes every client send a PING
    deliveries = max(1, outcome.tally.delivered)
    return Sample(
        server=candidate.name,
        kind=kind,
        deliveries=outcome.tally.delivered,
        user_us=used.user / deliveries * 1e6,
        system_us=used.system / deliveries * 1e6,
        idle_cpu_percent=100 * (idle.user + idle.system),
        deliveries_per_second=deliveries / max(outcome.seconds, 0.001),
        latency_ms=milliseconds(outcome.latency),
        clean=outcome.tally.clean and outcome.disconnected == 0,
    )


def cpu_of_tree(root: int) -> Cpu:
    """User and system seconds so far of process `root` and of all that descend from it and are alive."""
    stats = _processes()

    def descends(pid: int) -> bool:
        while pid != root and pid in stats:
            pid = int(stats[pid][1])
        return pid == root

    tree = [fields for pid, fields in stats.items() if descends(pid)]
    user, system = (sum(int(fields[at]) for fields in tree) / TICKS for at in (11, 12))
    return Cpu(user, system)


def _processes() -> dict[int, list[str]]:
    """/proc/PID/stat of every process, from its state on: 1 is the parent, 11 and 12 are ticks in user and kernel."""
    stats = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):  # it may end meanwhile
                stats[int(entry.name)] = (entry / "stat").read_text().rpartition(") ")[2].split()
    return stats


@contextmanager
def _running(candidate: Candidate, folder: str) -> Iterator[tuple[int, int]]:
    """(process, port) of the server, started and listening; it is ended in any case."""
    port = _free_port()
    if candidate.config:
        Path(folder, "chatroom.toml").write_text(candidate.config)
    command = [word.replace("PORT", str(port)).replace("FOLDER", folder) for word in candidate.command]
    words = Path(folder, "output.txt")
    with words.open("wb") as output:
        try:
            server = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(entry or os.getcwd() for entry in sys.path)},
            )
        except OSError as error:
            raise BenchError(f"{candidate.name} cannot be started: {error}") from None
        try:
            _wait_for(server, port, candidate, words)
            yield server.pid, port
        finally:
            _end(server)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_for(server: subprocess.Popen[bytes], port: int, candidate: Candidate, words: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            gevent.sleep(0.05)
        else:
            return
    said = words.read_text(errors="replace")[-2000:]
    raise BenchError(f"{candidate.name} does not listen on port {port}. It said:\n{said or '(nothing)'}")


def _end(server: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the whole session, and SIGKILL to what is left of it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, number)
            server.wait(timeout=STOP_SECONDS)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


@contextmanager
def _sigterm_raises() -> Iterator[None]:
    """Make SIGTERM end the measurement like Ctrl-C, so that no server is left running."""
    gevent.get_hub().NOT_ERROR += (KeyboardInterrupt,)  # said in a sentence, not as a traceback
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell(console: Console, samples: list[Sample], given: argparse.Namespace) -> None:
    """The table, and the samples as JSON where asked for."""
    summary = _summary(samples, given)
    console.print(_table(summary, given))
    text = json.dumps({"summary": summary, "samples": [vars(sample) for sample in samples]}, indent=2) + "\n"
    if given.json == "-":
        sys.stdout.write(text)
    elif given.json:
        Path(given.json).write_text(text)


def _summary(samples: list[Sample], given: argparse.Namespace) -> list[dict[str, object]]:
    """A row for each kind and server: medians over the rounds, and the ratio to the first peer."""
    rows: list[dict[str, object]] = []
    for kind in ("paced", "flood"):
        costs = {c.name: [s for s in samples if (s.server, s.kind) == (c.name, kind)] for c in given.candidates}
        peer = next((c.name for c in given.candidates if not c.durability), "")
        base = median(s.total_us for s in costs[peer]) if costs.get(peer) else 0.0
        rows += [_row(of_server, base) for of_server in costs.values() if of_server]
    return rows


def _row(samples: list[Sample], base: float) -> dict[str, object]:
    totals = [sample.total_us for sample in samples]
    return {
        "kind": samples[0].kind,
        "server": samples[0].server,
        "cpu_us_per_delivery": round(median(totals), 3),
        "cpu_us_min": round(min(totals), 3),
        "cpu_us_max": round(max(totals), 3),
        "user_us": round(median(sample.user_us for sample in samples), 3),
        "system_us": round(median(sample.system_us for sample in samples), 3),
        "ratio_to_first_peer": round(median(totals) / base, 3) if base else None,
        "deliveries_per_second": round(median(sample.deliveries_per_second for sample in samples)),
        "latency_p50_ms": round(median(sample.latency_ms["p50"] for sample in samples), 3),
        "latency_p99_ms": round(median(sample.latency_ms["p99"] for sample in samples), 3),
        "idle_cpu_percent": round(median(sample.idle_cpu_percent for sample in samples), 2),
        "clean": all(sample.clean for sample in samples),
    }


def _table(summary: list[dict[str, object]], given: argparse.Namespace) -> Table:
    what = f"paced: {given.rate:g} messages a second for {given.seconds:g} s; flood: {given.burst} messages at once"
    title = f"CPU time of the server for one delivery, {given.members} members, median of {given.rounds} rounds\n{what}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for heading in (
        "",
        "server",
        "CPU us",
        "min-max",
        "user",
        "system",
        "ratio",
        "per second",
        "p50 ms",
        "p99 ms",
        "clean",
    ):
        table.add_column(heading, justify="left" if heading in ("", "server") else "right", no_wrap=True)
    for row in summary:
        ratio = row["ratio_to_first_peer"]
        table.add_row(
            str(row["kind"]),
            str(row["server"]),
            f"{row['cpu_us_per_delivery']:.2f}",
            f"{row['cpu_us_min']:.2f}-{row['cpu_us_max']:.2f}",
            f"{row['user_us']:.2f}",
            f"{row['system_us']:.2f}",
            "" if ratio is None else f"{ratio:.2f}",
            f"{row['deliveries_per_second']:,}",
            f"{row['latency_p50_ms']:.2f}",
            f"{row['latency_p99_ms']:.2f}",
            "yes" if row["clean"] else "NO",
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
