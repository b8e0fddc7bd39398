"""Text made safe, and words put together."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.commands.table import TABLE
from chatroom.core.replies import EVERYTHING, HelpShown
from chatroom.dialects.plain.context import Context
from chatroom.dialects.plain.replies import lines
from chatroom.dialects.plain.text import count, listing, safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, ümlaut, 日本語, 🍵", "plain text, ümlaut, 日本語, 🍵"),
        ("tab\tstays", "tab\tstays"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[1;38;5;200mmany\x1b[m", "many"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b31mred", "red"),
        ("\x1b", ""),
        ("\x1bc", "c"),
        ("\x02bold\x02 \x1ditalic\x1d \x1funder\x1f \x16reverse\x16 \x0fplain", "bold italic under reverse plain"),
        ("\x0304,01colour\x03 \x033green", "colour green"),
        ("\x04FF0000hex\x04", "hex"),
        ("bell\x07 back\x08space del\x7f", "bell backspace del"),
        ("\u202edesrever\u202c \u2066iso\u2069", "desrever iso"),
        ("\u200fmark\u200e \u061c", "mark "),
        ("line\u2028separator\u2029", "lineseparator"),
        ("next\x85line", "nextline"),
    ],
)
def test_safe(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(st.text(st.characters(codec="utf-8", categories=["Cc", "L", "N", "P", "Cf"])))
def test_nothing_a_terminal_obeys_is_left(text: str) -> None:
    assert not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", safe(text))


def test_lists_of_words() -> None:
    assert listing([]) == ""
    assert listing(["a"]) == "a"
    assert listing(["a", "b"]) == "a and b"
    assert listing(["a", "b", "c"]) == "a, b and c"


def test_counts() -> None:
    assert [count(n, "room") for n in (0, 1, 2)] == ["0 rooms", "1 room", "2 rooms"]
    assert count(2, "person", "people") == "2 people"


def test_help_fits_a_terminal_of_24_lines_and_80_columns() -> None:
    every = [row.help for row in TABLE.rows.values() if row.section]
    short, long = (list(lines(HelpShown(every, subject), Context(None, "alice"))) for subject in ("", EVERYTHING))
    assert len(short) < 24
    assert max(map(len, [*short, *long])) < 80
    for entry in every:
        assert f"/{entry.usage.split()[0]}" in " ".join(short).split()
        assert any(line.startswith(f"     /{entry.usage} ") for line in long)
