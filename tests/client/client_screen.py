"""A person at the full screen: real keys, a real socket, and a screen that is read as text.

A snapshot is kept in tests/client/screens, and is written anew
where the environment has WRITE_SCREENS.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from client_peer import Peer
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from chatroom.client.link import Backoff
from chatroom.client.options import Options
from chatroom.client.screen.app import Screen
from chatroom.client.screen.cells import _clusters

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SCREENS = Path(__file__).parent / "screens"
ESC, PASTE, PASTED = "\x1b", "\x1b[200~", "\x1b[201~"
UP, DOWN, PAGE_UP, PAGE_DOWN, END = "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~", "\x1b[F"
F7, CTRL_C, CTRL_D, CTRL_F, CTRL_N, TAB = "\x1b[18~", "\x03", "\x04", "\x06", "\x0e", "\t"

_PATIENCE = 10  # seconds after which a test that waits has failed


class Terminal(DummyOutput):
    """A terminal of a size, that counts its bells."""

    def __init__(self, columns: int, rows: int) -> None:
        self.size = Size(rows, columns)
        self.bells = 0
        self.raw = ""

    def get_size(self) -> Size:
        return self.size

    def bell(self) -> None:
        self.bells += 1

    def write_raw(self, data: str) -> None:
        self.raw += data


class Desk:
    """A person at a terminal."""

    def __init__(self, peer: Peer, keys: PipeInput, terminal: Terminal, history: Path) -> None:
        self.peer, self._keys, self.terminal = peer, keys, terminal
        self.screen = Screen(Options("127.0.0.1", peer.port, "ada", room="#tea"), history)
        self.screen.session.clock = lambda: NOON
        self.screen.host = "tea.example"
        self.screen.client.backoff = Backoff(0.001, 0.01)
        self.drawn = asyncio.Event()
        self.screen.app.after_render += lambda _: self.drawn.set()
        self.running = asyncio.ensure_future(self.screen.run())

    def press(self, *keys: str) -> None:
        for key in keys:
            self._keys.send_text(key)

    def text(self) -> str:
        """What is on the screen, without what is never the same twice."""
        drawn = self.screen.app.renderer.last_rendered_screen
        if drawn is None:
            return ""
        rows = [_row(drawn.data_buffer[y], self.terminal.size.columns) for y in range(self.terminal.size.rows)]
        return re.sub(r"lag \d+ ms", "lag 1 ms", "\n".join(rows))

    async def until(self, *texts: str, without: str = "") -> None:
        """Wait until all of `texts` stand on the screen, and `without` does not."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while not all(text in self.text() for text in texts) or (without and without in self.text()):
                    self.drawn.clear()
                    await self.drawn.wait()
        except TimeoutError:
            raise AssertionError(f"waited for {texts}, without {without!r}, at:\n{self.text()}") from None

    async def snapshot(self, name: str, *texts: str) -> None:
        """Hold that the screen, once it shows `texts`, is the one kept under `name`."""
        await self.until(*texts)
        path = SCREENS / f"{name}.txt"
        if "WRITE_SCREENS" in os.environ:
            path.parent.mkdir(exist_ok=True)
            path.write_text(self.text() + "\n", encoding="utf-8")
        assert self.text() + "\n" == path.read_text(encoding="utf-8")


def _row(cells: dict[int, object], columns: int) -> str:
    text, at = "", 0
    while at < columns:
        cell = cells[at]
        text += "".join(_clusters.get(letter, letter) for letter in cell.char)  # type: ignore[attr-defined]
        at += max(1, cell.width)  # type: ignore[attr-defined]
    return text.rstrip()


@asynccontextmanager
async def desk(peer: Peer, history: Path, columns: int, rows: int) -> AsyncIterator[Desk]:
    await peer.start()
    terminal = Terminal(columns, rows)
    with create_pipe_input() as keys, create_app_session(input=keys, output=terminal):
        person = Desk(peer, keys, terminal, history)
        try:
            await person.until("you are in #tea now", "lag")
            yield person
        finally:
            person.screen._leave()
            await person.running
    await peer.stop()


def play(
    scene: Callable[[Desk], Awaitable[None]], history: Path, peer: Peer | None = None, size: tuple[int, int] = (80, 24)
) -> Peer:
    """Play `scene` at a screen, and leave at its end; returns the server it was played with."""
    peer = peer or Peer()

    async def whole() -> None:
        async with desk(peer, history, *size) as person:
            await scene(person)

    asyncio.run(whole())
    return peer
