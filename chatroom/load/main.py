"""chat-load: everyone in, talk, wait, judge, tell.

Strategy: the phases in order, in one greenlet; Ctrl-C only asks the present phase to end, so the table comes anyway.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import gevent
from rich.console import Console

from chatroom.load import options as command_line
from chatroom.load import report
from chatroom.load.attack import main as attack
from chatroom.load.crew import Crew, CrewError
from chatroom.load.options import Options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the load test that the command line asks for; the exit status: 0 all well, 1 something wrong, 2 wrong use."""
    try:
        options = command_line.parse(arguments)
    except SystemExit as end:  # argparse has said why
        return end.code if isinstance(end.code, int) else 2
    try:
        figures = attack.run(options) if options.attack else run(options)
    except (CrewError, attack.AttackError) as error:
        print(f"chat-load: {error}", file=sys.stderr)
        return 1
    _tell(options, figures)
    return 0 if figures["ok"] else 1


def run(options: Options) -> report.Figures:
    """The whole test. Raises CrewError when a load process fails."""
    bars = report.Bars(Console(stderr=True), options)
    with bars, Crew(options.setup, bars.show) as crew, _told_of_signals(crew):
        return _phases(options, crew)


@contextmanager
def _told_of_signals(crew: Crew) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the present phase of `crew`; afterwards they mean again what they meant before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    watchers = [gevent.signal_handler(number, crew.stop) for number in before]
    try:
        yield
    finally:
        for watcher in watchers:
            watcher.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


def _phases(options: Options, crew: Crew) -> report.Figures:
    arrival = crew.connect()
    figures = report.begin(options, arrival)
    if arrival.steps.joined < options.setup.clients or crew.stopped:
        figures["stopped"] = crew.stopped
        return figures
    talk, sent = crew.talk("1", options.messages, options.talkers, options.rate, options.text_bytes)
    drained = crew.drain(sent)
    report.complete(figures, crew.judge(talk, sent, drained), crew.stopped)
    return figures


def _tell(options: Options, figures: report.Figures) -> None:
    """The table on standard output, unless the JSON goes there."""
    table = attack.table(figures) if options.attack else report.table(figures)
    Console(stderr=options.json == "-").print(table)
    text = json.dumps(figures, indent=2) + "\n"
    if options.json == "-":
        sys.stdout.write(text)
    elif options.json:
        Path(options.json).write_text(text)
