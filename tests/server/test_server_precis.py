"""Nicks in any script, and when two are the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inside import StillHouse

from chatroom.core.names import Names
from chatroom.core.refusals import Refused
from chatroom.server.precis import CASEMAPPINGS

PRECIS = CASEMAPPINGS["precis"]


def test_there_are_three():
    assert sorted(CASEMAPPINGS) == ["ascii", "precis", "rfc1459"]
    assert all(mapping.name == name for name, mapping in CASEMAPPINGS.items())


@pytest.mark.parametrize("nick", ["alice", "Zoë", "Юрий", "李雷", "さくら", "محمد", "a-b_c", "x[y]"])
def test_nicks(nick):
    assert PRECIS.is_nick(nick)
    Names(PRECIS).check_nick(nick)


@pytest.mark.parametrize(
    "nick",
    ["", "a b", "7up", "#tea", "@op", "a!b", "a\x00", "a\u202eb", "☕", "\u200b", ":x", "~x", "+x", "a,b", "a.b", "$x"],
)
def test_no_nicks(nick):
    with pytest.raises(Refused):
        Names(PRECIS).check_nick(nick)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice", "alice"),
        ("ZOË", "zoë"),
        ("ЮРИЙ", "юрий"),
        ("Zoe\u0308", "Zoë"),
        ("\uff41\uff42\uff43", "abc"),
        ("#Tea", "#tea"),
    ],
)
def test_the_same_name(one, other):
    assert PRECIS.fold(one) == PRECIS.fold(other)


@pytest.mark.parametrize(("one", "other"), [("zoe", "zoë"), ("alice", "\u0430lice"), ("x[", "x{")])
def test_different_names(one, other):
    assert PRECIS.fold(one) != PRECIS.fold(other)


@given(st.text(max_size=12))
def test_any_text_folds_and_a_folded_name_is_its_own_fold(name):
    for mapping in CASEMAPPINGS.values():
        folded = mapping.fold(name)
        assert mapping.fold(folded) == folded


def test_a_look_is_taken_as_long_as_anybody_has_it(tmp_path: Path) -> None:
    house = StillHouse(tmp_path, {"server": {"casemapping": "precis"}})
    bob = house.irc("bob").says("REGISTER * * teapot", "NICK evan")
    other = house.irc("other").says("LOGIN bob teapot", "NICK \u0435van")  # which begins with a Cyrillic letter
    assert other.user.nick == "\u0435van"
    other.says("QUIT")
    carol = house.irc("carol").says("NICK ev\u0430n")
    assert (carol.user.nick, bob.user.nick) == ("carol", "evan")
    house.history.close()
