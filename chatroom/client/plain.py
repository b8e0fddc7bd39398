"""Chatting without a line editor: lines in, lines out. For screen readers, dumb terminals and scripts.

Strategy: nothing is ever redrawn and no cursor is moved; the terminal's own line mode is the editor. The end of the
input is a goodbye, said when everything before it has been taken by the server.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TextIO

from chatroom.client import first
from chatroom.client.commands import typed
from chatroom.client.events import Event
from chatroom.client.link import Client, client_for
from chatroom.client.options import Options
from chatroom.client.outbox import Outbox, typing_pace
from chatroom.client.streams import InputLines, Printer, plain_words


async def run(options: Options, descriptor: int = 0, output: TextIO | None = None) -> int:
    """Chat until the input ends or the user leaves; returns the exit code. Raises link.Failed."""
    stream = output or sys.stdout
    printer = Printer(stream, plain_words(lambda: client.session.facing))

    def show(event: Event) -> None:
        printer(event)
        if event.mention and stream.isatty():
            stream.write("\a")

    client = client_for(options, show, Outbox(typing_pace()))
    printer.closed = client.leave
    client.on_signals(client.leave, "SIGINT", "SIGTERM", "SIGHUP")
    running = asyncio.ensure_future(client.run())
    reading = asyncio.ensure_future(_read(client, descriptor))
    await asyncio.wait((running, reading), return_when=asyncio.FIRST_COMPLETED)
    if reading.done():
        reading.result()
    reading.cancel()
    await running
    first.keep(client)
    return 0


async def _read(client: Client, descriptor: int) -> None:
    # Not before the rooms are entered: the first line may be a command about one.
    await client.until(lambda: client.session.is_settled)
    async for line in InputLines(descriptor):
        typed(client.session, line)
        client.flush()
    await client.until(lambda: client.session.outbox.is_empty)
    client.leave()
