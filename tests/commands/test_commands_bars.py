"""Bans of the server, and its operators by account: whom they hold, and that a restart changes nothing about that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from inside import StillHouse, Visitor

AT_HOME, AT_WORK, ABROAD = "192.0.2.7", "198.51.100.9", "2001:db8:1:2:3::4"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[StillHouse]:
    made = StillHouse(tmp_path)
    yield made
    made.history.close()


@pytest.fixture
def alice(house: StillHouse) -> Visitor:
    """The first operator of the server, by its code."""
    return first_operator(house)


def first_operator(house: StillHouse) -> Visitor:
    return house.plain("alice").says(f"/admin {house.first_code.made()}").forgets()


def restarted(house: StillHouse) -> StillHouse:
    house.history.close()
    return StillHouse(house.data.parent)


def comes(house: StillHouse, name: str, address: str) -> list[str]:
    """What somebody is told who comes to the door."""
    visitor = house.visitor("plain", address)
    bar = visitor.dialect.bar
    return [f"turned away: {bar.mask}"] if bar else visitor.says(name).hears()


def is_let_in(house: StillHouse, name: str, address: str) -> bool:
    return any("Welcome" in line for line in comes(house, name, address)[1:])


def test_a_nick_is_banned_by_the_address_nobody_else_has(house, alice):
    bob = house.plain("bob", AT_HOME)
    alice.says("/serverban bob 1d spam")
    assert bob.is_ended
    assert list(house.chat.bars.entries) == [AT_HOME]
    assert comes(house, "robert", AT_HOME) == [f"turned away: {AT_HOME}"]
    assert is_let_in(house, "carol", AT_WORK)


def test_of_an_ipv6_address_the_64_is_banned(house, alice):
    house.plain("bob", ABROAD)
    alice.says("/serverban bob 1d spam")
    assert list(house.chat.bars.entries) == ["2001:db8:1:2::/64"]
    assert not is_let_in(house, "bob", "2001:db8:1:2::99")
    assert is_let_in(house, "bob", "2001:db8:1:3::99")


def test_an_account_is_banned_wherever_it_logs_in(house, alice):
    bob = house.plain("bob", AT_HOME).says("/register tea pot 7")
    alice.says("/serverban bob")
    assert bob.is_ended
    assert list(house.chat.bars.entries) == ["a:bob", AT_HOME]
    robert = house.plain("robert", AT_WORK).says("/login bob tea pot 7")
    assert "You are banned from Chatroom, by alice." in robert.hears()[-1]
    assert robert.is_ended
    newcomer = house.visitor("plain", AT_WORK).says("/login bob tea pot 7")
    assert "You are banned" in newcomer.hears()[-1]


def test_a_mask_may_name_the_address_others_do_not_see(house, alice):
    alice.says(f"/serverban *!*@{AT_HOME} 1d")
    assert not is_let_in(house, "bob", AT_HOME)


def test_a_network_keeps_out_all_of_it_at_the_door(house, alice):
    bob, carol = house.plain("bob", "192.0.2.200"), house.plain("carol", AT_WORK)
    alice.says("/serverban 192.0.2.0/24 1d a wave")
    assert (bob.is_ended, carol.is_ended) == (True, False)
    assert comes(house, "x", AT_HOME) == ["turned away: 192.0.2.0/24"]


def test_operators_are_never_put_out(house, alice):
    house.plain("bob", AT_HOME).says("/register tea pot 7")
    house.plain("carol", AT_WORK)
    alice.says("/admin add bob", "/serverban 192.0.2.0/24")
    assert house.chat.user("bob") is not None


def test_bans_outlive_a_restart_and_end_on_time(house, alice):
    alice.says(
        "/serverban 192.0.2.0/24 10m", "/serverban a:mallory", "/serverban 203.0.113.1", "/serverunban 203.0.113.1"
    )
    house = restarted(house)
    assert list(house.chat.bars.entries) == ["192.0.2.0/24", "a:mallory"]
    house.time += 600_000
    house.chat.end_what_is_due()
    assert list(house.chat.bars.entries) == ["a:mallory"]
    assert is_let_in(house, "bob", AT_HOME)
    house = restarted(house)
    assert list(house.chat.bars.entries) == ["a:mallory"]
    house.history.close()


def test_a_program_that_is_banned_is_told_465(house, alice):
    alice.says("/serverban *!~evil@* 1d spam")
    program = house.visitor("irc").says("NICK bob", "USER evil 0 * :Bob")
    assert program.hears() == [
        ":chat.example.net 465 * :You are banned from this server for 1 day more, by alice: spam.",
        "ERROR :Closing Link: "
        + house.cloak.host("127.0.0.1")
        + " (You are banned from Chatroom for 1 day more, by alice: spam.)",
    ]
    assert program.is_ended


# ---- operators by account


def test_the_code_counts_once_and_only_for_who_came_in(house):
    code = house.first_code.made()
    early = house.visitor("plain").says(f"/admin {code}")
    assert early.hears()[-1] == "-- First type the name you want to be known by."
    alice, bob = house.plain("alice"), house.plain("bob")
    bob.forgets()
    assert "makes nobody" in bob.says(f"/admin x{code}").hears()[0]
    alice.forgets()
    assert "You run this server now, until you leave." in alice.says(f"/admin {code.lower()}").hears()[1]
    assert "makes nobody" in bob.says(f"/admin {code}").hears()[0]
    assert house.chat.offices == {}  # so the next start prints another


def test_whoever_is_logged_in_has_the_office_for_good(house):
    alice = house.plain("alice").says("/register tea pot 7").forgets()
    alice.says(f"/admin {house.first_code.made()}")
    assert "-- You run this server now, whenever you are logged in as alice." in alice.hears()
    house = restarted(house)
    assert list(house.chat.offices) == ["alice"]
    alice = house.visitor("plain").says("alice", "tea pot 7")
    assert alice.user.is_server_operator
    house.history.close()


def test_the_last_operator_stays_and_a_name_given_up_is_nobodys(house):
    alice = house.plain("alice").says("/register tea pot 7", f"/admin {house.first_code.made()}").forgets()
    assert "the last who runs the server" in alice.says("/admin remove alice").hears()[0]
    alice.says("/unregister tea pot 7")
    assert not alice.user.is_server_operator
    assert house.chat.offices == {}
    alice.says("/register another one")
    assert not alice.user.is_server_operator


def test_a_second_program_of_an_operator_is_one_too(house):
    alice = house.plain("alice").says("/register tea pot 7", f"/admin {house.first_code.made()}", "/usermode -o")
    second = house.visitor("plain").says("alice", "tea pot 7")
    assert second.user is alice.user
    assert second.user.is_server_operator


def test_an_operator_in_two_commands_without_having_read_anything(house):
    mallory = house.plain("mallory")
    alice = house.plain("alice").says(f"/admin {house.first_code.made()}")
    assert "/mute <nick> 10m" in alice.hears()[-1]
    alice.says("/mute mallory 10m")
    assert "You are muted in #lobby" in mallory.forgets().says("cheap watches").hears()[0]
    assert alice.hears() == ["-- In #lobby, alice muted mallory for 10 min."]
