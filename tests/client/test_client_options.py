"""The command line: what is meant, and what is wrong use."""

from __future__ import annotations

import getpass

import pytest

from chatroom.client.main import has_screen, main
from chatroom.client.options import Options, parse, parse_address, valid_nick


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chat.example.net", ("chat.example.net", 6666)),
        ("chat.example.net:7000", ("chat.example.net", 7000)),
        ("[::1]:6667", ("::1", 6667)),
        ("[::1]", ("::1", 6666)),
        ("::1", ("::1", 6666)),
    ],
)
def test_addresses(text: str, expected: tuple[str, int]) -> None:
    assert parse_address(text) == expected


@pytest.mark.parametrize("text", ["", ":6666", "host:", "host:x", "host:0", "host:65536", "[::1", "[::1]6666", "a b"])
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"\."):
        parse_address(text)


@pytest.mark.parametrize(
    ("name", "nick"),
    [
        ("ada", "ada"),
        ("ada lovelace", "ada_lovelace"),
        ("7of9", "_7of9"),
        ("-x", "_-x"),
        ("Zoë", "Zoe"),
        ("日本", "guest"),
    ],
)
def test_a_login_name_becomes_a_nick(monkeypatch: pytest.MonkeyPatch, name: str, nick: str) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: name)
    assert parse([]).nick == nick


def test_nobody_is_a_guest() -> None:
    assert valid_nick("") == valid_nick("___") == "guest"


def test_everything_has_a_default() -> None:
    options = parse(["--nick", "ada"])
    assert options == Options("localhost", 6666, "ada", True, "#lobby")
    assert options.address == "localhost:6666"
    assert parse(["[::1]:7000"]).address == "[::1]:7000"


def test_a_room_may_be_named_without_its_sign() -> None:
    assert parse(["--room", "tea"]).room == parse(["--room", "#tea"]).room == "#tea"


def test_the_password_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATROOM_PASSWORD", "sesame")
    assert parse([]).password == "sesame"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nic", "ada"],
        ["--nick", "a b"],
        ["--nick", "#ada"],
        ["--nick", ""],
        ["--room", "a b"],
        ["--room", ""],
        ["host:port"],
        ["--json", "--plain"],
        ["one", "two"],
    ],
)
def test_wrong_use_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_end_with_0(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([argument])
    assert ended.value.code == 0
    assert "chat-client" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("environment", "has"),
    [({"TERM": "xterm"}, True), ({}, False), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False)],
)
def test_the_environment_can_ask_for_plain_lines(
    environment: dict[str, str], has: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert has_screen(environment) == has
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    assert not has_screen(environment)
