"""What names may be, and when two are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.core.names import ASCII, RFC1459, Casemapping, Names, as_number, clip, fold_ascii, fold_rfc1459
from chatroom.core.refusals import Refused, Why

names = Names()


def why(check, *arguments) -> Why | None:
    try:
        check(*arguments)
    except Refused as refused:
        return refused.why
    return None


@pytest.mark.parametrize("nick", ["a", "Alice", "x-1", "[away]", "_", "`tick", "a|b", "^", "{}\\", "a" * 32])
def test_a_nick(nick: str) -> None:
    assert why(names.check_nick, nick) is None


@pytest.mark.parametrize(
    ("nick", "reason"),
    [
        ("", Why.NICK_MISSING),
        ("a" * 33, Why.NICK_TOO_LONG),
        ("1a", Why.NICK_BAD),
        ("-a", Why.NICK_BAD),
        ("a b", Why.NICK_BAD),
        ("a!b", Why.NICK_BAD),
        ("#tea", Why.NICK_BAD),
        ("jürgen", Why.NICK_BAD),
        ("a\x1b", Why.NICK_BAD),
        ("a\n", Why.NICK_BAD),
    ],
)
def test_no_nick(nick: str, reason: Why) -> None:
    assert why(names.check_nick, nick) is reason


@pytest.mark.parametrize(
    "room", ["#a", "#Tea-Room", "#café", "##", "#🍵", "#1", "#a:b", "#" + "a" * 63, "#" + "🍵" * 15]
)
def test_a_room(room: str) -> None:
    assert why(names.check_room, room) is None


@pytest.mark.parametrize(
    ("room", "reason"),
    [
        ("tea", Why.ROOM_BAD),
        ("#", Why.ROOM_BAD),
        ("#a b", Why.ROOM_BAD),
        ("#a,b", Why.ROOM_BAD),
        ("#a\x07", Why.ROOM_BAD),
        ("#a\u200b", Why.ROOM_BAD),
        ("#a\u202eb", Why.ROOM_BAD),
        ("#a\u00a0b", Why.ROOM_BAD),
        ("", Why.ROOM_BAD),
        ("#" + "a" * 64, Why.ROOM_TOO_LONG),
        ("#" + "🍵" * 16, Why.ROOM_TOO_LONG),
    ],
)
def test_no_room(room: str, reason: Why) -> None:
    assert why(names.check_room, room) is reason


def test_a_name_fits_into_a_line_in_any_script() -> None:
    """Characters are counted, and bytes as well; the sentence says how many characters of this name there can be."""
    any_script = Names(Casemapping("any", str.casefold, str.isalpha), nick_length=64)
    assert why(any_script.check_nick, "a" * 64) is None
    assert why(any_script.check_nick, "𠀀" * 16) is None
    with pytest.raises(Refused) as caught:
        any_script.check_nick("𠀀" * 17)
    assert (caught.value.why, caught.value.facts["limit"]) == (Why.NICK_TOO_LONG, 16)


@pytest.mark.parametrize(
    ("word", "number"),
    [("7", 7), ("007", 7), ("0", 0), ("999999999", 999_999_999), ("1000000000", None), ("", None), ("-1", None)]
    + [(word, None) for word in ("+1", "1_0", " 1", "1.0", "²", "٣", "①", "\uff11")],
)
def test_a_number_is_written_in_ascii_digits(word: str, number: int | None) -> None:
    assert as_number(word) == number


@given(st.text() | st.text(st.characters(categories=["Nd", "Nl", "No"])))
def test_any_word_is_a_number_or_none(word: str) -> None:
    assert as_number(word) is None or set(word) <= set("0123456789")


def test_texts_are_limited_in_bytes() -> None:
    assert why(names.check_text, "") is Why.TEXT_MISSING
    assert why(names.check_text, "ö" * 2048) is None
    assert why(names.check_text, "ö" * 2048 + "o") is Why.TEXT_TOO_LONG


def test_folding() -> None:
    assert fold_ascii("ALICE[]~É") == "alice[]~É"
    assert fold_rfc1459("ALICE[]\\~É") == "alice{}|^É"
    assert (ASCII.fold("İ"), RFC1459.fold("İ")) == ("İ", "İ")


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    for fold in (fold_ascii, fold_rfc1459):
        assert fold(fold(name)) == fold(name)
        assert len(fold(name)) == len(name)


@given(st.text(), st.integers(0, 30))
def test_clipping_keeps_a_beginning_within_the_limit(text: str, limit: int) -> None:
    clipped = clip(text, limit)
    assert text.startswith(clipped)
    assert len(clipped.encode()) <= limit
    assert clipped == text or len(clipped.encode()) + 4 > limit


@pytest.mark.parametrize("nick", ["sysop", "Adrnin", "N1ckServ", "NIckserv", "sys0p", "0perator", "SERVER", "server"])
def test_names_of_the_server_and_what_could_pass_for_them(nick: str) -> None:
    assert Names().is_reserved(nick)


@pytest.mark.parametrize("nick", ["alice", "Ian", "rooty", "servers", "adm1n2", "bot", "Maria"])
def test_honest_names(nick: str) -> None:
    assert not Names().is_reserved(nick)


def test_what_could_pass_for_a_name() -> None:
    guise = Names().guise
    assert guise("al1ce") == guise("alIce") == guise("a|lce") == guise("allce")
    assert guise("modern") == guise("modem")
    assert guise("bob") == guise("B0B")
    assert guise("alice") != guise("alicia")
