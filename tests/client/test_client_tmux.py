"""The program itself in a real terminal, where tmux is installed: keys go in, the screen comes out."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import ROOT, LineClient, ServerProcess, environment

_PATIENCE = 200  # looks at the screen, each of which waits a little


class Tmux:
    """One terminal of a server of its own."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self._socket = str(folder / "tmux")
        self._size = size

    def run(self, *words: str) -> str:
        command = ["tmux", "-S", self._socket, "-f", "/dev/null", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=environment()).stdout

    def start(self, *words: str) -> None:
        columns, rows = map(str, self._size)
        client = f"exec {sys.executable} {ROOT / 'bin' / 'chat-client'} {' '.join(words)}"
        self.run("new-session", "-d", "-x", columns, "-y", rows, client)

    def type(self, *keys: str) -> None:
        self.run("send-keys", *keys)

    def screen(self) -> str:
        return self.run("capture-pane", "-p")

    def until(self, *texts: str) -> str:
        """Wait until all of `texts` are on the screen; each look waits for a process, so this needs no clock."""
        screen = ""
        for _ in range(_PATIENCE):
            screen = self.screen()
            if all(text in screen for text in texts):
                return screen
            subprocess.run(["tmux", "-S", self._socket, "run-shell", "-d", "0.1", ""], check=False)
        raise AssertionError(f"never saw {texts}, but:\n{screen}")


@pytest.fixture(params=[(80, 24), (200, 60)], ids=["80x24", "200x60"])
def tmux(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tmux]:
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    terminal = Tmux(tmp_path, request.param)
    yield terminal
    subprocess.run(["tmux", "-S", str(tmp_path / "tmux"), "kill-server"], check=False, capture_output=True)


def test_a_sitting_at_a_terminal(tmux: Tmux, server: ServerProcess) -> None:
    tmux.start(f"127.0.0.1:{server.port}", "--nick", "ada", "--room", "tea")
    tmux.until("you are in #tea now", "connected")
    bob = LineClient(server.port)
    bob.send("NICK bob", "USER bob 0 * :bob", "JOIN #tea", *(f"PRIVMSG #tea :line {n} of many" for n in range(150)))
    tmux.until("line 149 of many")
    tmux.type("half a ")
    tmux.until("[#tea] half a")
    bob.send("PRIVMSG #tea :ada: are you there?")
    tmux.until("are you there?", "[#tea] half a")
    tmux.type("line", "Enter")
    tmux.until("ada  half a line ✓")
    for _ in range(12):
        tmux.type("PageUp")
    tmux.until("line 1 of many", "further up")
    tmux.type("End", "/quit", "Enter")
    bob.close()


@pytest.mark.parametrize("tmux", [(80, 24)], indirect=True)
def test_scrolling_reads_older_messages_from_the_server(tmux: Tmux, server: ServerProcess) -> None:
    with LineClient(server.port) as bob:
        bob.send("NICK bob", "USER bob 0 * :bob", "JOIN #tea", *(f"PRIVMSG #tea :line {n} of many" for n in range(300)))
        bob.send("PING :said")
        bob.expect("said")
        tmux.start(f"127.0.0.1:{server.port}", "--nick", "ada", "--room", "tea")
        tmux.until("line 299 of many", "you are in #tea now")
        for _ in range(_PATIENCE):
            if "nothing older is kept" not in tmux.screen():
                tmux.type("PageUp")
        tmux.until("line 0 of many", "nothing older is kept")
        tmux.type("End", "/quit", "Enter")
