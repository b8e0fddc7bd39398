"""What is fine once and a nuisance a hundred times: at its pace it is done, past it it is refused, and for how long."""

from __future__ import annotations

import pytest
from inside import StillHouse

from chatroom.server.calm import MOST_ROOMS, PACES, Calm
from chatroom.server.config import LimitSettings


@pytest.fixture
def house(tmp_path):
    house = StillHouse(tmp_path)
    yield house
    house.history.close()


def last(visitor):
    return visitor.hears()[-1]


# ---- new names, rooms, invitations


def test_new_names(house):
    alice = house.irc("alice").says(*(f"NICK alice{number}" for number in range(6)))
    assert alice.user.nick == "alice5"
    house.time += 60_000
    bob = house.plain("bob").says("/nick robert")
    assert bob.user.nick == "robert"


def test_too_many_new_names(house):
    alice = house.irc("alice")
    alice.says(*(f"NICK alice{number}" for number in range(7)))
    assert last(alice) == ":chat.example.net 263 alice5 NICK :You did that too often; wait 15 s and try again"
    house.time += 15_000
    alice.says("NICK alice9")
    assert alice.user.nick == "alice9"


def test_on_a_terminal_it_is_said_in_words(house):
    bob = house.plain("bob").says(*(f"/nick bob{number}" for number in range(7)))
    assert last(bob) == "-- You did that too often just now. Wait 15 s, then try again."


def test_the_name_one_has_costs_nothing(house):
    alice = house.irc("alice").says(*["NICK alice"] * 20, "NICK bob")
    assert alice.user.nick == "bob"


def test_new_rooms_and_invitations(house):
    house.plain("bob")
    alice = house.irc("alice").says(*(f"JOIN #room{number}" for number in range(40)))
    assert len(alice.user.rooms) == 30
    assert last(alice).startswith(":chat.example.net 263 alice JOIN :You did that too often; wait 10 s")
    alice.forgets().says(*["INVITE bob #room0"] * 11)
    assert " 263 alice INVITE " in last(alice)


def test_guests_of_one_address_share_a_pace_and_accounts_have_their_own(house):
    calm = house.server.calm
    assert [calm.take("nick", "192.0.2.1") for _ in range(7)] == [0.0] * 6 + [15.0]
    assert calm.take("nick", "=alice") == 0


# ---- the same words, everybody's name


def test_the_same_words_are_refused_at_last_whoever_says_them(house):
    alice, bob = house.irc("alice").says("JOIN #tea"), house.irc("bob").says("JOIN #tea")
    carol = house.plain("carol").says("/join #tea").forgets()
    for _ in range(4):
        carol.says("buy cheap things")
        bob.says("PRIVMSG #tea :buy cheap things")
    assert " 404 bob #tea :Cannot send to channel: said again and again; wait 10 s" in last(bob)
    assert last(carol) == "-- That was said in #tea again and again. Say something else, or wait 10 s."
    bob.forgets().says("PRIVMSG #tea :something else")
    assert bob.hears() == []
    alice.forgets().says(*["PRIVMSG #tea :whoever keeps order may say it"] * 20)
    assert alice.hears() == []


def test_it_costs_more_before_it_is_refused(house):
    house.irc("alice").says("JOIN #tea")
    bob = house.irc("bob").says("JOIN #tea")
    costs = []
    for _ in range(6):
        bob.says("PRIVMSG #tea :buy cheap things")
        costs.append(bob.dialect.cost)
    assert costs[0] < costs[-1]


def test_short_words_may_be_said_again_and_again(house):
    house.irc("alice").says("JOIN #tea")
    bob = house.irc("bob").says("JOIN #tea").forgets().says(*["PRIVMSG #tea :yes"] * 30)
    assert bob.hears() == []


def test_many_names_in_a_line(house):
    people = [house.irc(f"person{number}").says("JOIN #tea") for number in range(8)]
    names = ", ".join(visitor.user.nick for visitor in people)
    mallory = house.irc("mallory").says("JOIN #tea").forgets()
    mallory.says(*(f"PRIVMSG #tea :{names}: look, {number}" for number in range(4)))
    [refusal] = mallory.hears()
    assert " 404 mallory #tea :Cannot send to channel: too many names, too often; wait 30 s" in refusal


# ---- a room that many come into at once


def calm(now=0.0):
    clock = [now]
    return Calm(LimitSettings(), lambda: clock[0], lambda seconds: None), clock


def test_a_small_room_is_never_crowded():
    paces, _ = calm()
    assert not any(paces.come("#tea", 20) for _ in range(1000))


def test_a_large_room_lets_in_one_after_the_other():
    paces, clock = calm()
    waits = [paces.come("#tea", 3000) for _ in range(40)]
    assert waits[:30] == [0.0] * 30
    assert 0 < waits[-1] < 1
    assert waits[-1] > waits[-2]
    assert paces.come("#other", 3000) == 0
    clock[0] = 60.0
    assert paces.come("#tea", 3000) == 0


def test_who_would_wait_long_is_refused_and_not_counted():
    paces, _ = calm()
    while (wait := paces.come("#tea", 3000)) <= 10:
        pass
    assert paces.come("#tea", 3000) == wait


def test_a_crowded_room_says_for_how_long(house, monkeypatch):
    monkeypatch.setattr(house.server.calm, "come", lambda place, members: 17.5)
    house.plain("bob").says("/join #tea")
    alice = house.irc("alice").says("JOIN #tea")
    assert last(alice).startswith(
        ":chat.example.net 437 alice #tea :Too many come into that channel just now; wait 18 s"
    )


def test_who_waits_comes_in_and_who_went_meanwhile_does_not(house, monkeypatch):
    monkeypatch.setattr(house.server.calm, "come", lambda place, members: 2.0)
    pauses = []
    monkeypatch.setattr(house.server.calm, "pause", pauses.append)
    house.plain("bob").says("/join #tea")
    alice = house.irc("alice").says("JOIN #tea")
    assert "#tea" in alice.user.rooms
    assert 2.0 in pauses
    carol = house.irc("carol")
    monkeypatch.setattr(house.server.calm, "pause", lambda seconds: carol.dialect.close("gone"))
    carol.says("JOIN #tea")
    assert house.chat.user("carol") is None
    assert [user.nick for user in house.chat.room("#tea").members] == ["bob", "alice"]


def test_rooms_that_are_quiet_again_are_forgotten():
    paces, clock = calm()
    for number in range(MOST_ROOMS):
        paces.come(f"#room{number}", 10)
    clock[0] = 1.0
    paces.come("#tea", 10)
    assert list(paces._doors) == ["#tea"]


def test_without_flood_control_nothing_is_counted():
    paces = Calm(LimitSettings(rate=0), lambda: 0.0, lambda seconds: None)
    assert not any(paces.take(deed, "x") for deed in PACES for _ in range(100))
    assert not any(paces.come("#tea", 100_000) for _ in range(100))
    assert {paces.repeat("#tea", "buy cheap things") for _ in range(100)} == {(0.0, 0.0)}
