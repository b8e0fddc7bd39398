"""Listening: each event as a line of JSON, until interrupted. Nothing is read and nothing said."""

from __future__ import annotations

import sys
from typing import TextIO

from chatroom.client.events import Event
from chatroom.client.link import client_for
from chatroom.client.options import Options
from chatroom.client.outbox import Outbox
from chatroom.client.streams import Printer


async def run(options: Options, output: TextIO | None = None) -> int:
    """Follow the room until a signal comes or nobody reads the output; returns the exit code. Raises link.Failed."""
    printer = Printer(output or sys.stdout, Event.as_json)
    client = client_for(options, printer, Outbox())
    printer.closed = client.leave
    client.on_signals(client.leave, "SIGINT", "SIGTERM", "SIGHUP")
    await client.run()
    return 0
