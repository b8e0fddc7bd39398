"""The client in scripts, with our own server: both as they are, and what the exit code says is true."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from running import PATIENCE, ROOT, IrcClient, ServerProcess, environment

CLIENT = str(ROOT / "bin" / "chat-client")
LIMITED = {"limits": {"rate": 20.0, "burst": 5}}


def command(server: ServerProcess, *words: str) -> list[str]:
    return [sys.executable, CLIENT, f"127.0.0.1:{server.port}", "--room", "tea", *words]


def run(server: ServerProcess, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(server, *words), input=text, capture_output=True, encoding="utf-8", env=environment(), timeout=50
    )


def said(listener: IrcClient) -> list[str]:
    """What has been said to `listener` until now."""
    return [line.partition(" PRIVMSG #tea :")[2] for line in listener.fence() if " PRIVMSG #tea :" in line]


def test_what_was_sent_is_on_disk_when_it_ends(server: ServerProcess) -> None:
    done = run(server, "--send", "back at ten", "--nick", "ada")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    server.kill9()
    server.start()
    listener = server.irc("bob", "batch,draft/chathistory").join("#tea")
    listener.send("CHATHISTORY LATEST #tea * 5")
    listener.expect("ada!.* PRIVMSG #tea :back at ten")


def test_what_was_not_stored_ends_with_1_and_a_sentence(server: ServerProcess) -> None:
    operator = server.irc("op").join("#tea")
    operator.send("MODE #tea +m")
    operator.fence()
    for words, text in ((["--send", "hello"], ""), (["--pipe"], "hello\n")):
        done = run(server, *words, text=text)
        assert (done.returncode, done.stdout) == (1, "")
        assert "Cannot send to channel (+m)" in done.stderr
        assert "confirmed 0" in done.stderr
    assert said(operator) == []
    server.terminate()
    done = run(server, "--send", "hello")
    assert done.returncode == 1
    assert "Nothing listens at 127.0.0.1:" in done.stderr


def test_a_text_of_several_lines_is_one_message(server: ServerProcess) -> None:
    listener = server.irc("bob", "batch draft/multiline message-tags").join("#tea")
    assert run(server, "--send", "one\n\nthree").returncode == 0
    listener.expect(r"BATCH \+\S+ draft/multiline #tea")
    assert [listener.expect(r"PRIVMSG #tea :(.*)")[1] for _ in range(3)] == ["one", "", "three"]


def test_a_build_log_goes_as_few_messages_at_the_servers_rate(start_server) -> None:
    server = start_server(**LIMITED)
    listener = server.irc("bob", "batch draft/multiline message-tags").join("#tea")
    lines = [f"cc -c file{number}.c" for number in range(300)]
    done = run(server, "--pipe", text="\n".join(lines))
    assert (done.returncode, done.stderr) == (0, "")
    heard = listener.fence()
    assert [line.partition(" PRIVMSG #tea :")[2] for line in heard if " PRIVMSG #tea :" in line] == lines
    assert sum(" BATCH +" in line for line in heard) < 30


def test_what_is_left_out_by_the_limits_of_a_server_is_nothing(start_server) -> None:
    """Without messages of several lines, each takes its turn; the server slows the pipe, and never ends it."""
    server = start_server(limits={"rate": 40.0, "burst": 5})
    listener = server.irc("bob").join("#tea")
    lines = [f"line {number}" for number in range(80)]
    with subprocess.Popen(command(server, "--pipe"), stdin=subprocess.PIPE, env=environment()) as process:
        assert process.stdin
        for line in lines:  # one at a time: nothing piles up
            process.stdin.write(f"{line}\n".encode())
            process.stdin.flush()
            listener.expect(f"PRIVMSG #tea :{line}$")
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def test_tail_begins_with_the_last_and_follows(server: ServerProcess) -> None:
    speaker = server.irc("bob").join("#tea")
    speaker.send(*(f"PRIVMSG #tea :before {number}" for number in range(5)))
    speaker.fence()
    with subprocess.Popen(
        command(server, "--tail", "--json", "--last", "2", "--nick", "ada"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=environment(),
        encoding="utf-8",
    ) as process:
        assert process.stdout
        events = (json.loads(line) for line in process.stdout)
        messages = (event for event in events if event["type"] == "message")
        old = [next(messages), next(messages)]
        assert [(event["text"], event.get("replayed")) for event in old] == [("before 3", True), ("before 4", True)]
        speaker.send("PRIVMSG #tea :ada: now")
        now = next(messages)
        assert (now["text"], now["mention"], "replayed" in now) == ("ada: now", True, False)
        process.stdout.close()  # as `head` does; the next line ends it
        speaker.send("PRIVMSG #tea :nobody reads this")
        assert process.wait(PATIENCE) == 0


def test_following_marks_nothing_as_read(server: ServerProcess) -> None:
    speaker = server.irc("bob").join("#tea")
    speaker.send("PRIVMSG #tea :unread")
    speaker.fence()
    with subprocess.Popen(
        command(server, "--tail", "--last", "5"), stdout=subprocess.PIPE, env=environment(), encoding="utf-8"
    ) as process:
        assert process.stdout
        assert any("unread" in line for line in process.stdout)
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert "MARKREAD" not in server.log


@pytest.mark.parametrize("words", [("--last", "x"), ("--last", "-1"), ("--send", " "), ("--send", "x", "--tail")])
def test_wrong_use_is_told_and_nothing_is_sent(server: ServerProcess, words: tuple[str, ...]) -> None:
    done = run(server, *words)
    assert done.returncode == 2
    assert "error: " in done.stderr
