"""What the terminal client's screen costs: its start, a flood of lines, and memory that does not grow.

    python -m bench.screen

Strategy: CPU time is counted, not the time of day. The start is that of a whole process up to its first screen. The
flood goes through everything but the socket: lines are taken in as they come from one, by packets, filed and drawn;
between two packets the loop runs, so the longest packet is the longest that a key can wait.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from chatroom.client.options import Options
from chatroom.client.protocol import receive_line
from chatroom.client.registration import begin
from chatroom.client.screen.app import Screen

PACKET = 65536  # bytes the client reads at once
SIZES = ((80, 24), (200, 60))
_LINE = "@time=2026-11-22T12:00:{:06.3f}Z;msgid=m{} :bob!u@h PRIVMSG #tea :line {} of a flood, as long as lines are\r\n"


class _Terminal(DummyOutput):
    def __init__(self, size: tuple[int, int]) -> None:
        self._size = Size(size[1], size[0])

    def get_size(self) -> Size:
        return self._size


def _entered(folder: str) -> Screen:
    """A screen that is in a room, as far as it knows."""
    screen = Screen(Options(nick="ada", room="#tea"), Path(folder) / "typed")
    begin(screen.session)
    for line in (":s 001 ada :Welcome", ":ada!u@h JOIN #tea", ":s 353 ada = #tea :ada bob", ":s 366 ada #tea :End"):
        receive_line(screen.session, line.encode())
    screen.client.flush()
    return screen


async def _flood(screen: Screen, count: int) -> tuple[float, float]:
    """CPU seconds of taking in `count` lines while the screen is drawn, and of the packet that took longest."""
    drawing = asyncio.ensure_future(screen.app.run_async(set_exception_handler=False))
    await asyncio.sleep(0)
    data = "".join(_LINE.format(number % 60, number, number) for number in range(count)).encode()
    packets = [data[at : at + PACKET].split(b"\r\n") for at in range(0, len(data), PACKET)]
    began = time.process_time()
    longest = 0.0
    for packet in packets:
        at = time.process_time()
        for line in packet:
            receive_line(screen.session, line)
        screen.client.flush()
        await asyncio.sleep(0)
        longest = max(longest, time.process_time() - at)
    spent = time.process_time() - began
    screen.app.exit()
    await drawing
    return spent, longest


def _measure(size: tuple[int, int], count: int) -> tuple[float, float]:
    terminal = _Terminal(size)
    with TemporaryDirectory() as folder, create_pipe_input() as keys, create_app_session(input=keys, output=terminal):
        return asyncio.run(_in_loop(folder, count))


async def _in_loop(folder: str, count: int) -> tuple[float, float]:
    return await _flood(_entered(folder), count)


def _start() -> float:
    """CPU seconds of a process up to its first screen: the best of a few."""
    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "bench.screen", "--start"], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def _resident() -> int:
    """MiB in use by this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() >> 20


def main() -> None:
    """Measure and tell."""
    if "--start" in sys.argv:
        _measure(SIZES[0], 1)
        return
    print(f"start to first screen: {_start():.2f} s of CPU time")
    for size in SIZES:
        spent, longest = _measure(size, 10_000)
        columns, rows = size
        print(f"10,000 lines at {columns}x{rows}: {spent:.2f} s; a key waits {1000 * longest:.0f} ms at most")
    before = _resident()
    _measure(SIZES[0], 100_000)
    print(f"100,000 lines more: {_resident() - before} MiB more (their bytes are held here meanwhile, and let go of)")


if __name__ == "__main__":
    main()
