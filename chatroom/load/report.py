"""What a run found, as a table for people and as JSON for programs; and the bars while it runs.

Strategy: one flat dictionary of figures, with the unit in each name, is the only source: the JSON is that dictionary,
the table a selection of it in words. The bars are drawn only when progress comes in, on a terminal, without a thread.
"""

from __future__ import annotations

from typing import Any

from hdrh.histogram import HdrHistogram
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from chatroom import __version__
from chatroom.load import crew
from chatroom.load.options import Options

PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99_9": 99.9, "max": 100.0}
_TIGHT_CPU_PERCENT = 90.0  # of one core, by the busiest process
_TIGHT_LATE_MS = 50.0
Figures = dict[str, Any]


def milliseconds(histogram: HdrHistogram) -> dict[str, float]:
    """Percentiles of a histogram in microseconds, as milliseconds; all 0 when it is empty."""
    if not histogram.get_total_count():
        return dict.fromkeys(PERCENTILES, 0.0)
    return {name: histogram.get_value_at_percentile(at) / 1000 for name, at in PERCENTILES.items()}


def begin(options: Options, arrival: crew.Arrival) -> Figures:
    """The figures known once everyone has come in, or has not."""
    setup, steps = options.setup, arrival.steps
    return {
        "version": __version__,
        "target": f"[{options.host}]:{setup.port}" if ":" in options.host else f"{options.host}:{setup.port}",
        "run": setup.run,
        "clients": setup.clients,
        "rooms": setup.rooms,
        "talkers": options.talkers,
        "processes": setup.processes,
        "sources": setup.sources,
        "rate_per_second": options.rate,
        "talk_seconds": options.seconds,
        "text_bytes": options.text_bytes,
        "connected": steps.connected,
        "registered": steps.registered,
        "joined": steps.joined,
        "connect_seconds": round(arrival.connect_seconds, 3),
        "register_seconds": round(arrival.register_seconds, 3),
        "join_seconds": round(arrival.join_seconds, 3),
        "connects_per_second": round(steps.connected / max(arrival.connect_seconds, 0.001), 1),
        "ok": False,
        "stopped": False,
        "notes": dict(arrival.notes),
    }


def complete(figures: Figures, outcome: crew.Outcome, stopped: bool) -> None:
    """Add how the round went."""
    tally = outcome.tally
    seconds = max(outcome.seconds, 0.001)
    figures |= {
        "sent": outcome.sent,
        "due": outcome.due,
        "delivered": tally.delivered,
        "lost": tally.lost,
        "doubled": tally.doubled,
        "reordered": tally.reordered,
        "stray": tally.stray,
        "disconnected": outcome.disconnected,
        "seconds": round(outcome.seconds, 3),
        "deliveries_per_second": round(tally.delivered / seconds, 1),
        "latency_ms": milliseconds(outcome.latency),
        "generator_late_ms": milliseconds(outcome.late),
        "generator_cpu_seconds": round(outcome.cpu_seconds, 3),
        "generator_busiest_cpu_percent": round(100 * outcome.busiest_cpu_seconds / seconds, 1),
        "ok": tally.clean and not outcome.disconnected,
        "stopped": stopped,
        "notes": dict(outcome.notes),
    }


def table(figures: Figures) -> Table:
    """The figures in words, with the verdict last."""
    result = Table(show_header=False, title=f"chat-load {figures['target']}", title_justify="left")
    result.add_column(style="bold")
    result.add_column(justify="right")
    result.add_column()
    for row in (_came_in(figures) + _went(figures)) if "sent" in figures else _came_in(figures):
        result.add_row(*row)
    for text, count in figures["notes"].items():
        result.add_row("note", f"{count:,}", _plain(text))
    result.add_row("verdict", "[green]ok[/]" if figures["ok"] else "[red]wrong[/]", _verdict(figures))
    return result


def _plain(text: str) -> str:
    """The server's words, without what a terminal or rich would take for a command."""
    return "".join(letter for letter in text if letter.isprintable()).replace("[", "\\[")


def _came_in(figures: Figures) -> list[tuple[str, str, str]]:
    return [
        ("clients", f"{figures['joined']:,}", f"of {figures['clients']:,} in their rooms ({figures['rooms']:,})"),
        ("connecting", f"{figures['connects_per_second']:,.0f}/s", f"all in after {figures['join_seconds']:.2f} s"),
    ]


def _went(figures: Figures) -> list[tuple[str, str, str]]:
    latency, late = figures["latency_ms"], figures["generator_late_ms"]
    return [
        ("sent", f"{figures['sent']:,}", f"by {figures['talkers']:,} talkers in {figures['seconds']:.2f} s"),
        ("delivered", f"{figures['delivered']:,}", f"of {figures['due']:,}; {figures['deliveries_per_second']:,.0f}/s"),
        ("lost", f"{figures['lost']:,}", "due and never arrived"),
        ("doubled", f"{figures['doubled']:,}", "arrived again"),
        ("reordered", f"{figures['reordered']:,}", "arrived after a later one by the same sender"),
        ("stray", f"{figures['stray']:,}", "arrived where nobody was due it"),
        ("cut off", f"{figures['disconnected']:,}", "clients the server dropped"),
        *(("latency", f"{latency[name]:,.2f} ms", name.replace("_", ".")) for name in PERCENTILES),
        (
            "generator",
            f"{figures['generator_busiest_cpu_percent']:.0f} %",
            f"of a core at most; wrote p99 {late['p99']:.1f} ms late{_warning(figures)}",
        ),
    ]


def _warning(figures: Figures) -> str:
    """Said when the load test itself was the bottleneck, so that nobody blames the server."""
    busy = figures["generator_busiest_cpu_percent"] > _TIGHT_CPU_PERCENT
    if not busy and figures["generator_late_ms"]["p99"] < _TIGHT_LATE_MS:
        return ""
    return " [yellow](too busy to measure well: lower --rate or add --processes)[/]"


def _verdict(figures: Figures) -> str:
    early = "; stopped early" if figures["stopped"] else ""
    if "sent" not in figures:
        return f"not everyone could come in, so nothing was said{early}"
    return f"{'each message once and in order' if figures['ok'] else 'see above'}{early}"


class Bars:
    """The progress on a terminal; a context manager that draws nothing elsewhere."""

    def __init__(self, console: Console, options: Options) -> None:
        self._progress = Progress(
            TextColumn("{task.description:>9}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            auto_refresh=False,
            transient=True,
            disable=not console.is_terminal,
        )
        fair_share = options.messages * (options.setup.clients / options.setup.rooms - 1)
        self._joined = self._progress.add_task("joined", total=options.setup.clients)
        self._sent = self._progress.add_task("sent", total=options.messages)
        self._delivered = self._progress.add_task("delivered", total=round(fair_share))

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def show(self, latest: crew.Progress) -> None:
        """Draw how far all are."""
        self._progress.update(self._joined, completed=latest.joined)
        self._progress.update(self._sent, completed=latest.sent)
        self._progress.update(self._delivered, completed=latest.delivered)
        self._progress.refresh()
