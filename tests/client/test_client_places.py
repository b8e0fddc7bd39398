"""What is known of rooms and private talks: filed once, counted where nobody looks, and not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest
from client_scene import NOON, Scene

from chatroom.client import pages
from chatroom.client.events import Event
from chatroom.client.places import KEPT, Places

HISTORY = "echo-message labeled-response message-tags server-time batch draft/chathistory"


@pytest.fixture
def places() -> Places:
    found = Places(Scene().enter().session)
    found.follow()
    return found


def said(number: int, room: str = "#tea", nick: str = "bob", **facts: object) -> Event:
    facts = {"time": NOON + timedelta(seconds=number), "msgid": f"m{number}", **facts}
    return Event(type="message", room=room, nick=nick, text=f"line {number}", **facts)  # type: ignore[arg-type]


def numbers(places: Places, name: str = "#tea") -> list[str]:
    place = places.find(name)
    assert place
    return [entry.event.msgid.removeprefix("m") for entry in place.entries]


def test_memory_does_not_grow_with_what_is_said(places: Places) -> None:
    for number in range(5 * KEPT):
        places.take(said(number))
    place = places.current
    assert KEPT <= len(place.entries) <= KEPT + KEPT // 4
    assert len(place._ids) == len(place.entries)
    assert numbers(places)[-1] == str(5 * KEPT - 1)


def test_each_message_is_filed_once_and_a_gap_where_it_belongs(places: Places) -> None:
    for number in (1, 5, 1, 5):
        places.take(said(number))
    for number in (2, 3, 5):
        places.take(said(number, replayed=True))
    assert numbers(places) == ["1", "2", "3", "5"]


def test_only_what_nobody_looks_at_is_unread(places: Places) -> None:
    places.take(said(1))
    places.open("#den")
    places.take(said(2, "#den"))
    places.take(said(3, "#den", mention=True))
    places.take(said(4, "#den", nick="ada", own=True))
    den = places.find("#den")
    assert den
    assert (places.current.unread, den.unread, den.mentions) == (0, 2, 1)
    assert places.next_unread() is den
    places.turn_to(den)
    places.look()
    assert (den.unread, den.mentions) == (0, 0)


def test_what_is_read_with_another_program_is_read_here(places: Places) -> None:
    den = places.open("#den")
    for number in range(1, 5):
        places.take(said(number, "#den", mention=number == 4))
    places.session.read_until["#den"] = (NOON + timedelta(seconds=2)).isoformat()
    places.read_markers()
    assert (den.unread, den.mentions) == (2, 1)
    places.turn_to(den)
    assert [den.begins_new(index) for index in range(4)] == [False, False, True, False]


def test_reactions_and_taking_back_change_what_they_are_about(places: Places) -> None:
    places.take(said(1))
    for nick in ("carol", "dora", "carol"):
        places.take(Event(type="react", time=NOON, room="#tea", nick=nick, text="👍", reply="m1"))
    [entry] = places.current.entries
    assert entry.reactions == {"👍": ["carol", "dora"]}
    places.take(Event(type="redact", time=NOON, room="#tea", nick="bob", reply="m1"))
    assert entry.event.text == "(taken back)"


def asked(scene: Scene) -> tuple[Places, str]:
    places = Places(scene.session)
    places.follow()
    places.take(said(50))
    place = places.current
    assert pages.ask_before(scene.session, "#tea", place.oldest_said(), place.add_older)
    [line] = scene.sent()
    return places, line


def test_older_messages_come_before_the_others_and_are_not_news() -> None:
    scene = Scene().enter(HISTORY)
    scene.sent()
    places, line = asked(scene)
    assert line == "@label=page1 CHATHISTORY BEFORE #tea msgid=m50 100"
    old = "@batch=h;time=2026-11-22T11:00:00.000Z;msgid=m{0} :bob!u@h PRIVMSG #tea :line {0}"
    scene.told("@label=page1 :s BATCH +h chathistory #tea", old.format(40), old.format(41), ":s BATCH -h")
    assert numbers(places) == ["40", "41", "50"]
    assert places.current.is_whole
    assert scene.events("message") == []


def test_a_page_that_is_refused_or_lost_can_be_told() -> None:
    scene = Scene().enter(HISTORY)
    scene.sent()
    places, _ = asked(scene)
    scene.told("@label=page1 :s FAIL CHATHISTORY INVALID_TARGET BEFORE #tea :No history")
    assert places.current.is_whole
    places, _ = asked(scene)
    places.current.is_asking = True
    scene.session.link_lost("cut")
    assert not places.current.is_asking
    assert not places.current.is_whole
    assert not pages.can_ask(scene.session)
