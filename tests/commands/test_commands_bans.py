"""Bans and mutes: whom they hold, how long, and that a restart changes nothing about that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from inside import StillHouse

AT_HOME, AT_WORK = "192.0.2.7", "198.51.100.9"
MINUTE, DAY = 60_000, 86_400_000


@pytest.fixture
def house(tmp_path: Path) -> Iterator[StillHouse]:
    made = StillHouse(tmp_path)
    yield made
    made.history.close()


def restarted(house: StillHouse, after: int = 0) -> StillHouse:
    """The same server, `after` so many milliseconds."""
    house.history.close()
    made = StillHouse.__new__(StillHouse)
    made.moved = house.time + after
    StillHouse.__init__(made, house.data.parent)
    made.time = house.time + after
    return made


def entries(house: StillHouse, room: str, letter: str = "b") -> list[str]:
    return [entry.mask for entry in house.chat.room(room).lists[letter].values()]


def test_who_is_alone_at_an_address_is_held_by_it_under_any_name(house):
    alice, bob = house.plain("alice").says("/join #tea"), house.plain("bob", AT_HOME).says("/join #tea")
    alice.says("/mute bob 1h")
    assert entries(house, "#tea") == [f"m:*!*@{house.cloak.host(AT_HOME)}"]
    bob.hangs_up()
    again = house.plain("robert", AT_HOME).says("/join #tea").forgets().says("hello")
    assert "You are muted in #tea" in again.hears()[0]


def test_who_shares_an_address_with_others_is_held_by_name_as_well(house):
    alice = house.plain("alice").says("/join #tea")
    bob, carol = (house.plain(name, AT_HOME).says("/join #tea") for name in ("bob", "carol"))
    alice.says("/mute bob 1h")
    assert entries(house, "#tea") == [f"m:bob!*@{house.cloak.host(AT_HOME)}"]
    alice.forgets()
    carol.says("I am here")
    assert alice.hears() == ["carol: I am here"]
    bob.forgets().says("me too")
    assert "You are muted in #tea" in bob.hears()[0]


def test_an_account_is_held_by_account_and_address(house):
    alice, bob = house.plain("alice").says("/join #tea"), house.plain("bob", AT_HOME).says("/register tea pot 7")
    bob.says("/join #tea")
    alice.says("/ban bob 1h")
    assert entries(house, "#tea") == ["a:bob", f"*!*@{house.cloak.host(AT_HOME)}"]
    bob.hangs_up()
    assert "banned" in house.plain("guest", AT_HOME).says("/join #tea").hears()[0]
    elsewhere = house.visitor("plain", AT_WORK).says("/login bob tea pot 7").forgets().says("/join #tea")
    assert "banned" in elsewhere.hears()[0]


def test_whoever_has_just_left_can_still_be_banned(house):
    alice, bob = house.plain("alice").says("/join #tea"), house.plain("bob", AT_HOME).says("/join #tea")
    bob.hangs_up()
    alice.says("/ban bob 1d spam")
    assert entries(house, "#tea") == [f"*!*@{house.cloak.host(AT_HOME)}"]


def test_an_account_that_is_not_here_can_be_banned(house):
    house.plain("bob", AT_HOME).says("/register tea pot 7").hangs_up()
    house.chat.gone.__init__()  # as after a restart
    house.plain("alice").says("/join #tea", "/ban BOB 1d")
    assert entries(house, "#tea") == ["a:bob"]


def test_what_has_an_end_outlives_the_room_and_a_restart_and_ends_on_time(house):
    house.plain("alice").says("/join #tea", "/ban *!evil@* 10m spam", "/mode +b other!*@*").hangs_up()
    assert entries(house, "#tea") == ["*!evil@*"]
    house = restarted(house)
    assert entries(house, "#tea") == ["*!evil@*"]
    house.time += 10 * MINUTE - 1
    house.chat.end_what_is_due()
    assert entries(house, "#tea") == ["*!evil@*"]
    house.time += 1
    house.chat.end_what_is_due()
    assert house.chat.room("#tea") is None
    house = restarted(house)
    assert house.chat.room("#tea") is None
    house.history.close()


def test_what_ends_while_the_server_is_down_ends_when_it_is_back(house):
    house.plain("alice").says("/join #tea", "/ban *!evil@* 10m").hangs_up()
    house = restarted(house, 11 * MINUTE)
    house.chat.end_what_is_due()
    assert house.chat.room("#tea") is None
    house.history.close()


def test_in_the_default_room_and_in_one_of_somebodys_everything_lasts(house):
    house.plain("alice").says("/register tea pot 7", "/join #tea", "/claim", "/mute evil!*@*", "/lock 1d raid")
    lobby = house.chat.room("#lobby")
    operator = house.plain("oper")
    operator.user.modes["o"] = None
    operator.says("/mute evil!*@*", "/lock 1d")
    assert (lobby.lists["b"]["m:evil!*@*"].until, lobby.held["m"].until) == (0, house.time + DAY)
    before = house.time
    house = restarted(house, DAY // 2)
    for name in ("#lobby", "#tea"):
        room = house.chat.room(name)
        assert entries(house, name) == ["m:evil!*@*"]
        assert ("m" in room.modes, room.held["m"].until) == (True, before + DAY)
    house.time += DAY
    house.chat.end_what_is_due()
    assert [("m" in house.chat.room(name).modes) for name in ("#lobby", "#tea")] == [False, False]
    house.history.close()


def test_what_was_taken_back_or_set_anew_does_not_end_the_newer_one(house):
    alice = house.plain("alice").says("/join #tea", "/lock 10m", "/unlock", "/lock 1h")
    house.time += 30 * MINUTE
    house.chat.end_what_is_due()
    assert "m" in house.chat.room("#tea").modes
    alice.says("/lock 1m")
    house.time += 2 * MINUTE
    house.chat.end_what_is_due()
    assert "m" not in house.chat.room("#tea").modes


def test_nothing_ends_while_the_disk_refuses(house):
    house.plain("alice").says("/join #tea", "/lock 10m")
    house.time += 11 * MINUTE
    house.chat.sealed = Exception("no disk")
    house.chat.end_what_is_due()
    assert "m" in house.chat.room("#tea").modes
    house.chat.sealed = None
    house.chat.end_what_is_due()
    assert "m" not in house.chat.room("#tea").modes


def test_moments_of_no_meaning_are_swept_out(house):
    alice = house.plain("alice").says("/join #tea")
    for _ in range(600):
        house.time += 1000
        alice.says("/lock 1d", "/unlock")
    assert len(house.chat.ends._heap) <= 260


def test_who_keeps_order_is_not_put_out_by_whom_they_outrank(house):
    alice, bob = house.plain("alice").says("/join #tea"), house.plain("bob").says("/join #tea")
    alice.says("/mode +h bob")
    bob.forgets().says("/ban alice")
    assert bob.hears() == ["-- alice may do as much in #tea as you, or more. /names shows who may do more than that."]
    assert entries(house, "#tea") == []
