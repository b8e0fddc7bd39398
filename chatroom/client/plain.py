"""Chatting without a line editor: lines in, lines out. For screen readers, dumb terminals and scripts.

Strategy: nothing is ever redrawn and no cursor is moved; the terminal's own line mode is the editor. The end of the
input is a goodbye, said when everything before it has been taken by the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from typing import TextIO

from chatroom.client import first
from chatroom.client.commands import typed
from chatroom.client.events import Event
from chatroom.client.face import Face
from chatroom.client.link import Client, client_for
from chatroom.client.options import Options
from chatroom.client.outbox import Outbox, typing_pace
from chatroom.client.session import Session
from chatroom.client.streams import InputLines, Printer, plain_words


class Unseen(Face):
    """Takes the next line as a secret; a terminal does not show it while it is typed."""

    def __init__(self, session: Session, descriptor: int) -> None:
        self._session = session
        self._descriptor = descriptor
        self._take: Callable[[str], None] | None = None

    def ask_secret(self, question: str, take: Callable[[str], None]) -> bool:
        """Have the next line given to `take`, and to nobody else."""
        self._take = take
        self._session.note(question.rstrip(": "))
        self._show_keys(False)
        return True

    def takes(self, line: str) -> bool:
        """Whether `line` was the secret."""
        take, self._take = self._take, None
        if take is None:
            return False
        self._show_keys(True)
        if line:
            take(line)
        return True

    def end(self) -> None:
        """Leave the terminal as it was."""
        if self._take:
            self._show_keys(True)

    def _show_keys(self, is_shown: bool) -> None:
        with contextlib.suppress(ImportError, OSError):
            import termios

            if os.isatty(self._descriptor):
                mode = termios.tcgetattr(self._descriptor)
                mode[3] = mode[3] | termios.ECHO if is_shown else mode[3] & ~termios.ECHO
                termios.tcsetattr(self._descriptor, termios.TCSADRAIN, mode)


async def run(options: Options, descriptor: int = 0, output: TextIO | None = None) -> int:
    """Chat until the input ends or the user leaves; returns the exit code. Raises link.Failed."""
    stream = output or sys.stdout
    printer = Printer(stream, plain_words(lambda: client.session.facing))

    def show(event: Event) -> None:
        printer(event)
        if event.mention and stream.isatty():
            stream.write("\a")

    client = client_for(options, show, Outbox(typing_pace()))
    client.session.face = face = Unseen(client.session, descriptor)
    is_person = first.can_ask()
    printer.closed = client.leave
    client.on_signals(client.leave, "SIGINT", "SIGTERM", "SIGHUP")
    running = asyncio.ensure_future(client.run())
    reading = asyncio.ensure_future(_read(client, face, descriptor))
    await asyncio.wait((running, reading), return_when=asyncio.FIRST_COMPLETED)
    if reading.done():
        reading.result()
    reading.cancel()
    await running
    face.end()
    if is_person:
        first.keep(client)
    return 0


async def _read(client: Client, face: Unseen, descriptor: int) -> None:
    # Not before the rooms are entered: the first line may be a command about one.
    await client.until(lambda: client.session.is_settled)
    if client.is_over:  # what is typed now may be the answer to another question
        return
    async for line in InputLines(descriptor):
        if not face.takes(line):
            typed(client.session, line)
        client.flush()
    await client.until(lambda: client.session.outbox.is_empty)
    client.leave()
