"""The command line: every work, against each server in turn, several rounds.

Strategy: within a round a work goes through all servers before the next work begins, so that the two sides of a ratio
are measured within a minute of each other. Every work gets a server of its own, freshly started. What one server can't
do is said and left out; it does not end the run.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from bench import works  # noqa: F401 - fills the table
from bench.machine import State, description, state
from bench.report import cells, markdown, show, write
from bench.results import Results
from bench.servers import PEERS, BenchError, Server, running, servers
from bench.trial import QUICK, Sizes, Trial
from bench.works.table import WORKS, Work
from chatroom.load.options import raise_descriptor_limit

REFERENCE = "inspircd"
_EPILOG = """\
A server is any start script in the folder of --peers: it is called with a port and an empty folder, and keeps an IRC
server in the foreground on 127.0.0.1, without limits for one address and without flood control."""


@dataclass(frozen=True)
class Options:
    """What was asked for."""

    servers: list[Server]
    works: list[Work]
    rounds: int
    seconds: float  # for all; 0: as long as it takes
    sizes: Sizes
    processes: int
    limit: float
    reference: str
    json: str | None
    write: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure; 0 when every server did every work, 1 when not, 2 for wrong use."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no server is left running
    raise_descriptor_limit()
    console = Console(stderr=True, highlight=False)
    results, before = Results(), state()
    try:
        _measure_all(console, results, options)
    except KeyboardInterrupt:
        results.trouble.append("stopped early")
    if results.figures:
        _tell(results, options, before)
    return 1 if results.trouble or not results.figures else 0


def _measure_all(console: Console, results: Results, options: Options) -> None:
    """Every round; where time is short, only the first has the long works, and none begins that would not end."""
    began = time.monotonic()
    took = 0.0
    for number in range(options.rounds):
        started = time.monotonic()
        if options.seconds and started - began + took > options.seconds:
            results.remarks.append(f"there was time for {number} round(s)")
            return
        for work in [work for work in options.works if not (number and options.seconds and work.is_long)]:
            for server in options.servers:
                at = time.monotonic()
                _measure(console, results, number, work, server, options)
                took += 0.0 if number or work.is_long else time.monotonic() - at


def _measure(console: Console, results: Results, number: int, work: Work, server: Server, options: Options) -> None:
    console.print(f"round {number + 1} of {options.rounds}: {work.name}, {server.name}")
    try:
        with running(server) as process:
            trial = Trial(process, options.sizes, options.processes, options.limit)
            results.add(number, server.name, work.run(trial))
            results.remarks += [f"{work.name}, {server.name}: {remark}" for remark in trial.remarks]
    except BenchError as error:
        results.trouble.append(f"{work.name}, {server.name}: {error}")
        console.print(f"  {results.trouble[-1]}", markup=False)


def _tell(results: Results, options: Options, before: State) -> None:
    rows = [row for work in options.works for row in work.rows]
    lines = cells(results, rows, [server.name for server in options.servers], options.reference, options.sizes)
    notes = [
        f"Medians of {options.rounds} round(s); after each, its ratio to {options.reference} in the same round, with "
        f"the least and the most; clients in {options.processes} process(es) on the same machine.",
        f"The machine: {description(before, state())}.",
        *sorted({f"Note: {text}" for text in results.remarks}),
        *(f"Went wrong: {text}" for text in results.trouble),
    ]
    console = Console(stderr=options.json == "-", highlight=False)
    show(console, lines)
    for note in notes:
        console.print(note, markup=False)
    if options.json:
        _save(options.json, results, lines, notes)
    if options.write:
        write(markdown(lines, notes))


def _save(path: str, results: Results, lines: list[list[str]], notes: list[str]) -> None:
    figures = [{"round": number, "server": server, **row} for (number, server), row in results.figures.items()]
    text = json.dumps({"table": lines, "notes": notes, "figures": figures, "trouble": results.trouble}, indent=1)
    if path == "-":
        sys.stdout.write(f"{text}\n")
    else:
        Path(path).write_text(f"{text}\n")


def _options(arguments: Sequence[str] | None) -> Options:
    parser = _parser()
    given = parser.parse_args(arguments)
    if min(given.processes, given.limit, given.rounds or 1) <= 0 or given.rounds == 0:
        parser.error("--rounds, --processes and --limit must be above 0")
    if unknown := set(given.work) - set(WORKS):
        parser.error(f"no such work: {', '.join(sorted(unknown))}. There are {', '.join(WORKS)}")
    known = servers(given.peers)
    if unknown := set(given.server) - {server.name for server in known}:
        parser.error(f"no start script for {', '.join(sorted(unknown))} in {given.peers}")
    asked = [server for server in known if not given.server or server.name in given.server]
    for server in asked:
        if not server.is_there:
            print(f"{server.name} is left out: {server.needs} is not installed", file=sys.stderr)
    there = [server for server in asked if server.is_there]
    if not there:
        parser.error("none of the servers is installed")
    return Options(
        servers=there,
        works=[work for name, work in WORKS.items() if not given.work or name in given.work],
        rounds=given.rounds or (1 if given.quick else 3),
        seconds=given.minutes * 60,
        sizes=_sizes(parser, QUICK if given.quick else Sizes(), given.set),
        processes=given.processes,
        limit=given.limit,
        reference=given.reference,
        json=given.json,
        write=given.write,
    )


def _sizes(parser: argparse.ArgumentParser, sizes: Sizes, settings: list[str]) -> Sizes:
    kinds = {name: type(value) for name, value in vars(Sizes()).items()}
    for setting in settings:
        name, _, value = setting.partition("=")
        try:
            sizes = replace(sizes, **{name: kinds[name](value)})
        except (KeyError, ValueError):
            parser.error(f"--set {setting}: give one of {', '.join(kinds)}, an equals sign and a number")
    if min(vars(sizes).values()) <= 0 or sizes.members < sizes.senders:
        parser.error("sizes must be above 0, with no more senders than members")
    return sizes


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bench",
        description="The same work against each server in turn: what it costs, as a ratio.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="small works, one round: whether everything runs, not how fast")
    add("--rounds", type=int, default=None, help="how often everything is measured (default 3)")
    add("--minutes", type=float, default=0.0, help="for all: long works once, as many rounds of the others as fit")
    add("--server", action="append", default=[], metavar="NAME", help="only this one; may be given again")
    add("--work", action="append", default=[], metavar="NAME", help=f"only this one: {', '.join(WORKS)}")
    add("--set", action="append", default=[], metavar="NAME=NUMBER", help="a size, such as members=100")
    add("--peers", type=Path, default=PEERS, metavar="FOLDER", help="where the start scripts are")
    add("--reference", default=REFERENCE, metavar="NAME", help=f"what ratios are to (default {REFERENCE})")
    add("--processes", type=int, default=max(1, (os.cpu_count() or 2) - 1), help="processes of clients")
    add("--limit", type=float, default=180.0, help="seconds that any one phase may take (default 180)")
    add("--json", metavar="FILE", help="every figure as JSON; - for standard output")
    add("--write", action="store_true", help="put the table into docs/performance.md")
    return parser
