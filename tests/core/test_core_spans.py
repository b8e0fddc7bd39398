"""Lengths of time, as they are written and told."""

from __future__ import annotations

import pytest

from chatroom.core.spans import MOST, in_words, left, span_of


@pytest.mark.parametrize(
    ("word", "seconds"),
    [
        ("30s", 30),
        ("10m", 600),
        ("10min", 600),
        ("2h", 7200),
        ("2hours", 7200),
        ("1d", 86400),
        ("1D", 86400),
        ("2w", 1209600),
        ("1h30m", 5400),
        ("off", 0),
        ("999999w", MOST),
        ("0m", None),
        ("10", None),
        ("m", None),
        ("", None),
        ("10x", None),
        ("10 m", None),
        ("\u0661m", None),
        ("-5m", None),
        ("1.5h", None),
    ],
)
def test_what_is_written(word: str, seconds: int | None) -> None:
    assert span_of(word) == seconds


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86400, "1 day"),
        (200000, "2 days 7 h"),
    ],
)
def test_what_is_told(seconds: int, words: str) -> None:
    assert in_words(seconds) == words


def test_what_is_left() -> None:
    assert left(0, 1000) == ""
    assert left(61_001, 1000) == " for 1 min 1 s more"
    assert left(1000, 5000) == " for 1 s more"
