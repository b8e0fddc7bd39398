"""`chat-client` as a process: pipes, JSON, plain lines, signals and exit codes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from client_peer import Peer

from chatroom.client.outbox import WINDOW

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = (sys.executable, str(ROOT / "bin" / "chat-client"))
CAPABILITIES = ["", "echo-message", "echo-message labeled-response batch message-tags server-time"]


@dataclass
class Ended:
    code: int
    out: str
    err: str

    def events(self, *types: str) -> list[dict[str, str]]:
        events = [json.loads(line) for line in self.out.splitlines()]
        return [event for event in events if event["type"] in types]


async def started(peer: Peer, *arguments: str, stdout: int = asyncio.subprocess.PIPE) -> asyncio.subprocess.Process:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    words = (*PROGRAM, f"127.0.0.1:{peer.port}", "--room", "tea", *arguments)
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=stdout, stderr=pipe, env=environment)


async def ended(process: asyncio.subprocess.Process, text: bytes | None = None) -> Ended:
    out, err = await process.communicate(text)
    assert process.returncode is not None
    return Ended(process.returncode, (out or b"").decode(), err.decode())


def scene(play: Callable[[Peer], Awaitable[None]], **options: object) -> Peer:
    peer = Peer(**options)  # type: ignore[arg-type]

    async def whole() -> None:
        await peer.start()
        try:
            await play(peer)
        finally:
            await peer.stop()

    asyncio.run(whole())
    return peer


def piped(text: bytes, *arguments: str, **options: object) -> tuple[Ended, Peer]:
    results = []

    async def play(peer: Peer) -> None:
        results.append(await ended(await started(peer, "--pipe", *arguments), text))

    peer = scene(play, **options)
    return results[0], peer


@pytest.mark.parametrize("capabilities", CAPABILITIES)
def test_each_line_is_said_and_then_it_leaves(capabilities: str) -> None:
    result, peer = piped("one\n\n  \ngrüße 🍵\r\nlast, no end".encode(), capabilities=capabilities)
    assert (result.code, result.out, result.err) == (0, "", "")
    assert peer.texts == ["one", "grüße 🍵", "last, no end"]
    assert peer.lines[-1] == "QUIT"


@pytest.mark.parametrize("capabilities", CAPABILITIES)
def test_a_long_pipe_arrives_whole_in_order_and_in_windows(capabilities: str) -> None:
    texts = [f"line {number}" for number in range(200)]
    result, peer = piped("\n".join(texts).encode(), capabilities=capabilities)
    assert result.code == 0, result.err
    assert peer.texts == texts
    if not capabilities:
        asked = [line.startswith("PING") for line in peer.lines if line.startswith(("PING", "PRIVMSG"))]
        assert all(any(asked[start : start + WINDOW + 1]) for start in range(len(asked) - WINDOW))


def test_a_long_line_is_cut_where_words_end() -> None:
    text = "word " * 300
    result, peer = piped(text.encode())
    assert result.code == 0
    assert len(peer.texts) > 2
    assert " ".join(peer.texts) == text.rstrip() or " ".join(peer.texts).split() == text.split()


def test_nothing_to_say_is_fine() -> None:
    result, peer = piped(b"")
    assert (result.code, peer.texts) == (0, [])


def test_slashes_in_a_pipe_are_text() -> None:
    result, peer = piped(b"/quit\n//x\n")
    assert (result.code, peer.texts) == (0, ["/quit", "//x"])


@pytest.mark.parametrize("code", ["403", "471", "473", "474", "475"])
def test_a_refused_room_is_a_failure(code: str) -> None:
    result, peer = piped(b"hello\n", refused_rooms={"#tea": code})
    assert (result.code, peer.texts) == (1, [])
    assert result.err.startswith("chat-client: #tea: Cannot join channel.")
    assert result.err.endswith("Nothing was sent.\n")


def test_being_silenced_is_a_failure() -> None:
    result, _ = piped(b"hello\nworld\n", silenced=True)
    assert result.code == 1
    assert "Cannot send to channel" in result.err
    assert "Not sent: hello" in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("capabilities", CAPABILITIES)
def test_a_lost_link_is_a_failure_and_says_how_much_arrived(capabilities: str) -> None:
    texts = "\n".join(f"line {number}" for number in range(20))
    result, _ = piped(texts.encode(), capabilities=capabilities, drop_after=2 * WINDOW)
    assert result.code == 1
    assert result.err.startswith("chat-client: The connection was lost")
    confirmed = re.search(r"Of \d+ messages read so far the server has confirmed (\d+)\.$", result.err.strip())
    assert confirmed
    assert int(confirmed[1]) <= 2 * WINDOW  # what the server took it need not have had time to show


def test_a_chosen_nick_that_is_taken_is_a_failure() -> None:
    result, peer = piped(b"hello\n", "--nick", "ada", taken={"ada"})
    assert (result.code, peer.texts) == (1, [])
    assert result.err == "chat-client: Somebody is called ada already. Choose another with --nick.\n"


def test_what_the_server_says_last_is_harmless_too() -> None:
    result, _ = piped(b"hello\n", farewell="ERROR :No \x1b[31mroom\x9b2J")
    assert (result.code, result.err.count("No room")) == (1, 1)
    assert "\x1b" not in result.err


def test_nobody_there_is_a_failure() -> None:
    async def play(peer: Peer) -> None:
        await peer.stop()
        result = await ended(await started(peer, "--pipe"), b"hello\n")
        assert result.code == 1
        assert result.err.startswith("chat-client: Nothing listens at 127.0.0.1:")

    scene(play)


@pytest.mark.parametrize("capabilities", CAPABILITIES)
def test_pipe_with_json_tells_what_was_said(capabilities: str) -> None:
    result, _ = piped(b"one\ntwo\n", "--json", "--nick", "ada", capabilities=capabilities)
    said = [(event["room"], event["nick"], event["text"]) for event in result.events("message")]
    assert said == [("#tea", "ada", "one"), ("#tea", "ada", "two")]


def test_pipe_with_plain_tells_it_in_sentences() -> None:
    result, _ = piped(b"one\n", "--plain", "--nick", "ada")
    lines = [line[6:] for line in result.out.splitlines()]
    assert "-- you are in #tea now" in lines
    assert "ada: one" in lines
    assert "\x1b" not in result.out


def test_a_pipe_whose_reader_left_still_sends_everything() -> None:
    async def play(peer: Peer) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        process = await started(peer, "--pipe", "--json", stdout=writing)
        os.close(writing)
        result = await ended(process, b"one\ntwo\n")
        assert (result.code, result.err) == (0, "")
        assert peer.texts == ["one", "two"]

    scene(play)


def test_interrupting_a_pipe_is_a_failure() -> None:
    async def play(peer: Peer) -> None:
        process = await started(peer, "--pipe")
        assert process.stdin
        process.stdin.write(b"one\n")
        await peer.until("PRIVMSG")
        process.send_signal(signal.SIGINT)
        result = await ended(process)
        assert result.code == 1
        assert "It was interrupted." in result.err
        assert peer.lines[-1] == "QUIT"

    scene(play)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_json_follows_the_room_until_interrupted(number: signal.Signals) -> None:
    async def play(peer: Peer) -> None:
        process = await started(peer, "--json", "--nick", "ada")
        assert process.stdin
        process.stdin.close()
        await peer.until("JOIN #tea")
        peer.say("@msgid=7;time=2026-11-22T12:00:00.000Z :bob!u@h PRIVMSG #tea :\x1b[31mhello")
        assert process.stdout
        while (event := json.loads(await process.stdout.readline()))["type"] != "message":
            pass
        assert event == {
            "time": "2026-11-22T12:00:00.000Z",
            "type": "message",
            "room": "#tea",
            "nick": "bob",
            "text": "hello",
            "msgid": "7",
        }
        process.send_signal(number)
        assert await process.wait() == 0
        assert peer.lines[-1] == "QUIT"

    scene(play)


def test_following_ends_quietly_when_nobody_reads() -> None:
    async def play(peer: Peer) -> None:
        reading, writing = os.pipe()
        process = await started(peer, "--json", stdout=writing)
        os.close(writing)
        await peer.until("JOIN #tea")
        os.close(reading)
        peer.say(":bob!u@h PRIVMSG #tea :hello")
        result = await ended(process)
        assert (result.code, result.err) == (0, "")

    scene(play)


def test_plain_reads_commands_and_says_the_rest() -> None:
    async def play(peer: Peer) -> None:
        process = await started(peer, "--plain", "--nick", "ada")
        result = await ended(process, b"hello\n/me waves\n/nonsense\n//slash\n")
        assert (result.code, result.err) == (0, "")
        assert peer.texts == ["hello", "\1ACTION waves\1", "/slash"]
        lines = [line[6:] for line in result.out.splitlines()]
        assert {"ada: hello", "* ada waves", "ada: /slash"} <= set(lines)
        assert "-- There is no /nonsense. /help lists what there is." in lines
        assert all(letter.isprintable() for line in lines for letter in line)

    scene(play)


def test_without_a_terminal_it_names_the_right_option() -> None:
    async def play(peer: Peer) -> None:
        result = await ended(await started(peer), b"hello\n")
        assert result.code == 2
        assert "--pipe" in result.err

    scene(play)


def test_send_says_one_text_and_tells_whether_it_arrived() -> None:
    async def play(peer: Peer) -> None:
        done = await ended(await started(peer, "--send", "back at ten"))
        assert (done.code, done.out, done.err) == (0, "", "")
        peer.silenced = True
        done = await ended(await started(peer, "--send", "never heard"))
        assert done.code == 1
        assert "Not sent: never heard" in done.err

    assert scene(play).texts == ["back at ten"]


def test_what_comes_together_goes_as_messages_of_several_lines() -> None:
    async def play(peer: Peer) -> None:
        text = "\n".join(f"line {number}" for number in range(200))
        done = await ended(await started(peer, "--pipe"), text.encode())
        assert (done.code, done.err) == (0, "")

    peer = scene(play, capabilities=f"{CAPABILITIES[2]} draft/multiline")
    assert [line for text in peer.texts for line in text.split("\n")] == [f"line {number}" for number in range(200)]
    assert len(peer.texts) < 100


def test_tail_writes_plain_lines_until_it_is_interrupted() -> None:
    async def play(peer: Peer) -> None:
        process = await started(peer, "--tail")
        await peer.until("JOIN")
        peer.say("@time=2026-11-22T12:00:00.000Z :bob!u@h PRIVMSG #tea :hello")
        assert process.stdout
        while b"bob: hello" not in await process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        assert (await ended(process)).code == 0

    scene(play)
