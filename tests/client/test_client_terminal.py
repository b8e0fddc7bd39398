"""What a person is asked at a terminal: who they are, whether to trust, for a password; and what is kept of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import certificates
import pytest
from client_terminal import Terminal
from running import ROOT, ServerProcess, environment

from chatroom.client import memory, typed_history

PASSWORD = "correct horse"


@pytest.fixture
def secure(start_server, tmp_path: Path) -> ServerProcess:
    """A server with a certificate that nobody vouches for."""
    pair = certificates.make(tmp_path)
    return start_server(tls=pair.settings, server={"listen": ["tls://127.0.0.1:0"]})


def door(server: ServerProcess) -> str:
    return f"127.0.0.1:{server.doors['tls']}"


def test_at_first_one_is_asked_for_a_name_and_then_known(server: ServerProcess) -> None:
    where = f"127.0.0.1:{server.port}"
    with Terminal(where, "--room", "tea") as terminal:
        terminal.sees(r"Your name at .*: ")
        terminal.type("a b")
        terminal.sees("can't be a nick")
        terminal.type("ada")
        terminal.sees("you are in #tea now")
        terminal.type("/join #den")
        terminal.sees("you are in #den now")
        terminal.type("/nick lovelace")
        terminal.sees("you are now called lovelace")
        terminal.type("/quit")
        assert terminal.ends() == 0
    with Terminal(where) as terminal:
        terminal.sees("you are in #tea now")
        terminal.sees("you are in #den now")
        assert "Your name" not in terminal.text
        terminal.type("/part #tea")
        terminal.sees("you left #tea|left #tea")
        terminal.hang_up()  # the window is closed
        assert terminal.process.wait(10) == 0
    assert memory.recall(where) == memory.Server("lovelace", ["#den"])


def test_a_certificate_is_trusted_at_first_use_and_a_changed_one_is_refused(secure: ServerProcess) -> None:
    words = (door(secure), "--tls", "--nick", "ada")
    with Terminal(*words) as terminal:
        terminal.sees("can't be trusted")
        shown = terminal.sees("([0-9A-F]{2}:){31}[0-9A-F]{2}")[0]
        terminal.sees(r"Trust it\? ")
        terminal.type("n")
        assert terminal.ends() == 1
    assert memory.recall(door(secure)).fingerprint == ""
    with Terminal(*words) as terminal:
        terminal.sees(r"Trust it\? ")
        terminal.type("y")
        terminal.sees("you are in #lobby now")
        terminal.type("/quit")
        assert terminal.ends() == 0
    assert memory.recall(door(secure)).fingerprint == shown
    with Terminal(*words) as terminal:
        terminal.sees("you are in #lobby now")
    other = ("00" if shown[:2] != "00" else "11") + shown[2:]
    memory.remember(door(secure), memory.Server("ada", [], other))
    with Terminal(*words) as terminal:
        terminal.sees("shows another certificate than the one you trusted")
        assert terminal.ends() == 1
        assert "Trust it" not in terminal.text
    assert memory.recall(door(secure)).fingerprint == other


def test_without_a_terminal_nobody_is_asked(secure: ServerProcess) -> None:
    program = [sys.executable, str(ROOT / "bin" / "chat-client"), door(secure), "--tls"]
    for words in (["--send", "hello"], ["--tail"], ["--plain"]):
        done = subprocess.run(
            [*program, *words], input="y\n", capture_output=True, encoding="utf-8", env=environment(), timeout=30
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert "can't be trusted" in done.stderr
    assert memory.recall(door(secure)).fingerprint == ""


def test_a_newcomer_registers_and_is_logged_in_the_next_time(secure: ServerProcess) -> None:
    words = (door(secure), "--tls", "--nick", "ada")
    with Terminal(*words) as terminal:
        terminal.sees(r"Trust it\? ")
        terminal.type("y")
        terminal.sees("you are in #lobby now")
        terminal.type("/register")
        terminal.sees("A password for ada")
        terminal.type(PASSWORD)
        assert PASSWORD not in terminal.sees("(?s).*You are now logged in as ada")[0]
        terminal.type("/quit")
        assert terminal.ends() == 0
        assert PASSWORD not in terminal.text
    with Terminal(*words, "--account", "ada", CHATROOM_ACCOUNT_PASSWORD=PASSWORD) as terminal:
        terminal.sees("logged in")
    with Terminal(*words, "--account", "ada") as terminal:
        terminal.sees("Password of ada at 127.0.0.1: ")
        terminal.type(PASSWORD)
        assert PASSWORD not in terminal.sees("(?s).*logged in")[0]
    state = typed_history.default_path().parent
    assert all(PASSWORD not in path.read_text() for path in state.rglob("*") if path.is_file())
    assert PASSWORD not in secure.log
