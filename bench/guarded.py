"""Fixed work, from received bytes to outboxes and log, in one process without sockets, clocks or chance.

Strategy: each work is set up and warmed, and only then counted. `bytecodes` counts CPython's instructions by tracing,
anywhere. `forked` is to be run under callgrind, which counts the machine's: one child does the work, another does
not, and what they differ by is the work.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

from inside import StillHouse  # type: ignore[import-not-found]  # of the tests, whose folder the guard puts on the path

from chatroom.core.events import Record, Said, Who

LINE = b"PRIVMSG #tea :hello there, how are you all today?\r\n"
_WARM = 5  # times before counting begins: what happens only at first is none of the guard's business
Step = Callable[[], object]


def _talk(members: int) -> Callable[[StillHouse], Step]:
    """Talk in a room of so many, every second of whom wants time stamps and tags."""

    def set_up(house: StillHouse) -> Step:
        capabilities = [(), ("server-time", "message-tags")]
        visitors = [house.irc(f"user{number}", *capabilities[number % 2]) for number in range(members)]
        for visitor in visitors:
            visitor.says("JOIN #tea")
        return lambda: visitors[0].sends(LINE)

    return set_up


def _registration(house: StillHouse) -> Step:
    numbers = count()
    return lambda: house.irc(f"user{next(numbers)}")


def _join(house: StillHouse) -> Step:
    for number in range(10):
        house.irc(f"user{number}").says("JOIN #tea")
    visitor = house.irc("guest")
    return lambda: visitor.says("JOIN #tea", "PART #tea")


def _plain(house: StillHouse) -> Step:
    house.plain("bob")
    visitor = house.plain("ann")
    return lambda: visitor.sends(b"hello there, how are you all today?\n")


def _commit(events: int) -> Callable[[StillHouse], Step]:
    """The log alone: so many events, then one commit."""

    def set_up(house: StillHouse) -> Step:
        said = Said(Who("ann", "ann", "host"), "#tea", "hello there, how are you all today?")
        numbers = count(house.chat.number + 1)

        def step() -> None:
            for _ in range(events):
                house.history.append(Record(next(numbers), house.time, said, ("#tea",)))
            house.history.commit()

        return step

    return set_up


# name: (set up, how often it is done)
WORKS: dict[str, tuple[Callable[[StillHouse], Step], int]] = {
    "a PRIVMSG in a room of 2": (_talk(2), 100),
    "a PRIVMSG in a room of 100": (_talk(100), 40),
    "a registration": (_registration, 40),
    "a JOIN and a PART in a room of 10": (_join, 40),
    "a plain line to one other": (_plain, 100),
    "a commit of 1 event": (_commit(1), 100),
    "a commit of 100 events": (_commit(100), 20),
}


def _prepared(name: str, folder: str) -> Step:
    gc.disable()  # when it comes depends on all that was ever allocated
    step = WORKS[name][0](StillHouse(Path(folder)))
    for _ in range(_WARM):
        step()
    return step


def bytecodes() -> dict[str, float]:
    """Instructions of CPython for doing each work once."""
    found = {}
    for name, (_, times) in WORKS.items():
        with tempfile.TemporaryDirectory() as folder:
            found[name] = _traced(_prepared(name, folder), times) / times
    return found


def _traced(step: Step, times: int) -> int:
    seen = 0

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        nonlocal seen
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        seen += event == "opcode"
        return trace

    sys.settrace(trace)
    try:
        for _ in range(times):
            step()
    finally:
        sys.settrace(None)
    return seen


def forked() -> Iterator[tuple[str, int, int]]:
    """(work, times done, process) for each child, which has ended by then."""
    for name, (_, most) in WORKS.items():
        for times in (0, most):
            with tempfile.TemporaryDirectory() as folder:
                child = os.fork()
                if not child:
                    step = _prepared(name, folder)
                    for _ in range(times):
                        step()
                    os._exit(0)
                if os.waitpid(child, 0)[1]:
                    sys.exit(f"{name}: failed")
                yield name, times, child


if __name__ == "__main__":
    json.dump(bytecodes() if sys.argv[1] == "bytecodes" else list(forked()), sys.stdout)
