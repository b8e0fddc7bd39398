"""Masks, and the tables of modes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.core.modes import ModeKind, full_mask, is_match, letters_of


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("bob", "bob!*@*"),
        ("bob!", "bob!*@*"),
        ("*!bo@host", "*!bo@host"),
        ("@host", "*!*@host"),
        ("bo@host", "*!bo@host"),
        ("bob!bo", "bob!bo@*"),
        ("bob!@host", "bob!*@host"),
        ("1.2.3.4", "*!*@1.2.3.4"),
        ("*.guest", "*!*@*.guest"),
        ("2001:db8::*", "*!*@2001:db8::*"),
        ("a.b!c", "a.b!c@*"),
        ("", "*!*@*"),
    ],
)
def test_a_mask_is_completed(short: str, full: str) -> None:
    assert full_mask(short) == full


@pytest.mark.parametrize(
    ("mask", "text", "fits"),
    [
        ("*", "", True),
        ("a*c", "abbc", True),
        ("a*c", "abbcd", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a.c", "abc", False),
        ("[a]", "[a]", True),
        ("[a]", "a", False),
        ("\\*", "\\x", True),
        ("*b*", "a\nb", True),
    ],
)
def test_a_mask_fits(mask: str, text: str, fits: bool) -> None:
    assert is_match(mask, text) is fits


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_mask_is_a_mask(mask: str, text: str) -> None:
    is_match(mask, text)
    assert is_match(f"*{mask}*", f"{text}{mask}{text}") or "?" in mask or "*" in mask
    assert full_mask(full_mask(mask)) == full_mask(mask)


def test_a_mask_of_many_stars_is_matched_at_once() -> None:
    """Where it is not, the test does not fail: it does not end."""
    assert not is_match("*a" * 20 + "b", "a" * 200)
    assert not is_match("?*" * 30 + "b", "a" * 200)


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_a_mask_means_what_its_signs_say(mask: str, text: str) -> None:
    assert is_match(mask, text) == _fits(mask, text)


def _fits(mask: str, text: str) -> bool:
    """The meaning, said as simply as it can be."""
    if not mask:
        return not text
    if mask[0] == "*":
        return any(_fits(mask[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and mask[0] in ("?", text[0]) and _fits(mask[1:], text[1:])


def test_letters_by_kind() -> None:
    assert [letters_of(kind) for kind in ModeKind] == ["qaohv", "beI", "k", "flW", "CMORUimnrstu"]
