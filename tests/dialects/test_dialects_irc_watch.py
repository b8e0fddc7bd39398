"""What one connection watches: nothing is told twice, nor to who may not know it, and nothing is left when it ends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from inside import StillHouse

from chatroom.commands.metadata import MAX_KEY, MAX_KEYS, MAX_VALUE
from chatroom.core.events import MetadataChanged
from chatroom.dialects.irc.numerics.metadata import AT_ONCE
from chatroom.server.precis import CASEMAPPINGS
from chatroom.wire.irc import MAX_LINE

METADATA = ("draft/metadata-3", "batch")


@pytest.fixture
def house(tmp_path: Path):
    house = StillHouse(tmp_path)
    yield house
    house.history.close()


@pytest.mark.parametrize("end", ["QUIT", "hangs up", "CLEAR"])
def test_nobody_is_watched_by_a_connection_that_has_ended(house, end: str) -> None:
    alice, bob = house.irc("alice"), house.irc("bob")
    alice.says("MONITOR + bob,carol")
    bob.says("MONITOR + carol")
    assert set(house.chat.watchers) == {"bob", "carol"}
    if end == "CLEAR":
        alice.says("MONITOR C")
    elif end == "QUIT":
        alice.says("QUIT")
    else:
        alice.hangs_up()
    assert {name: list(outboxes) for name, outboxes in house.chat.watchers.items()} == {"carol": [bob.inbox]}


def test_each_connection_of_a_person_watches_for_itself(house) -> None:
    alice = house.irc("alice").says("REGISTER * * sesame", "MONITOR + bob").forgets()
    second = house.visitor("irc").says("CAP REQ sasl", "AUTHENTICATE PLAIN", "AUTHENTICATE AGFsaWNlAHNlc2FtZQ==")
    second.says("NICK alice", "USER alice 0 * :Alice", "CAP END").forgets()
    house.irc("bob")
    assert alice.hears() == [f":chat.example.net 730 alice {house.chat.users['bob'].who.mask}"]
    assert second.hears() == []


def test_what_others_do_is_no_part_of_an_answer(house) -> None:
    alice = house.irc("alice", "labeled-response", "batch")
    alice.says("MONITOR + alice,alicia").forgets()
    alice.says("@label=1 NICK alicia")
    first, *_ = alice.hears()
    assert first.startswith("@label=1 ")


def test_who_shares_an_auditorium_and_sees_nothing_there_is_told(house) -> None:
    bob = house.irc("bob").says("JOIN #tea", "MODE #tea +u")
    alice = house.irc("alice", "extended-monitor", "away-notify").says("JOIN #tea")
    carol = house.irc("carol").says("JOIN #tea")
    alice.says("MONITOR + carol,bob").forgets()
    carol.says("AWAY tea")
    bob.says("AWAY tea")
    assert [line.split(" ")[1:] for line in alice.hears()] == [["AWAY", "tea"]] * 2


def test_more_than_fits_at_once_is_asked_for_later(house) -> None:
    alice = house.irc("alice", *METADATA)
    keys = [f"k{number}" for number in range(13)]
    alice.says(f"METADATA * SUB {' '.join(keys)}", "JOIN #tea")
    for number in range(AT_ONCE // len(keys) + 1):
        guest = house.irc(f"guest{number}").says("JOIN #tea").user
        for key in keys:
            house.chat.happen(MetadataChanged(guest.who, guest.nick, key, "x"))
    alice.says("PART #tea").forgets()
    lines = alice.says("JOIN #tea").hears()
    assert ":chat.example.net 774 alice #tea 4 :Ask with SYNC for what there is" in lines
    assert not [line for line in lines if " 761 " in line]
    alice.says("METADATA #tea SYNC")
    assert len([line for line in alice.hears() if " 761 " in line]) == len(keys) * (AT_ONCE // len(keys) + 1)


def test_a_person_has_so_many_keys_and_no_more(house) -> None:
    alice = house.irc("alice", *METADATA)
    for number in range(MAX_KEYS):
        alice.says(f"METADATA * SET k{number} :x")
    assert all(" 761 " in line for line in alice.hears())
    alice.says("METADATA * SET more :x", "METADATA * SET k0 :y", "METADATA * SET k1", "METADATA * SET more :x")
    answers = [line.split(" ")[1:4] for line in alice.hears()]
    assert answers[0] == ["FAIL", "METADATA", "LIMIT_REACHED"]
    assert [answer[0] for answer in answers[1:]] == ["761", "766", "761"]


def test_the_longest_value_fits_beside_the_longest_names(tmp_path: Path) -> None:
    settings = {
        "server": {"name": "s" * 59 + ".net", "casemapping": "precis"},
        "limits": {"nick_length": 64},
    }
    house = StillHouse(tmp_path, settings)
    assert house.chat.names.casemapping == CASEMAPPINGS["precis"]
    nick, key, value = "ж" * 32, "k" * MAX_KEY, "☕" * (MAX_VALUE // 3) + "x"
    alice = house.visitor("irc").says("CAP REQ :draft/metadata-3 batch", f"NICK {nick}", "USER a 0 * :A", "CAP END")
    alice.says("JOIN #" + "ж" * 31, f"METADATA {nick} SET {key} :{value}").forgets()
    alice.says(f"METADATA #{'ж' * 31} SET {key} :{value}", f"WHOIS {nick}", f"METADATA * GET {key}")
    told = [line for line in alice.hears() if re.search(" 76[01] ", line)]
    assert len(told) == 3
    assert all(line.endswith(f" * {value}") for line in told)
    assert all(len(re.sub("^@[^ ]* ", "", line).encode()) <= MAX_LINE for line in told)
    house.history.close()


def test_what_an_account_says_is_there_again_after_a_restart(tmp_path: Path) -> None:
    house = StillHouse(tmp_path, {"accounts": {"always_on": "yes"}})
    alice = house.irc("alice", *METADATA)
    alice.says("REGISTER * * sesame", "METADATA * SET url :x", "JOIN #tea", "METADATA #tea SET url :y")
    house.turn()
    house.history.close()
    house = StillHouse(tmp_path, {"accounts": {"always_on": "yes"}})
    assert house.chat.users["alice"].metadata == {"url": "x"}
    assert house.chat.rooms["#tea"].metadata == {"url": "y"}
    house.history.close()
