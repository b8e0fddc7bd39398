"""The line editor, with real keys and a real server; only the screen is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from client_peer import Peer
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from chatroom.client.link import Failed
from chatroom.client.options import Options
from chatroom.client.terminal import Terminal


class Screen(DummyOutput):
    """Remembers what was written."""

    def __init__(self) -> None:
        self.text = ""
        self.bells = 0
        self.changed = asyncio.Event()

    def write(self, data: str) -> None:
        self.text += data
        self.changed.set()

    def bell(self) -> None:
        self.bells += 1

    async def until(self, text: str) -> None:
        while text not in self.text:
            self.changed.clear()
            await self.changed.wait()


class Desk:
    """A person at a terminal."""

    def __init__(self, peer: Peer, keys: PipeInput, screen: Screen, history: Path) -> None:
        self.peer, self.keys, self.screen = peer, keys, screen
        options = Options("127.0.0.1", peer.port, "ada", room="#tea")
        self.terminal = Terminal(options, history)
        self.running = asyncio.ensure_future(self.terminal.run())

    async def until_typed(self, text: str) -> None:
        """Wait until the line being edited is `text`."""
        buffer = self.terminal.prompt.default_buffer
        changed = asyncio.Event()
        buffer.on_text_changed += lambda _: changed.set()
        while buffer.text != text:
            changed.clear()
            await changed.wait()


@asynccontextmanager
async def desk(peer: Peer, history: Path) -> AsyncIterator[Desk]:
    await peer.start()
    screen = Screen()
    with create_pipe_input() as keys, create_app_session(input=keys, output=screen):
        person = Desk(peer, keys, screen, history)
        await screen.until("1 person in #tea")
        yield person
        await person.running
    await peer.stop()


def scene(play: Callable[[Desk], Awaitable[None]], history: Path) -> Peer:
    peer = Peer()

    async def whole() -> None:
        async with desk(peer, history) as person:
            await play(person)

    asyncio.run(whole())
    return peer


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return tmp_path / "typed"


def test_a_line_half_typed_survives_what_arrives(history: Path) -> None:
    async def play(person: Desk) -> None:
        person.keys.send_text("half a ")
        await person.until_typed("half a ")
        person.peer.say(":bob!u@h PRIVMSG #tea :ada: \x1b[2Jinterrupting")
        await person.screen.until("interrupting")
        person.keys.send_text("line\r")
        await person.screen.until("half a line")
        assert person.screen.bells == 1
        assert "\x1b" not in person.screen.text
        person.keys.send_text("/quit\r")

    assert scene(play, history).texts == ["half a line"]


def test_tab_completes_and_up_brings_back(history: Path) -> None:
    history.write_text("typed last week\n")

    async def play(person: Desk) -> None:
        person.peer.say(":barnaby!u@h JOIN #tea")
        await person.screen.until("barnaby joined")
        person.keys.send_text("bar\thello\r")
        await person.peer.until("barnaby: hello")
        person.keys.send_text("\x1b[A")
        await person.until_typed("barnaby: hello")
        person.keys.send_text("\x1b[A")
        await person.until_typed("typed last week")
        person.keys.send_text("\r/quit\r")

    assert scene(play, history).texts == ["barnaby: hello", "typed last week"]


def test_secrets_are_not_remembered(history: Path) -> None:
    async def play(person: Desk) -> None:
        person.keys.send_text("/msg NickServ identify hunter2\rhello\r")
        await person.peer.until("hello")
        person.keys.send_text("\x1b[A\x1b[A")
        await person.until_typed("hello")
        person.keys.send_text("\x15/quit\r")

    scene(play, history)
    assert history.read_text() == "hello\n/quit\n"


def test_a_paste_is_several_messages(history: Path) -> None:
    async def play(person: Desk) -> None:
        person.keys.send_text("\x1b[200~one\n/two\nthree\x1b[201~\r")
        await person.peer.until("three")
        person.keys.send_text("/quit\r")

    assert scene(play, history).texts == ["one", "/two", "three"]


@pytest.mark.parametrize("key", ["\x04", "\x03"])
def test_control_d_and_control_c_leave_with_a_goodbye(history: Path, key: str) -> None:
    async def play(person: Desk) -> None:
        person.keys.send_text(key)

    assert scene(play, history).lines[-1] == "QUIT"


def test_a_server_that_is_not_there_ends_the_prompt(history: Path) -> None:
    async def whole() -> None:
        peer = Peer()
        await peer.start()
        await peer.stop()
        with create_pipe_input() as keys, create_app_session(input=keys, output=Screen()):
            person = Desk(peer, keys, Screen(), history)
            with pytest.raises(Failed, match="Nothing listens"):
                await person.running

    asyncio.run(whole())
