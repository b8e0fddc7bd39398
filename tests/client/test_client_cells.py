"""Rows of a width: wide characters, clusters, long words; links; and colours that can be read."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.data_structures import Size

from chatroom.client.screen import theme
from chatroom.client.screen.cells import cut, drawable, fit, fold, restored, width_of, with_links
from chatroom.client.screen.output import ScreenOutput, linked, notice

LETTERS = st.sampled_from(["a", "b", " ", "é", "e\u0301", "日", "👩‍👩‍👧", "🇧🇷", "❤️", "👍🏽", "\n"])


def text_of(row: list[tuple[str, str]]) -> str:
    return "".join(text for _, text in row)


@given(st.lists(LETTERS, max_size=60).map("".join), st.integers(6, 30), st.integers(0, 3))
def test_rows_are_never_too_wide_and_lose_nothing(text: str, width: int, indent: int) -> None:
    rows = fold([("", text)], width, indent)
    assert all(width_of(text_of(row)) <= width for row in rows)
    assert "".join(text_of(row) for row in rows).split() == text.split() or "".join(
        "".join(text_of(row) for row in rows).split()
    ) == "".join(text.split())


@given(st.lists(LETTERS, max_size=20).map("".join), st.integers(1, 20))
def test_what_is_fitted_has_its_width(text: str, width: int) -> None:
    text = text.replace("\n", "")
    assert width_of(cut(text, width)) <= width
    assert width_of(fit(text, width)) == width


def test_a_cluster_is_drawn_as_one_character_and_written_as_itself() -> None:
    [(_, drawn)] = drawable([("", "a👩‍👩‍👧b❤️")])
    assert len(drawn) == 4
    assert restored(drawn).replace("\x1b7  \x1b8", "").replace("\x1b8\x1b[2C", "") == "a👩‍👩‍👧b❤️"


def test_lines_of_a_message_keep_their_spaces() -> None:
    assert [text_of(row) for row in fold([("", "def f():\n    return 1")], 40)] == ["def f():", "    return 1"]


def test_each_cell_of_a_link_carries_it() -> None:
    pieces = with_links("", "see https://example.net/a, or not")
    assert [text for _, text in pieces] == ["see ", "https://example.net/a", ", or not"]
    written = io.StringIO()
    output = ScreenOutput(written, lambda: Size(24, 80))
    for style, text in linked(pieces):
        output.write_raw(text) if style == "[ZeroWidthEscape]" else output.write(text)
    output.flush()
    shown = written.getvalue()
    assert shown.count(";https://example.net/a\x1b\\") == len("https://example.net/a")
    assert shown.count("\x1b]8;;\x1b\\") == len("https://example.net/a")
    assert text_of(linked(pieces, can_link=False)) == "see https://example.net/a, or not"


def test_a_notice_cannot_break_out() -> None:
    sent = notice("bob", "\x1b]0;title\a; more", {})
    assert sent == "\x1b]777;notify;bob;, more\a"
    assert notice("bob", "hi", {"TMUX": "x"}).startswith("\x1bPtmux;\x1b\x1b]")
    assert notice("bob", "hi", {"WT_SESSION": "x"}) == "\x1b]9;bob: hi\a"


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("colours", "grounds", "least"),
    [
        (theme.MIDDLE, ("#000000", "#ffffff"), 4.0),
        (theme.ON_DARK, ("#000000", "#1e1e1e"), 4.5),
        (theme.ON_LIGHT, ("#ffffff", "#fdf6e3"), 4.5),
    ],
)
def test_nicks_stand_out_against_their_ground(colours: tuple[str, ...], grounds: tuple[str, ...], least: float) -> None:
    assert len(set(colours)) == len(theme.MIDDLE)
    assert [(one, other) for one in colours for other in grounds if contrast(one, other) < least] == []


def test_the_terminal_says_what_its_ground_is() -> None:
    assert theme.ground({"COLORFGBG": "15;0"}) == "dark"
    assert theme.ground({"COLORFGBG": "0;15"}) == "light"
    assert theme.ground({}) == "middle"
    assert theme.ground({"NO_COLOR": "1"}) == "mono"
    for name in theme.THEMES:
        theme.style_of(name)
