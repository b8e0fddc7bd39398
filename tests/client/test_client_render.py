"""What a person reads, for each kind of event and each answer of a server."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from client_scene import NOON, Scene

from chatroom.client.events import TYPES, Event
from chatroom.client.render import _SENTENCES, View, nick_colour, plain, render

FACING = View("#tea", NOON)


def read(scene: Scene) -> list[str]:
    """The lines a person in #tea reads, without the time."""
    return [plain(render(event, FACING)).removeprefix("12:00 ") for event in scene.events()]


LINES = [
    (":bob!u@h PRIVMSG #tea :hello", "bob: hello"),
    (":bob!u@h PRIVMSG #TEA :hello", "bob: hello"),
    (":bob!u@h PRIVMSG #two :hello", "[#two] bob: hello"),
    (":bob!u@h PRIVMSG #tea :\1ACTION waves\1", "* bob waves"),
    (":bob!u@h PRIVMSG ada :psst", "bob (to you): psst"),
    (":ada!u@h PRIVMSG bob :psst", "ada (to bob): psst"),
    (":bob!u@h NOTICE #tea :look", "notice from bob: look"),
    (":irc.example NOTICE ada :welcome", "-- welcome"),
    (":irc.example NOTICE ada :-- Found for tea (UTC):", "-- Found for tea (UTC):"),
    (":irc.example NOTICE ada :   13:34 #lobby bob: hello", "   13:34 #lobby bob: hello"),
    (":bob!u@h NOTICE ada :   13:34 #lobby bob: hello", "notice from bob (to you):    13:34 #lobby bob: hello"),
    (":dave!u@h JOIN #tea", "-- dave joined #tea"),
    (":ada!u@h JOIN #two", "-- you are in #two now"),
    (":bob!u@h PART #tea", "-- bob left #tea"),
    (":bob!u@h PART #tea :tired", "-- bob left #tea (tired)"),
    (":bob!u@h QUIT :gone", "-- bob quit (gone)"),
    (":bob!u@h NICK rob", "-- bob is now called rob"),
    (":ada!u@h NICK eve", "-- you are now called eve"),
    (":bob!u@h TOPIC #tea :biscuits", "-- bob changed the topic of #tea: biscuits"),
    (":bob!u@h TOPIC #tea :", "-- bob removed the topic of #tea"),
    (":ada!u@h KICK #tea bob :enough", "-- ada kicked bob out of #tea (enough)"),
    (":bob!u@h MODE #tea +o carol", "-- bob set +o carol on #tea"),
    (":bob!u@h INVITE ada #two", "-- bob invites you to #two. /join #two goes there"),
    (":bob!u@h AWAY :lunch", "-- bob is away: lunch"),
    (":bob!u@h AWAY", "-- bob is back"),
    (":s WARN REHASH OLD :an old certificate", "-- an old certificate"),
    (":s FAIL JOIN NO_WAY #x :It is closed.", "-- It is closed."),
    (":s 301 ada bob :lunch", "-- bob is away: lunch"),
    (":s 305 ada :x", "-- You are no longer marked as away."),
    (":s 306 ada :x", "-- You are marked as away. /back ends it."),
    (":s 311 ada bob user host * :Bob B", "-- bob is Bob B, connected as user@host."),
    (":s 311 ada bob user host * :{0} {x}", "-- bob is {0} {x}, connected as user@host."),
    (":s 312 ada bob srv :in a cellar", "-- bob is connected to srv (in a cellar)."),
    (":s 317 ada bob 3725 0 :idle", "-- bob said something 1 h 2 min ago and is here since 1970-01-01 00:00."),
    (":s 319 ada bob :@#tea #two", "-- bob is in @#tea #two."),
    (":s 318 ada bob :End", None),
    (":s 322 ada #tea 2 :[+nt] biscuits", "-- #tea  2 people  [+nt] biscuits"),
    (":s 322 ada #tea 1 :", "-- #tea  1 person"),
    (":s 324 ada #tea +nt", "-- #tea has the modes +nt"),
    (":s 331 ada #tea :No topic", "-- #tea has no topic"),
    (":s 332 ada #tea :biscuits", "-- the topic of #tea is: biscuits"),
    (":s 341 ada bob #tea", "-- bob is invited to #tea."),
    (":s 352 ada #tea u h s bob G :0 Bob B", "-- bob in #tea  Bob B <u@h> (away)"),
    (":s 372 ada :- Welcome", "-- Welcome"),
    (":s 351 ada chatroom-1 s :comments", "-- s runs chatroom-1."),
    (":s 391 ada s :Sunday", "-- It is Sunday at s."),
    (":s 391 ada s 7 0 :Sunday", "-- It is Sunday at s."),
    (":s 401 ada zoe :No such nick", "-- zoe: No such nick. /who lists the people here."),
    (":s 403 ada #x :No such channel", "-- #x: No such channel. /rooms lists the rooms there are."),
    (":s 421 ada JION :Unknown command", "-- There is no /jion. Did you mean /join? /help lists what there is."),
    (":s 421 ada XYZZY :Unknown command", "-- There is no /xyzzy. /help lists what there is."),
    (":s 421 ada LAST :Unknown command", "-- This server has no /last."),
    (":s 471 ada #x :Full", "-- #x: Full. Try again when somebody has left: /join #x"),
    (":s 473 ada #x :Invite only.", "-- #x: Invite only. Ask one of its operators for an invitation."),
    (":s 474 ada #x :Banned", "-- #x: Banned. Ask one of its operators to lift the ban, or go elsewhere: /rooms"),
    (":s 475 ada #x :Bad key", "-- #x: Bad key. With its key: /join #x KEY"),
    (":s 482 ada #tea :Not an operator", "-- #tea: Not an operator. /names shows the operators with @."),
    (":s 499 ada :Something new", "-- Something new"),
]


