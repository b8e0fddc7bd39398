"""The full screen, with real keys and a real socket; what it shows is kept as text in screens/."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from client_peer import Peer
from client_screen import (
    CTRL_C,
    CTRL_D,
    CTRL_F,
    CTRL_N,
    DOWN,
    END,
    ESC,
    F7,
    PAGE_UP,
    PASTE,
    PASTED,
    TAB,
    UP,
    Desk,
    Terminal,
    play,
)
from prompt_toolkit.application import create_app_session
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input

from chatroom.client.link import Failed

AT_NOON = "@time=2026-11-22T12:00:{:02}.000Z;msgid=m{} :{} PRIVMSG {} :{}"


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return tmp_path / "typed"


def tell(person: Desk, *texts: str, nick: str = "bob", target: str = "#tea") -> None:
    for number, text in enumerate(texts):
        person.peer.say(AT_NOON.format(number % 60, f"{target}{number}{hash(text)}", f"{nick}!u@h", target, text))


def test_a_line_half_typed_survives_what_arrives(history: Path) -> None:
    async def scene(person: Desk) -> None:
        person.press("half a ")
        await person.until("[#tea] half a")
        tell(person, "ada: \x1b[2Jinterrupting")
        await person.until("interrupting")
        person.press("line\r")
        await person.snapshot("half-a-line", "half a line", "ada  half a line")
        assert person.terminal.bells == 1
        assert "notify;bob, #tea;ada: interrupting" in person.terminal.raw

    assert play(scene, history).texts == ["half a line"]


def test_tab_completes_and_up_brings_back(history: Path) -> None:
    history.write_text("typed last week\n")

    async def scene(person: Desk) -> None:
        person.peer.say(":barnaby!u@h JOIN #tea")
        await person.until("barnaby joined")
        person.press("bar", TAB, "hello\r")
        await person.peer.until("barnaby: hello")
        await person.until("[#tea]", without="[#tea] bar")
        person.press(UP)
        await person.until("[#tea] barnaby: hello")
        person.press(UP)
        await person.until("[#tea] typed last week")
        person.press("\r")
        await person.peer.until("typed last week")

    assert play(scene, history).texts == ["barnaby: hello", "typed last week"]


def test_commands_are_completed_with_their_help_beside_them(history: Path) -> None:
    async def scene(person: Desk) -> None:
        person.press("/to")
        await person.snapshot("completion", " /topic  Show what a room is about")

    play(scene, history)


def test_secrets_are_not_remembered(history: Path) -> None:
    async def scene(person: Desk) -> None:
        person.press("/msg NickServ identify hunter2\r", "hello\r")
        await person.peer.until("hello")
        person.press(UP, UP)
        await person.until("[#tea] hello")
        person.press(CTRL_C)

    play(scene, history)
    assert history.read_text() == "hello\n"


def test_a_paste_is_sent_after_a_question(history: Path) -> None:
    async def scene(person: Desk) -> None:
        person.press(f"{PASTE}one\n/two\nthree\n{PASTED}")
        await person.snapshot("paste", "3 lines pasted")
        assert person.peer.texts == []
        person.press("y")
        await person.peer.until("three")
        person.press(f"{PASTE}never\nsaid{PASTED}")
        await person.until("2 lines pasted")
        person.press("n")
        await person.until(without="2 lines pasted")
        person.press(f"{PASTE}edited\nfirst{PASTED}")
        await person.until("2 lines pasted")
        person.press("e", "!\r")
        await person.peer.until("first!")

    assert play(scene, history).texts == ["one", "/two", "three", "edited", "first!"]


@pytest.mark.parametrize("slip", [" /join #two", "join #two", "identify hunter2", "Tr0ub4dor&3"])
def test_what_looks_like_a_slip_is_asked_about(history: Path, slip: str) -> None:
    async def scene(person: Desk) -> None:
        person.press(slip, "\r")
        await person.until("Say it in #tea?")
        person.press(ESC)
        await person.until(without="Say it in #tea?")
        assert person.peer.texts == []
        person.press("\r")
        await person.until("Say it in #tea?")
        person.press("y")
        await person.peer.until(f"#tea :{slip}" if " " in slip else slip)

    play(scene, history)


def test_rooms_and_private_talks_count_what_is_unread(history: Path) -> None:
    async def scene(person: Desk) -> None:
        person.press("/join #two\r")
        await person.until("you are in #two now")
        tell(person, "one", "two", "ada, look here")
        tell(person, "psst", target="ada")
        await person.snapshot("unread", "#tea 3 1!", "bob 1 1!")
        person.press(f"{ESC}a")
        await person.until("[#tea]")
        await person.snapshot("unread-read", "look here", "bob 1 1!")
        person.press(CTRL_N)
        await person.until("[#two]")
        person.press(CTRL_N)
        await person.until("[bob]", "psst", without="1!")
        person.press("hi\r")
        await person.until("ada  hi", without="on its way")
        person.press("/close\r")
        await person.until(without="bob")

    play(scene, history)


def test_what_is_new_is_marked_when_one_comes_back(history: Path) -> None:
    async def scene(person: Desk) -> None:
        tell(person, "seen")
        await person.until("seen")
        person.press("/join #two\r")
        await person.until("you are in #two now")
        person.peer.say(AT_NOON.format(30, "x", "bob!u@h", "#tea", "unseen"))
        await person.until("#tea 1")
        person.press(f"{ESC}1")
        await person.snapshot("new-since", "unseen")

    play(scene, history)


def test_nothing_moves_under_the_eyes_of_who_scrolls(history: Path) -> None:
    async def scene(person: Desk) -> None:
        tell(person, *(f"line {number}" for number in range(60)))
        await person.until("line 59")
        person.press(PAGE_UP, PAGE_UP)
        await person.until("line 20", "further up")
        before = person.text()
        tell(person, "below", nick="carol")
        await person.until("1 new below")
        assert before.splitlines()[1:-3] == person.text().splitlines()[1:-3]
        person.press(END)
        await person.until("below", without="new below")

    play(scene, history)


def test_ctrl_f_looks_in_what_is_here(history: Path) -> None:
    async def scene(person: Desk) -> None:
        tell(person, *(f"line {number}" for number in range(60)))
        await person.until("line 59")
        person.press(CTRL_F, "line 1")
        await person.until("Find: line 1", "line 19 ".rstrip())
        for _ in range(9):
            person.press("\r")
        await person.snapshot("find", "line 10", "Find: line 1")
        person.press(DOWN)
        person.press(ESC)
        await person.until("[#tea]", without="Find:")

    play(scene, history)


def test_a_wide_screen_shows_more_and_resizing_wraps_anew(history: Path) -> None:
    async def scene(person: Desk) -> None:
        tell(person, "a text of some length, " * 8, "日本語テキスト" * 12, "👩‍👩‍👧 family and ❤️ and e\u0301")
        person.press(F7)
        await person.snapshot("wide", "family", "0 tea.example")
        person.terminal.size = Size(24, 60)
        person.screen.app._on_resize()
        await person.snapshot("narrow", "family", "connected")

    play(scene, history, size=(120, 20))


def test_a_gap_and_what_waits_are_shown(history: Path) -> None:
    async def scene(person: Desk) -> None:
        peer, port = person.peer, person.peer.port
        await peer.stop()
        await person.until("not connected since")
        person.press("said meanwhile\r")
        await person.until("waiting: said meanwhile")
        person.press(CTRL_C)
        await person.until("Leave all the same?")
        person.press(ESC)
        await peer.start(port)
        await person.until("ada  said meanwhile", without="waiting:")

    play(scene, history)


@pytest.mark.parametrize("key", [CTRL_D, CTRL_C])
def test_control_d_and_control_c_leave_with_a_goodbye(history: Path, key: str) -> None:
    async def scene(person: Desk) -> None:
        person.press(key)
        await person.running

    assert play(scene, history).lines[-1] == "QUIT"


def test_a_server_that_is_not_there_gives_the_terminal_back(history: Path) -> None:
    async def whole() -> None:
        peer = Peer()
        await peer.start()
        await peer.stop()
        terminal = Terminal(80, 24)
        with create_pipe_input() as keys, create_app_session(input=keys, output=terminal):
            person = Desk(peer, keys, terminal, history)
            with pytest.raises(Failed, match="Nothing listens"):
                await person.running

    asyncio.run(whole())
