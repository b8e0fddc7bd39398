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
from collections.abc import AsyncIterator, Callable
from concurrent.futures import CancelledError
from datetime import UTC, datetime
from typing import TextIO

from chatroom.client.events import Event
from chatroom.client.render import View, plain, render
from chatroom.wire.lines import LineReader, TooLong

LONGEST_INPUT = 1 << 20  # bytes of one line of input
_AHEAD = 100  # lines read before they are wanted


class InputLines:
    """The lines of a descriptor, as they come; at most a hundred are held."""

    def __init__(self, descriptor: int = 0) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[str | None] = asyncio.Queue(_AHEAD)

    async def __aiter__(self) -> AsyncIterator[str]:
        threading.Thread(target=self._read, name="input", daemon=True).start()
        while (line := await self._queue.get()) is not None:
            yield line

    def _read(self) -> None:
        lines = LineReader(LONGEST_INPUT)
        # The loop may end while this thread is waiting for input, or for room in the queue.
        with contextlib.suppress(RuntimeError, CancelledError):
            while data := self._read_some():
                self._put(lines.receive_data(data))
            self._put(lines.receive_data(b"\n") if lines.waiting else [])
            self._put_one(None)

    def _read_some(self) -> bytes:
        try:
            return os.read(self._descriptor, 65536)
        except OSError:  # closed: as good as its end
            return b""

    def _put(self, lines: list[bytes | TooLong]) -> None:
        for line in lines:
            if isinstance(line, TooLong):
                print(f"chat-client: a line over {LONGEST_INPUT} bytes was not sent.", file=sys.stderr)
            else:
                self._put_one(line.decode(errors="replace"))

    def _put_one(self, line: str | None) -> None:
        waiting = self._queue.put(line)
        try:
            asyncio.run_coroutine_threadsafe(waiting, self._loop).result()
        except RuntimeError:
            waiting.close()
            raise


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
