"""Listening: each event as a line, of JSON if it is asked for, until interrupted. Nothing is read and nothing said."""

from __future__ import annotations

import sys
from typing import TextIO

from chatroom.client.events import Event
from chatroom.client.link import client_for
from chatroom.client.options import Options
from chatroom.client.outbox import Outbox
from chatroom.client.streams import Printer, plain_words


async def run(options: Options, output: TextIO | None = None) -> int:
    """Follow the room until a signal comes or nobody reads the output; returns the exit code. Raises link.Failed."""
    word = Event.as_json if options.json else plain_words(lambda: options.room)
    printer = Printer(output or sys.stdout, word)
    client = client_for(options, printer, Outbox())
    printer.closed = client.leave
    client.on_signals(client.leave, "SIGINT", "SIGTERM", "SIGHUP")
    await client.run()
    return 0
