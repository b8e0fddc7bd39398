"""How cost grows: a delivery against the members of a room, memory against clients; as figures and as two pictures.

Strategy: every point of the first picture is a room of its own on a fresh server, and every point stands for about as
many deliveries a second; the second is one server that is filled step by step. A point that a server can't reach within
the limit is left out. Drawn by matplotlib (`bench` among the extras).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.servers import BenchError, Server, running, servers
from bench.trial import Sizes, Trial
from chatroom.load.options import raise_descriptor_limit

DOCS = Path(__file__).parents[1] / "docs"
MEMBERS = (10, 30, 100, 300, 1000, 3000, 10000)
CLIENTS = (500, 1000, 2000, 4000, 8000, 16000)
_PER_SECOND = 20_000.0  # deliveries
_SECONDS = 4.0
Points = list[tuple[int, float]]


def cost(trial: Trial, most: int) -> Points:
    """CPU time per delivery, in microseconds, with `most` members in the room: one point."""
    with trial.crowd(most, rooms=1) as crowd:
        rate = _PER_SECOND / most
        measured = trial.measure(crowd, max(4, round(rate * _SECONDS)), min(10, most), rate)
    return [(most, measured.micros(measured.outcome.heard))]


def memory(trial: Trial, most: int) -> Points:
    """Memory in MiB with ever more idle clients, up to `most`."""
    points: Points = []
    with trial.crowd(10) as crowd:
        for clients in (step for step in CLIENTS if step <= most):
            crowd.connect(clients)
            crowd.fence()
            points.append((clients, trial.memory() / 2**20))
    return points


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and draw; 0 when there is something to see."""
    given = _parser().parse_args(arguments)
    os.environ["MPLBACKEND"] = "agg"  # pictures in files, without a screen
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that no server is left running
    raise_descriptor_limit()
    found = json.loads(given.draw.read_text()) if given.draw else _measured(given)
    if not any(points for lines in found.values() for points in lines.values()):
        print("nothing could be measured", file=sys.stderr)
        return 1
    draw(found, given.folder)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench-plots", description="How cost grows.", allow_abbrev=False)
    add = parser.add_argument
    add("--members", type=int, default=MEMBERS[-1], help="the largest room (default 10000)")
    add("--clients", type=int, default=CLIENTS[-1], help="the most idle clients (default 16000)")
    add("--server", action="append", default=[], metavar="NAME", help="only this one; may be given again")
    add("--limit", type=float, default=120.0, help="seconds that any one phase may take (default 120)")
    add("--folder", type=Path, default=DOCS, help="where growth.json and the pictures go (default docs)")
    add("--draw", type=Path, metavar="FILE", help="measure nothing, draw what is in FILE")
    return parser


def _measured(given: argparse.Namespace) -> dict[str, dict[str, Points]]:
    there = [each for each in servers() if each.is_there and (not given.server or each.name in given.server)]
    found: dict[str, dict[str, Points]] = {"cost": {}, "memory": {}}
    for server in there:
        rooms = [members for members in MEMBERS if members <= given.members]
        found["cost"][server.name] = [point for size in rooms for point in _tried(server, cost, size, given.limit)]
        found["memory"][server.name] = _tried(server, memory, given.clients, given.limit)
        given.folder.joinpath("growth.json").write_text(json.dumps(found) + "\n")  # what is done stays, come what may
    return found


def _tried(server: Server, measure: Callable[[Trial, int], Points], most: int, limit: float) -> Points:
    print(f"{server.name}: {measure.__name__}, {most}", file=sys.stderr)
    try:
        with running(server) as process:
            return measure(Trial(process, Sizes(), 1, limit), most)
    except BenchError as error:
        print(f"  left out: {error}", file=sys.stderr)
        return []


def draw(found: dict[str, dict[str, Points]], folder: Path) -> None:
    """The two pictures. Raises ImportError where matplotlib is not installed."""
    _picture(
        found["cost"],
        folder / "cost-by-members.png",
        ("members of the room", "CPU time per delivery, us", "What a delivery costs as the room grows"),
    )
    _picture(
        found["memory"],
        folder / "memory-by-clients.png",
        ("idle clients", "memory, MiB", "What idle clients hold"),
    )


def _picture(lines: dict[str, Points], path: Path, words: tuple[str, str, str]) -> None:
    pyplot: Any = import_module("matplotlib.pyplot")
    figure, axes = pyplot.subplots(figsize=(8, 4.5))
    for name, points in lines.items():
        if points:
            axes.plot(*zip(*points, strict=True), marker="o", label=name)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set(xlabel=words[0], ylabel=words[1], title=words[2])
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=100, metadata={"Software": None})
    pyplot.close(figure)


if __name__ == "__main__":
    sys.exit(main())
