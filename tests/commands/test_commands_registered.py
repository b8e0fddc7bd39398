"""Rooms that last: what a room that belongs to an account keeps over restarts, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from inside import StillHouse, Visitor

from chatroom.commands.registered import MAX_OWNED
from chatroom.core.events import Granted, Registered

PASSWORD = "correct-horse"


class Street:
    """A folder, and the server in it, which can be started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.house = StillHouse(folder)

    def restart(self) -> StillHouse:
        self.house.history.close()
        self.house = StillHouse(self.folder)
        return self.house

    def owner(self, name: str) -> Visitor:
        """Somebody logged in to the account of that name, new or not."""
        visitor = self.house.irc(name if self.house.accounts.find(name) is None else f"{name}_")
        known = self.house.accounts.find(name) is not None
        line = f"NS IDENTIFY {name} {PASSWORD}" if known else f"NS REGISTER {PASSWORD}"
        return visitor.says(line, *([f"NICK {name}"] if known else [])).forgets()


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    made = Street(tmp_path)
    yield made
    made.house.history.close()


def names(visitor: Visitor, room: str) -> set[str]:
    visitor.forgets().says(f"NAMES {room}")
    return {word for line in visitor.hears() if " 353 " in line for word in line.split(" = ")[1].split()[1:]}


def modes(visitor: Visitor, room: str) -> str:
    visitor.forgets().says(f"MODE {room}")
    return next(line.split(f"{room} ")[1] for line in visitor.hears() if " 324 " in line)


def bare(found: set[str]) -> set[str]:
    return {name.removeprefix(":") for name in found}


def test_a_registered_room_is_as_it_was_after_a_restart(street: Street) -> None:
    alice, bob, carol = street.owner("alice"), street.owner("bob"), street.owner("carol")
    for visitor in (alice, bob, carol):
        visitor.says("JOIN #tea")
    alice.says("CLAIM #tea", "MODE #tea +ov bob carol", "MODE #tea +mkb leaf eve!*@*", "TOPIC #tea :Leaves")
    street.restart()
    dave, eve = street.house.irc("dave"), street.house.irc("eve")
    assert any(" 475 dave #tea " in line for line in dave.says("JOIN #tea").hears())
    assert any(" 474 eve #tea " in line for line in eve.says("JOIN #tea leaf").hears())
    heard = dave.says("JOIN #tea leaf").hears()
    assert any(" 332 dave #tea Leaves" in line for line in heard)
    assert not [line for line in heard if " MODE " in line]
    bob, carol, alice = street.owner("bob"), street.owner("carol"), street.owner("alice")
    for visitor in (bob, carol, alice):
        visitor.says("JOIN #tea leaf")
    assert bare(names(dave, "#tea")) == {"dave", "@bob", "+carol", "~alice"}
    assert modes(alice, "#tea") == "+ntrmk leaf"


def test_a_registered_room_never_closes_and_nobody_becomes_its_operator_by_coming_first(street: Street) -> None:
    alice = street.owner("alice").says("JOIN #tea", "CLAIM #tea", "PART #tea")
    assert street.house.chat.room("#tea").is_open
    assert names(street.house.irc("bob").says("JOIN #tea"), "#tea") == {"bob"}
    assert alice.user.rooms == {}


def test_what_one_lays_down_oneself_comes_back_and_what_is_taken_does_not(street: Street) -> None:
    alice, bob = street.owner("alice").says("JOIN #tea", "CLAIM #tea"), street.owner("bob").says("JOIN #tea")
    alice.says("MODE #tea +o bob")
    bob.says("MODE #tea -o bob", "PART #tea", "JOIN #tea")
    assert bare(names(bob, "#tea")) == {"~alice", "@bob"}
    alice.says("MODE #tea -o bob")
    bob.says("PART #tea", "JOIN #tea")
    assert bare(names(bob, "#tea")) == {"~alice", "bob"}


def test_logging_in_gives_what_the_account_has_in_the_rooms_one_is_in(street: Street) -> None:
    street.owner("alice").says("JOIN #tea", "CLAIM #tea", "QUIT")
    somebody = street.house.irc("somebody").says("JOIN #tea")
    assert names(somebody, "#tea") == {"somebody"}
    heard = somebody.says(f"NS IDENTIFY alice {PASSWORD}").hears()
    assert ":chat.example.net MODE #tea +qo somebody somebody" in heard


def test_an_owner_passes_bans_keys_and_limits(street: Street) -> None:
    street.owner("alice").says("JOIN #tea", "CLAIM #tea", "MODE #tea +bikl *!*@* leaf 1", "PART #tea")
    alice = street.owner("alice")
    assert any(line.endswith(" JOIN #tea") for line in alice.says("JOIN #tea").hears())


def test_a_room_that_is_given_up_closes_and_leaves_nothing_to_the_next_owner(street: Street) -> None:
    alice, bob = street.owner("alice").says("JOIN #tea", "CLAIM #tea"), street.owner("bob").says("JOIN #tea")
    alice.says("MODE #tea +o bob", "CS DROP #tea", "PART #tea")
    bob.says("PART #tea")
    assert street.house.chat.room("#tea") is None
    carol = street.owner("carol").says("JOIN #tea", "CLAIM #tea")
    assert names(carol, "#tea") == {"~carol"}
    street.restart()
    bob = street.owner("bob").says("JOIN #tea")
    assert names(bob, "#tea") == {"bob"}


