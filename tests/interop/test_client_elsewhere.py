"""Our client with the servers of others, from their packages: what it can do with less than ours has."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from running import PATIENCE, ROOT, IrcClient, environment
from watching import wait_for

CLIENT = [sys.executable, str(ROOT / "bin" / "chat-client")]
LINES = [f"line {number}: žlutý kůň 🐎" for number in range(20)]


@pytest.fixture(params=["ngircd", "inspircd"])
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """The port of another server, as the benchmark starts it."""
    if not shutil.which(request.param):
        pytest.skip(f"{request.param} is not installed")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    folder = tmp_path / "other"
    folder.mkdir()
    folder.chmod(0o755)
    script = ROOT / "bench" / "peers" / f"{request.param}.sh"
    with (tmp_path / "output").open("wb") as output:
        process = subprocess.Popen(
            ["sh", script, str(port), folder], stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for("open", lambda: "open" if _is_open(port) else "")
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE)


def _is_open(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@pytest.fixture
def friend(port: int) -> Iterator[IrcClient]:
    with IrcClient(port) as friend:
        friend.send("NICK friend", "USER friend 0 * :Friend")
        friend.expect(" 001 friend ")
        yield friend.join("#tea")


def run(port: int, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    program = [*CLIENT, f"127.0.0.1:{port}", "--room", "tea", *words]
    return subprocess.run(
        program, input=text, capture_output=True, encoding="utf-8", env=environment(), timeout=PATIENCE * 3
    )


def test_what_is_said_arrives_and_the_exit_code_says_so(port: int, friend: IrcClient) -> None:
    for words, text, expected in ((["--send", "hello"], "", ["hello"]), (["--pipe"], "\n".join(LINES), LINES)):
        done = run(port, *words, text=text)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert [friend.expect("PRIVMSG #tea :(.*)")[1] for _ in expected] == expected
    friend.send("MODE #tea +m")
    done = run(port, "--send", "unheard")
    assert done.returncode == 1
    assert "Not sent: unheard" in done.stderr


def test_what_others_do_is_told(port: int, friend: IrcClient) -> None:
    program = [*CLIENT, f"127.0.0.1:{port}", "--room", "tea", "--nick", "ada", "--json"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, encoding="utf-8", env=environment()) as process:
        assert process.stdout
        events = (json.loads(line) for line in process.stdout)
        assert "friend" in next(event for event in events if event["type"] == "names")["text"]
        friend.send("PRIVMSG #tea :ada: \x02hello\x02", "TOPIC #tea :biscuits", "PRIVMSG #tea :\1ACTION nods\1")
        friend.send("NICK pal", "PRIVMSG ada :psst", "KICK #tea ada :too loud")
        told = [next(event for event in events if event["type"] != "mode") for _ in range(6)]
        assert [event["type"] for event in told] == ["message", "topic", "action", "nick", "message", "kick"]
        assert [event["text"] for event in told[:3]] == ["ada: hello", "biscuits", "nods"]
        assert told[0]["mention"]
        assert (told[4]["nick"], told[4]["target"], told[4]["text"]) == ("pal", "ada", "psst")
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_a_person_types(port: int, friend: IrcClient) -> None:
    lines = ["/me waves", "/topic tea", "two words", "/msg friend psst", "/jion #den", "/last 5", "/whois friend"]
    done = run(port, "--plain", "--nick", "ada", text="\n".join(lines) + "\n")
    assert done.returncode == 0
    friend.expect("PRIVMSG #tea :\1ACTION waves\1")
    friend.expect("PRIVMSG #tea :two words")
    friend.expect("PRIVMSG friend :psst")
    assert "There is no /jion. Did you mean /join?" in done.stdout
    assert "This server has no /last." in done.stdout
