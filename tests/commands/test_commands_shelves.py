"""Who reads what, where it is not plain: privileges, rooms under another name, people with and without an account."""

from __future__ import annotations

from pathlib import Path

import pytest
from inside import StillHouse, Visitor

from chatroom.commands.call import Call
from chatroom.commands.shelves import shelf_of, talks


@pytest.fixture
def house(tmp_path: Path):
    """A server where an account costs as little as it can."""
    house = StillHouse(tmp_path, {"accounts": {"password_memory_kib": 8192, "password_rounds": 1}})
    yield house
    house.history.close()


def with_account(house: StillHouse, nick: str, *capabilities: str) -> Visitor:
    visitor = house.irc(nick, *capabilities)
    visitor.says(f"REGISTER {nick} * curiouser-{nick}")
    assert visitor.user.who.account == nick
    return visitor.forgets()


def call_of(visitor: Visitor) -> Call:
    return Call(visitor.dialect, visitor.house.server, "history")


def read(visitor: Visitor, target: str) -> list[str] | None:
    """What was said, as far as somebody may read it; None where they may read nothing."""
    shelf = shelf_of(call_of(visitor), target)
    records = shelf.page(visitor.house.history, limit=100) if shelf else []
    return [record.event.text for record in records] if shelf else None


def names(visitor: Visitor, **limits: int | bool) -> list[str]:
    return [talk.name for talk in talks(call_of(visitor), **limits)]


def test_what_is_for_operators_is_read_by_operators(house: StillHouse) -> None:
    alice, bob = house.irc("alice"), house.irc("bob")
    alice.says("JOIN #tea", "PRIVMSG #tea :for all", "PRIVMSG @#tea :for some")
    bob.says("JOIN #tea")
    assert read(alice, "#tea") == ["for all", "for some"]
    assert read(bob, "#tea") == ["for all"]
    secret = house.server.msgid(house.history.page(["@#tea"], limit=1)[0].number)
    [fail] = bob.forgets().says(f"REDACT #tea {secret}").hears()
    assert "UNKNOWN_MSGID" in fail
    alice.says("MODE #tea +o bob")
    assert read(bob, "#tea") == ["for all", "for some"]


def test_who_is_not_there_reads_nothing_whether_or_not_the_room_exists(house: StillHouse) -> None:
    alice, bob = house.irc("alice"), house.irc("bob")
    alice.says("JOIN #tea", "PRIVMSG #tea :hello")
    assert read(bob, "#tea") is read(bob, "#none") is None
    bob.says("JOIN #tea")
    assert read(bob, "#TEA") == ["hello"]
    bob.says("PART #tea")
    assert read(bob, "#tea") is None


def test_a_room_has_its_history_under_its_new_name(house: StillHouse) -> None:
    alice = house.irc("alice", "draft/channel-rename", "batch", "draft/chathistory", "draft/read-marker")
    alice.says("JOIN #tea", "PRIVMSG #tea :hello", "MARKREAD #tea timestamp=2020-01-01T00:00:00.000Z")
    alice.says("RENAME #tea #cup", "PRIVMSG #cup :again").forgets()
    told = alice.says("CHATHISTORY LATEST #cup * 10").hears()
    assert [line.partition(" PRIVMSG ")[2] for line in told[1:-1]] == ["#cup :hello", "#cup :again"]
    assert names(alice) == ["#cup"]
    assert alice.says("MARKREAD #cup").hears()[0].endswith("timestamp=2020-01-01T00:00:00.000Z")
    assert " #cup alice: hello" in " ".join(alice.says("SEARCH hello").hears())


def test_private_talk_is_found_by_account_or_by_the_name_a_guest_had(house: StillHouse) -> None:
    alice, bob = with_account(house, "alice"), house.irc("bob")
    bob.says("PRIVMSG alice :as a guest")
    bob.says("REGISTER bob * curiouser-bob", "PRIVMSG alice :with an account", "NICK robert")
    assert read(alice, "robert") == ["with an account"]
    assert names(alice) == ["bob"]
    bob.says("NICK bob")
    assert read(alice, "bob") == ["as a guest", "with an account"]
    assert read(bob, "alice") == ["with an account"]
    assert names(alice) == ["bob"]
    bob.hangs_up()
    assert read(alice, "bob") == ["as a guest", "with an account"]


def test_what_is_said_to_oneself_is_private_talk_too(house: StillHouse) -> None:
    alice = with_account(house, "alice")
    alice.says("PRIVMSG alice :note")
    assert read(alice, "Alice") == ["note"]
    assert names(alice) == ["alice"]


