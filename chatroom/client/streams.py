"""Standard input and output for the ways of using the client that are not a line editor.

Strategy: input is read in a thread of its own, straight from the descriptor, because a pipe, a file and a terminal
can all be read that way, and because a blocked read must not keep the client from ending. Output is written a line at
a time, flushed at once, and its reader may go away whenever it likes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import CancelledError
from datetime import UTC, datetime
from typing import TextIO

from chatroom.client.events import Event
from chatroom.client.render import View, plain, render
from chatroom.wire.lines import LineReader, TooLong

LONGEST_INPUT = 1 << 20  # bytes of one line of input
_AHEAD = 2  # packets read before they are wanted


class InputLines:
    """The lines of a descriptor, as they come; a few packets of them are held."""

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[list[str] | None] = asyncio.Queue(_AHEAD)
        self._here: deque[str] = deque()

    async def __aiter__(self) -> AsyncIterator[str]:
        threading.Thread(target=self._read, name="input", daemon=True).start()
        while (lines := await self._queue.get()) is not None:
            self._here.extend(lines)
            while self._here:
                yield self._here.popleft()

    def ready(self, most: int) -> list[str]:
        """The lines that came together with the one given last: at most so many of them."""
        return [self._here.popleft() for _ in range(min(most, len(self._here)))]

    def _read(self) -> None:
        lines = LineReader(LONGEST_INPUT)
        # The loop may end while this thread is waiting for input, or for room in the queue.
        with contextlib.suppress(RuntimeError, CancelledError):
            while data := self._read_some():
                self._put(_decoded(lines.receive_data(data)))
            self._put(_decoded(lines.receive_data(b"\n") if lines.waiting else []))
            self._put(None)

    def _read_some(self) -> bytes:
        try:
            return os.read(self._descriptor, 65536)
        except OSError:  # closed: as good as its end
            return b""

    def _put(self, lines: list[str] | None) -> None:
        waiting = self._queue.put(lines)
        try:
            asyncio.run_coroutine_threadsafe(waiting, self._loop).result()
        except RuntimeError:
            waiting.close()
            raise


def _decoded(lines: list[bytes | TooLong]) -> list[str]:
    for line in lines:
        if isinstance(line, TooLong):
            print(f"chat-client: a line over {LONGEST_INPUT} bytes was not sent.", file=sys.stderr)
    return [line.decode(errors="replace") for line in lines if not isinstance(line, TooLong)]


class Printer:
    """Writes events to a stream, one line each. When nobody reads it any more, `closed` is called once."""

    def __init__(self, stream: TextIO, word: Callable[[Event], str], closed: Callable[[], None] = lambda: None) -> None:
        self._stream = stream
        self._word = word
        self.closed = closed
        self.is_closed = False

    def __call__(self, event: Event) -> None:
        """Write one event."""
        if self.is_closed:
            return
        try:
            self._stream.write(self._word(event) + "\n")
            self._stream.flush()
        except (BrokenPipeError, ValueError):  # ValueError: the stream itself is closed
            self.is_closed = True
            self.closed()


def plain_words(facing: Callable[[], str]) -> Callable[[Event], str]:
    """How an event reads as a plain line, seen from the room that `facing` gives."""
    return lambda event: plain(render(event, View(facing(), datetime.now(UTC))))


def set_up_output() -> None:
    """Write UTF-8 where the terminal's own encoding could not take a letter, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def put_away_output() -> None:
    """Keep the interpreter from complaining at its end that nobody reads its output any more."""
    try:
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
