"""Nothing from the network reaches a terminal raw."""

from __future__ import annotations

import unicodedata

import pytest
from client_scene import NOON
from hypothesis import given
from hypothesis import strategies as st

from chatroom.client.clean import clean
from chatroom.client.events import TYPES, Event
from chatroom.client.render import View, plain, render

CASES = [
    ("hello", "hello"),
    ("grüße 🍵 日本", "grüße 🍵 日本"),
    ("\x02bold\x02 \x1ditalic\x1d \x1funder\x0f", "bold italic under"),
    ("\x0304,12red\x03 plain", "red plain"),
    ("\x03red", "red"),
    ("\x04ff0000,00ff00hex", "hex"),
    ("\x1b[31mred\x1b[0m", "red"),
    ("\x1b[2J\x1b[1;1Hcleared", "cleared"),
    ("\x1b]0;a new title\x07text", "text"),
    ("\x1b]52;c;c2VjcmV0\x1b\\text", "text"),
    ("\x1bP1$r0m\x1b\\text", "text"),
    ("\x9b31mC1", "C1"),
    ("\x9d0;title\x9ctext", "text"),
    ("unfinished \x1b]0;title", "unfinished 0;title"),
    ("unfinished \x1b[", "unfinished "),
    ("\x1bcreset", "reset"),
    ("tab\there\rand\nthere", "tab here and there"),
    ("bell\x07 nul\x00 del\x7f", "bell nul del"),
    ("over\u202eridden\u2066", "overridden"),
    ("\x1b\x1b[31mtwice", "twice"),
    ("\x1b\x02[31mhidden", "[31mhidden"),
]


@pytest.mark.parametrize(("raw", "expected"), CASES)
def test_codes_and_escapes_are_removed(raw: str, expected: str) -> None:
    assert clean(raw) == expected


NASTY = st.text(st.sampled_from("ab1;[]mPc\\\x1b\x9b\x9c\x07\x03\x04\x02\x0f\x00\x85\x9d\u202e é🍵"), max_size=60)


@given(st.one_of(st.text(), NASTY))
def test_no_control_survives(text: str) -> None:
    assert not [letter for letter in clean(text) if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")]
    assert clean(clean(text)) == clean(text)


@given(NASTY, st.sampled_from(sorted(TYPES)))
def test_no_control_reaches_a_rendered_line_or_json(text: str, type: str) -> None:
    event = Event(type=type, time=NOON, room=f"#{text}", nick=text, target=text, text=text, msgid=text, code=text)
    line = plain(render(event, View()))
    assert not any(unicodedata.category(letter) == "Cc" for letter in line + event.as_json())