WELCOME = ":s 251 ada :There are 2 users"


@pytest.mark.parametrize("end", [":s 376 ada :End", ":s 422 ada :None"])
def test_what_newcomers_are_told_is_shown_when_asked_for(scene: Scene, end: str) -> None:
    scene.told(WELCOME, end)
    assert read(scene) == []
    scene.told(WELCOME)
    assert read(scene) == ["-- There are 2 users"]
    scene.connect()
    scene.told(WELCOME)
    assert read(scene) == []


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_lines_become_sentences(scene: Scene, line: str, expected: str | None) -> None:
    scene.told(line)
    assert read(scene)[:1] == ([] if expected is None else [expected])


def test_names_are_one_line(scene: Scene) -> None:
    scene.told(":s 353 ada = #tea :@ada bob", ":s 353 ada = #tea :+carol", ":s 366 ada #tea :End")
    scene.told(":s 366 ada #nowhere :End")
    assert read(scene) == ["-- 3 people in #tea: @ada, bob, +carol", "-- nobody is seen in #nowhere"]


def test_what_waits_and_what_may_be_lost_is_told(scene: Scene) -> None:
    scene.session.say("bob", "hello")
    scene.sent()
    scene.events()
    scene.session.link_lost("timeout")
    scene.session.say("#tea", "again")
    assert read(scene) == [
        "-- not connected: timeout",
        "-- may not have reached bob, look before you repeat it: hello",
        "-- waiting to be sent to #tea: again",
    ]


def test_times_are_local_and_old_ones_have_a_date(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "UTC-2")
    time.tzset()
    event = Event(
        type="message", time=datetime(2026, 11, 22, 12, 2, tzinfo=UTC), room="#tea", nick="alice", text="hello"
    )
    assert plain(render(event, FACING)) == "14:02 alice: hello"
    later = View("#tea", datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert plain(render(event, later)) == "2026-11-22 14:02 alice: hello"


def test_every_type_of_event_has_a_sentence() -> None:
    assert set(_SENTENCES) == TYPES


def test_a_nick_keeps_its_colour() -> None:
    assert nick_colour("bob") == nick_colour("BOB")
    assert len({nick_colour(f"nick{number}") for number in range(50)}) > 4


def test_json_has_its_keys_and_no_line_break() -> None:
    event = Event(type="message", time=NOON, room="#tea", nick="bob", text='"hi"\n\x1b[31m', msgid="m", own=True)
    assert event.as_json() == (
        '{"time": "2026-11-22T12:00:00.000Z", "type": "message", "room": "#tea", "nick": "bob", '
        '"text": "\\"hi\\"\\n", "msgid": "m", "own": true}'
    )