def test_an_account_that_is_given_up_leaves_its_rooms_to_nobody(street: Street) -> None:
    alice, bob = street.owner("alice").says("JOIN #tea", "CLAIM #tea"), street.owner("bob").says("JOIN #tea")
    alice.says("MODE #tea +o bob")
    bob.says("JOIN #den", "CLAIM #den", f"NS UNREGISTER {PASSWORD}")
    assert not street.house.chat.room("#den").is_registered
    assert street.house.chat.room("#tea").letters_given("bob") == ""
    street.restart()
    assert street.house.chat.room("#den") is None
    assert names(street.owner("bob").says("JOIN #tea"), "#tea") == {"bob"}


def test_who_runs_the_server_keeps_order_where_nobody_else_does(street: Street) -> None:
    street.owner("alice").says("JOIN #tea", "CLAIM #tea", "PART #tea")
    carol, dave = street.house.irc("carol"), street.house.irc("dave").says("JOIN #tea")
    carol.user.modes["o"] = None
    carol.says("MODE #tea +m", "KICK #tea dave :out", "CS DROP #tea")
    assert dave.user.rooms == {}
    assert street.house.chat.room("#tea") is None


def test_one_account_owns_only_so_many_rooms(street: Street) -> None:
    alice = street.owner("alice")
    for number in range(MAX_OWNED):
        alice.says(f"JOIN #{number}", f"CLAIM #{number}", f"PART #{number}")
    assert "You own 20 rooms" in " ".join(alice.forgets().says("JOIN #one", "CS REGISTER #one").hears())


def test_what_is_kept_of_accounts_is_recorded_once(street: Street) -> None:
    alice, bob = street.owner("alice").says("JOIN #tea", "CLAIM #tea"), street.owner("bob").says("JOIN #tea")
    alice.says("MODE #tea +o bob", "MODE #tea +v bob")
    bob.says(*["PART #tea", "JOIN #tea"] * 5)
    kept = [r.event for r in street.house.history.page(["#tea"], limit=99, kinds=("granted", "registered"))]
    assert [event.letters for event in kept if isinstance(event, Granted) and event.account == "bob"] == ["o", "ov"]
    assert [event.account for event in kept if isinstance(event, Registered)] == ["alice"]


# ---- other names


def said(visitor: Visitor, room: str) -> list[str]:
    visitor.forgets().says(f"LAST {room}")
    return [line.rpartition(" alice: ")[2] for line in visitor.hears() if "   12:00 " in line]


def test_history_follows_a_room_to_its_new_name_and_over_a_restart(street: Street) -> None:
    alice = street.house.irc("alice").says("JOIN #tee", "PRIVMSG #tee :one", "RENAME #tee #tea", "PRIVMSG #tea :two")
    alice.says("JOIN #tee", "PRIVMSG #tee :other", "PART #tee,#tea")
    for _ in range(2):
        alice = street.restart().irc("alice").says("JOIN #tea,#tee")
        assert said(alice, "#tea") == ["one", "two"]
        assert said(alice, "#tee") == ["other"]
        alice.says("PART #tea,#tee")


def test_a_room_may_get_its_name_back(street: Street) -> None:
    alice = street.house.irc("alice").says("JOIN #tee", "PRIVMSG #tee :one", "RENAME #tee #tea", "RENAME #tea #tee")
    alice.says("JOIN #tea", "PRIVMSG #tea :not one")
    assert said(alice, "#tee") == ["one"]
    assert said(alice, "#tea") == ["not one"]
    alice = street.restart().irc("alice").says("JOIN #tea,#tee")
    assert said(alice, "#tee") == ["one"]
    assert said(alice, "#tea") == ["not one"]


def test_rooms_may_swap_their_names(street: Street) -> None:
    alice = street.house.irc("alice").says("JOIN #a,#b", "PRIVMSG #a :in a", "PRIVMSG #b :in b")
    alice.says("RENAME #a #c", "RENAME #b #a", "RENAME #c #b")
    for _ in range(2):
        assert said(alice, "#a") == ["in b"]
        assert said(alice, "#b") == ["in a"]
        alice = street.restart().irc("alice").says("JOIN #a,#b")


def test_a_registered_room_is_still_its_owners_under_another_name(street: Street) -> None:
    street.owner("alice").says("JOIN #tee", "CLAIM #tee", "RENAME #tee #tea", "TOPIC #tea :Leaves", "MODE #tea +s")
    street.restart()
    assert street.house.chat.room("#tee") is None
    alice = street.owner("alice").says("JOIN #tea")
    assert modes(alice, "#tea") == "+ntrs"
    assert names(alice.says("MODE #tea -s"), "#tea") == {"~alice"}
    bob = street.house.irc("bob")
    assert any(" 332 bob #tea Leaves" in line for line in bob.says("JOIN #tea").hears())


def test_a_room_too_full_for_another_name_keeps_its_own(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatroom.commands.rooms.MOST_RENAMED", 1)
    alice, _ = street.house.irc("alice").says("JOIN #tee"), street.house.irc("bob").says("JOIN #tee")
    assert "FAIL RENAME CANNOT_RENAME #tee #tea" in " ".join(alice.forgets().says("RENAME #tee #tea").hears())
