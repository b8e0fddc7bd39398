"""Being away with several connections, hearing only accounts, and who may know where somebody is."""

from __future__ import annotations

import pytest

from chatroom.core.events import Who
from chatroom.core.room import Room
from chatroom.core.user import ABSENT, User


def person(nick: str, account: str = "", modes: str = "") -> User:
    user = User(Who(nick, "u", "h", account), nick, "", 0)
    user.modes = dict.fromkeys(modes)
    return user


@pytest.mark.parametrize(
    ("said", "together"),
    [
        ([""], ""),
        (["tea"], "tea"),
        ([ABSENT], ABSENT),
        (["tea", ""], ""),
        (["tea", ABSENT], "tea"),
        (["tea", "cake"], "cake"),
        ([ABSENT, ABSENT], ABSENT),
    ],
)
def test_who_has_somebody_anywhere_is_here(said: list[str], together: str) -> None:
    alice = person("alice")
    for number, message in enumerate(said):
        alice.connected(number, "127.0.0.1", False)
        alice.say_away(number, message)
    assert alice.away_of_all == together


def test_what_was_said_last_counts() -> None:
    alice = person("alice")
    for number, message in enumerate(["tea", "cake"]):
        alice.connected(number, "127.0.0.1", False)
        alice.say_away(number, message)
    alice.say_away(0, "gone home")
    assert alice.away_of_all == "gone home"
    alice.disconnected(0)
    assert alice.away_of_all == "cake"


def test_who_stays_without_a_connection_is_away() -> None:
    alice = person("alice")
    alice.connected(1, "127.0.0.1", False)
    alice.disconnected(1)
    assert alice.away_of_all == ABSENT
    alice.away = "tea"
    assert alice.away_of_all == "tea"


def test_secure_is_who_is_so_everywhere() -> None:
    alice = person("alice")
    assert not alice.is_secure
    alice.connected(1, "127.0.0.1", True)
    assert alice.is_secure
    alice.connected(2, "127.0.0.1", False)
    assert not alice.is_secure
    alice.disconnected(2)
    assert alice.is_secure


def test_mode_r_lets_in_accounts_operators_and_exceptions() -> None:
    alice, bob = person("alice", modes="R"), person("bob")
    assert not alice.hears_in_private(bob)
    assert bob.hears_in_private(alice)
    assert alice.hears_in_private(alice)
    assert alice.hears_in_private(person("carol", "carol"))
    assert alice.hears_in_private(person("root", modes="o"))
    alice.accepting[bob] = None
    assert alice.hears_in_private(bob)


@pytest.mark.parametrize(
    ("user_modes", "room_modes", "viewer", "is_seen"),
    [
        ("", "", "outside", True),
        ("i", "", "outside", False),
        ("i", "", "member", True),
        ("", "s", "outside", False),
        ("", "s", "member", True),
        ("", "u", "outside", False),
        ("", "u", "member", False),
        ("", "u", "voiced", True),
        ("i", "su", "operator of the server", True),
        ("i", "su", "themselves", True),
    ],
)
def test_who_may_know_in_which_room_somebody_is(user_modes, room_modes, viewer, is_seen) -> None:
    alice, other = person("alice", modes=user_modes), person("bob", modes="o" if "server" in viewer else "")
    room = Room("#tea", "#tea", 0)
    room.modes = dict.fromkeys(room_modes, "")
    room.members = {alice: ""}
    if viewer in ("member", "voiced"):
        room.members[other] = "v" if viewer == "voiced" else ""
        other.rooms["#tea"] = room
    alice.rooms["#tea"] = room
    assert alice.rooms_seen_by(alice if viewer == "themselves" else other) == ([room] if is_seen else [])
