"""The languages the client speaks: no sentence is missing, none has lost a fact."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chatroom.client import words
from chatroom.client.commands import TABLE as COMMANDS
from chatroom.client.events import Event
from chatroom.client.link import explain
from chatroom.client.options import Options
from chatroom.client.portuguese import TABLE
from chatroom.client.protocol import receive_line
from chatroom.client.render import View, plain, render
from chatroom.client.screen.rows import _DAYS

assert receive_line  # every module that adds a command is imported by what receives lines

CLIENT = Path(words.__file__).parent


def sentences() -> Iterator[str]:
    for path in CLIENT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "t":
                yield from (arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant))
    yield from (row.help for row in COMMANDS.rows.values())
    yield from _DAYS
    yield from re.findall(r'asked = "(.+)"', (CLIENT / "screen" / "questions.py").read_text(encoding="utf-8"))


def test_no_sentence_is_missing_or_left_over() -> None:
    assert set(sentences()) == set(TABLE)


def test_facts_are_the_same_in_every_language() -> None:
    blanks = re.compile(r"\{\w*\}")
    assert [key for key, said in TABLE.items() if sorted(blanks.findall(key)) != sorted(blanks.findall(said))] == []


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "pt_BR.UTF-8"}, "pt"),
        ({"LANG": "pt_BR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB", "LC_MESSAGES": "pt_PT"}, "pt"),
    ],
)
def test_the_environment_names_the_language(environment: dict[str, str], language: str) -> None:
    assert words.language(environment) == language


def test_what_keeps_one_out_is_told_in_portuguese() -> None:
    words.choose("pt")
    try:
        told = explain(ConnectionRefusedError(), Options("tea.example"))
        assert told.startswith("Ninguém atende em tea.example:6666.")
    finally:
        words.speak({})


def test_events_are_told_in_portuguese() -> None:
    words.choose("pt")
    try:
        noon = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        event = Event(type="join", time=noon, room="#chá", nick="{bob}")
        assert plain(render(event, View("#chá", noon))) == "12:00 -- {bob} entrou em #chá"
    finally:
        words.speak({})
