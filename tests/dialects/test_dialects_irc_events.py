"""How an event becomes lines: shared by all who see it in the same form, split where IRC needs it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ALICE, BOB, EVENTS, NOON

from chatroom.core.events import Change, Event, Manner, Record, Said, Told
from chatroom.dialects.irc.events import changes, flavour, timestamp
from chatroom.wire.irc import MAX_LINE, parse

TAGGED = flavour(frozenset(("message-tags", "server-time")), "1")
BARE = flavour(frozenset(), "1")


def told(event: Event, its_flavour=BARE) -> list[str]:
    return its_flavour.render(Record(7, NOON, event, ())).decode().split("\r\n")[:-1]


def test_equal_flavours_are_one() -> None:
    assert flavour(frozenset(("server-time", "message-tags")), "1") is TAGGED
    assert flavour(frozenset(), "2") is not BARE


def test_times_have_milliseconds() -> None:
    assert timestamp(NOON + 7) == "2026-11-22T12:00:00.007Z"


def test_being_away_is_told_only_to_who_asked() -> None:
    away = next(event for event in EVENTS if event.kind == "away")
    assert told(away) == []
    assert told(away, flavour(frozenset(("away-notify",)), "1")) == [":alice!al@a.guest AWAY tea"]


@given(
    text=st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), min_size=1, max_size=1500),
    manner=st.sampled_from(Manner),
)
def test_long_texts_are_whole_in_pieces_that_fit(text: str, manner: Manner) -> None:
    for event in (Said(ALICE, "#tea", text, manner), Told(ALICE, BOB, text, manner)):
        lines = told(event)
        assert all(len(line.encode()) <= MAX_LINE for line in lines)
        pieces = [parse(line).params[1] for line in lines]
        if manner is Manner.ACTION:
            pieces = [piece.removeprefix("\x01ACTION ").removesuffix("\x01") for piece in pieces]
        said = "".join(pieces)
        assert said.replace(" ", "") == text.replace(" ", "")


def test_only_the_first_piece_has_the_msgid() -> None:
    first, *later = told(Said(ALICE, "#tea", "a" * 1000), TAGGED)
    assert parse(first).tags == {"time": "2026-11-22T12:00:00.000Z", "msgid": "1-7"}
    assert [dict(parse(line).tags) for line in later] == [{"time": "2026-11-22T12:00:00.000Z"}] * 2


@pytest.mark.parametrize(
    ("done", "params"),
    [
        ((Change(True, "m"),), ["+m"]),
        ((Change(True, "o", "bob"), Change(True, "v", "al")), ["+ov", "bob", "al"]),
        ((Change(True, "m"), Change(False, "k", "*"), Change(False, "l"), Change(True, "i")), ["+m-kl+i", "*"]),
    ],
)
def test_changes_of_modes_share_their_signs(done: tuple[Change, ...], params: list[str]) -> None:
    assert changes(done) == params