def test_the_talk_of_two_is_no_business_of_a_third(house: StillHouse) -> None:
    alice, bob, carol = (with_account(house, nick) for nick in ("alice", "bob", "carol"))
    alice.says("PRIVMSG bob :psst")
    assert read(alice, "bob") == read(bob, "alice") == ["psst"]
    assert read(carol, "alice") == read(carol, "bob") == read(carol, "=alice =bob") == []
    assert names(carol) == []
    secret = house.server.msgid(house.chat.number)
    assert "UNKNOWN_MSGID" in carol.forgets().says(f"REDACT bob {secret}").hears()[0]


def test_what_one_did_not_want_to_hear_is_not_kept_for_one(house: StillHouse) -> None:
    alice, bob = with_account(house, "alice"), with_account(house, "bob")
    alice.says("IGNORE bob")
    bob.says("PRIVMSG alice :hello?")
    assert (read(bob, "alice"), read(alice, "bob")) == (["hello?"], [])
    assert (names(bob), names(alice)) == (["alice"], [])


def test_talks_are_those_with_the_newest_or_the_oldest(house: StillHouse) -> None:
    alice = with_account(house, "alice")
    for nick in ("bob", "carol", "dave"):
        house.irc(nick).says("PRIVMSG alice :hello")
    alice.says("PRIVMSG bob :yes?", "JOIN #tea", "PRIVMSG #tea :hello", "TOPIC #tea :Leaves")
    assert names(alice) == ["carol", "dave", "bob", "#tea"]
    assert names(alice, limit=2) == ["bob", "#tea"]
    assert names(alice, limit=2, oldest=True) == ["carol", "dave"]


def test_what_was_taken_back_is_on_no_shelf(house: StillHouse) -> None:
    alice = with_account(house, "alice", "draft/message-redaction")
    bob = with_account(house, "bob", "batch", "draft/chathistory", "draft/event-playback", "draft/message-redaction")
    alice.says("PRIVMSG bob :one", "PRIVMSG bob :two")
    alice.says(f"REDACT bob {house.server.msgid(house.chat.number)}")
    assert read(alice, "bob") == read(bob, "alice") == ["one"]
    told = bob.forgets().says("CHATHISTORY LATEST alice * 10").hears()
    assert [line.split()[2] for line in told[1:-1]] == ["PRIVMSG", "REDACT"]


def test_somebody_who_came_later_under_the_same_name_takes_nothing_back(house: StillHouse) -> None:
    alice, bob = house.irc("alice"), house.irc("bob")
    alice.says("JOIN #tea")
    bob.says("JOIN #tea", "PRIVMSG #tea :hello")
    said = house.server.msgid(house.chat.number)
    bob.hangs_up()
    house.time += 1
    bob = house.irc("bob")
    bob.says("JOIN #tea").forgets()
    assert "REDACT_FORBIDDEN" in bob.says(f"REDACT #tea {said}").hears()[0]


def test_who_takes_a_name_that_was_given_up_has_nothing_of_what_its_account_said(house: StillHouse) -> None:
    capabilities = ("batch", "draft/chathistory", "draft/message-redaction")
    alice, bob = with_account(house, "alice"), with_account(house, "bob")
    alice.says("JOIN #tea", "PRIVMSG bob :psst", "PRIVMSG #tea :hello")
    said = house.server.msgid(house.chat.number)
    bob.says("JOIN #tea", "PRIVMSG alice :yes?")
    house.time += 1
    alice.says("UNREGISTER curiouser-alice", "QUIT")
    alice = with_account(house, "alice", *capabilities)
    alice.says("JOIN #tea").forgets()
    assert (read(alice, "bob"), names(alice)) == ([], ["#tea"])
    assert "REDACT_FORBIDDEN" in alice.says(f"REDACT #tea {said}").hears()[0]
    assert read(bob, "alice") == ["psst", "yes?"]
    alice.says("PRIVMSG bob :new here")
    assert (read(alice, "bob"), names(alice)) == (["new here"], ["#tea", "bob"])


def test_markers_are_limited(house: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatroom.commands.history.MAX_MARKERS", 2)
    for visitor in (house.irc("guest"), with_account(house, "alice")):
        for target in ("a", "b", "c"):
            [told] = visitor.says(f"MARKREAD {target} timestamp=2020-01-01T00:00:00.000Z").hears()
            assert ("INTERNAL_ERROR c" in told) == (target == "c")
        [told] = visitor.says("MARKREAD A timestamp=2020-01-02T00:00:00.000Z").hears()
        assert told.endswith("MARKREAD A timestamp=2020-01-02T00:00:00.000Z")


def test_nobody_has_read_what_is_still_to_come(house: StillHouse) -> None:
    alice = house.irc("alice")
    [told] = alice.says("MARKREAD bob timestamp=2999-01-01T00:00:00.000Z").hears()
    assert told.endswith("timestamp=2026-11-22T12:00:00.000Z")
