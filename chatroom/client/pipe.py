"""`date | chat-client --pipe` and `--send`: say something, and end when the server has it.

Strategy: each line is a message in the room, and only a window of messages is on its way at a time, so the server sets
the pace; lines that come together go together, as one message, where the server takes such. Done means that the server
has shown every message taken. Anything that makes that impossible is the one sentence on standard error, and the exit
code 1; a lost link is not made again, since nobody could tell what arrived before.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import TextIO

from chatroom.client import multiline
from chatroom.client.events import Event
from chatroom.client.link import Failed, client_for
from chatroom.client.options import Options
from chatroom.client.outbox import WINDOW, Outbox
from chatroom.client.streams import InputLines, Printer, plain_words

_TOGETHER = 99  # lines that go with the first of those that came together
_FAILURES = frozenset(("error", "disconnected", "kick", "unconfirmed"))


class Pipe:
    """One run of the pipe: what was said, and the first thing that went wrong."""

    def __init__(self, options: Options, descriptor: int, output: TextIO) -> None:
        self._descriptor = descriptor
        self._room = options.room
        self._text = options.send
        self._printer: Printer | None = None
        if options.json:
            self._printer = Printer(output, Event.as_json)
        elif options.plain:
            self._printer = Printer(output, plain_words(lambda: options.room))
        self._outbox = Outbox(asks_at_once=True)
        self.client = client_for(options, self._show, self._outbox, reconnects=False)
        self.problem = ""
        self.said = 0

    def _show(self, event: Event) -> None:
        if self._printer:
            self._printer(event)
        if event.type in _FAILURES and (event.type != "kick" or event.own):
            self._fail(_sentence(event))

    def _fail(self, problem: str) -> None:
        self.problem = self.problem or problem

    def _has_failed(self) -> bool:
        return self.problem != ""

    def interrupt(self) -> None:
        """The user wants an end, now."""
        self._fail("It was interrupted.")
        self.client.leave()

    async def run(self) -> None:
        """Say everything. Raises Failed with what went wrong, and how much was confirmed before it."""
        running = asyncio.ensure_future(self.client.run())
        feeding = asyncio.ensure_future(self._feed())
        await asyncio.wait((running, feeding), return_when=asyncio.FIRST_COMPLETED)
        if feeding.done():
            feeding.result()
            self.client.leave()
        feeding.cancel()
        await running
        if not self._is_complete(feeding):
            self._fail("The connection ended before everything was sent.")
        if self.problem:
            raise Failed(f"{self.problem} {self._account()}")

    def _is_complete(self, feeding: asyncio.Task[None]) -> bool:
        return feeding.done() and not feeding.cancelled() and self._outbox.is_empty

    async def _feed(self) -> None:
        await self._until(lambda: self.client.session.is_settled)
        if self._has_failed():
            return
        if self._text is None:
            await self._feed_lines(InputLines(self._descriptor))
        else:
            self._say(self._text)
        await self._until(lambda: self._outbox.is_empty)

    async def _feed_lines(self, lines: InputLines) -> None:
        async for line in lines:
            more = lines.ready(_TOGETHER) if multiline.can_send(self.client.session) else []
            self._say("\n".join([line, *more]))
            await self._until(lambda: len(self._outbox.waiting) < WINDOW)
            if self._has_failed():
                return

    def _say(self, line: str) -> None:
        before = len(self._outbox.waiting)
        self.client.session.say(self._room, line)
        self.said += len(self._outbox.waiting) - before
        self.client.flush()

    async def _until(self, condition: Callable[[], bool]) -> None:
        await self.client.until(lambda: self._has_failed() or condition())

    def _account(self) -> str:
        if not self.said:
            return "Nothing was sent."
        return f"Of {self.said} messages read so far the server has confirmed {self._outbox.confirmed}."


def _sentence(event: Event) -> str:
    if event.type == "disconnected":
        return f"The connection was lost: {event.text.rstrip('.')}."
    if event.type == "kick":
        return f"{event.nick} kicked you out of {event.room}."
    if event.type == "unconfirmed":
        return f"The server has not shown this message: {event.text}"
    return event.text


async def run(options: Options, descriptor: int = 0, output: TextIO | None = None) -> int:
    """Send the lines of `descriptor`; returns the exit code. Raises Failed with a sentence."""
    pipe = Pipe(options, descriptor, output or sys.stdout)
    pipe.client.on_signals(pipe.interrupt, "SIGINT", "SIGTERM", "SIGHUP")
    await pipe.run()
    return 0
