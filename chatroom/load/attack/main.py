"""`chat-load --attack NAME`: two people chat, a server is attacked, and what they felt is told.

Strategy: the people chat for a while before, so that there is something to compare with; then the attack runs in a
process of its own for as long as was asked for; then the server is watched until its memory and descriptors are back.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict
from typing import Any

import gevent
from gevent import subprocess
from rich.table import Table

from chatroom import __version__
from chatroom.load.attack.attacks import ATTACKS
from chatroom.load.attack.honest import Couple
from chatroom.load.attack.sight import Server, Sight
from chatroom.load.options import Options

CALM = 2.0  # seconds of chatting before the attack
BACK = 15.0  # seconds in which the server's descriptors have to be back
_SPARE = 4  # descriptors that a server may have more than before: of its own work
_GRACE = 15.0  # seconds an attacking process may take to end
MEBIBYTE = 1 << 20
Figures = dict[str, Any]


class AttackError(Exception):
    """The attack can't be made; says why."""


def run(options: Options) -> Figures:
    """The whole attack. Raises AttackError when there is no server, or it lets nobody in."""
    server = Server(options.setup.port)
    couple = Couple(options.setup, f"#load-{options.setup.run}-0")
    before = server.look()
    try:
        couple.begin()
    except OSError as error:
        raise AttackError(f"the people who chat could not come in: {error}") from error
    gevent.sleep(CALM)
    calm = _felt(couple)
    couple.mark()
    counts, most = _attack(options, couple, server)
    felt = _felt(couple)
    couple.end()
    after = _back(server, before)
    return _figures(options, couple, calm, felt, counts) | _taken(before, most, after)


def _attack(options: Options, couple: Couple, server: Server) -> tuple[Figures, Sight | None]:
    """Run the attack in its process; what it came to, and the most that the server took meanwhile."""
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    process = subprocess.Popen(
        [sys.executable, "-m", "chatroom.load.attack.assault"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
    order = {
        "attack": options.attack,
        "setup": asdict(options.setup),
        "seconds": options.seconds,
        "room": couple.people[0].room,
        "people": [person.nick for person in couple.people],
    }
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        watching = gevent.spawn(_most, server)
        with gevent.Timeout(options.seconds + _GRACE, AttackError("the attacking process did not end")):
            told = process.stdout.readline()
        if not told:
            raise AttackError("the attacking process failed; its last words are above")
        watching.kill()
        return json.loads(told), watching.value
    finally:
        process.kill()
        process.wait()


def _most(server: Server) -> Sight | None:
    """The most the server takes, until this greenlet is ended."""
    most = server.look()
    try:
        while most is not None and (now := server.look()):
            most = Sight(max(most.memory, now.memory), max(most.descriptors, now.descriptors), now.cpu)
            gevent.sleep(0.25)
    except gevent.GreenletExit:
        pass
    return most


def _back(server: Server, before: Sight | None) -> Sight | None:
    """What the server takes when its descriptors are back, or the time for that is over."""
    end = time.monotonic() + BACK
    most = before.descriptors + _SPARE if before else 0
    while (now := server.look()) and now.descriptors > most and time.monotonic() < end:
        gevent.sleep(0.25)
    return now


# ---- figures


def _felt(couple: Couple) -> Figures:
    delays, entries = couple.delays(), sorted(couple.entries)
    return {
        "lines": couple.said,
        "p50_ms": _at(delays, 0.50),
        "p99_ms": _at(delays, 0.99),
        "max_ms": _at(delays, 1.0),
        "entry_p50_ms": _at(entries, 0.50),
        "entry_max_ms": _at(entries, 1.0),
        "entries": len(entries),
        "turned_away": couple.turned_away,
    }


def _at(sorted_seconds: list[float], share: float) -> float:
    """The value at a share of sorted ones, in milliseconds; 0 without any."""
    if not sorted_seconds:
        return 0.0
    return round(1000 * sorted_seconds[min(len(sorted_seconds) - 1, int(share * len(sorted_seconds)))], 2)


def _figures(options: Options, couple: Couple, calm: Figures, felt: Figures, counts: Figures) -> Figures:
    refusals = sum((person.refusals for person in couple.people), couple.refusals)
    cut_off = sum(person.is_cut_off for person in couple.people)
    return {
        "version": __version__,
        "attack": options.attack,
        "connections": options.setup.clients,
        "seconds": options.seconds,
        "calm": calm,
        "felt": felt,
        "lost": couple.lost,
        "cut_off": cut_off,
        "refusals": dict(refusals.most_common(5)),
        "attacker": counts,
        "ok": not (couple.lost or cut_off),
    }


def _taken(before: Sight | None, most: Sight | None, after: Sight | None) -> Figures:
    if before is None or most is None or after is None:
        return {}
    shown = {"before": before, "most": most, "after": after}
    return {
        "server_memory_mib": {name: round(sight.memory / MEBIBYTE, 1) for name, sight in shown.items()},
        "server_descriptors": {name: sight.descriptors for name, sight in shown.items()},
        "server_cpu_seconds": round(most.cpu - before.cpu, 2),
    }


def table(figures: Figures) -> Table:
    """The figures in words."""
    result = Table(show_header=False, title=f"chat-load --attack {figures['attack']}", title_justify="left")
    result.add_column(style="bold")
    result.add_column(justify="right")
    result.add_column()
    for row in _rows(figures):
        result.add_row(*row)
    return result


def _rows(figures: Figures) -> list[tuple[str, str, str]]:
    felt, calm, attacker = figures["felt"], figures["calm"], figures["attacker"]
    rows = [
        ("attack", f"{figures['connections']:,}", " ".join((ATTACKS[figures["attack"]].__doc__ or "").split())),
        ("got to", f"{attacker.get('connected', 0):,}", f"connections, {attacker.get('entered', 0):,} entered"),
        ("said", f"{felt['lines']:,}", f"lines by two people; {figures['lost']:,} lost, {figures['cut_off']} cut off"),
        ("latency", f"{felt['p50_ms']:,.2f} ms", f"p50 (before the attack {calm['p50_ms']:,.2f})"),
        ("", f"{felt['p99_ms']:,.2f} ms", f"p99 (before {calm['p99_ms']:,.2f}), at most {felt['max_ms']:,.2f}"),
        (
            "newcomers",
            f"{felt['entries']:,}",
            f"in, after {felt['entry_p50_ms']:,.0f} ms; {felt['turned_away']} not",
        ),
    ]
    for name, unit in (("server_memory_mib", "MiB"), ("server_descriptors", "descriptors")):
        if taken := figures.get(name):
            told = f"{unit} after; {taken['before']:,} before, {taken['most']:,} at most"
            rows.append(("server", f"{taken['after']:,}", told))
    rows += [("refused", f"{count:,}", words) for words, count in figures["refusals"].items()]
    return rows
