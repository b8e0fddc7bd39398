"""Nothing is missed, doubled or in the wrong order, whenever the link is lost; what was on its way is said once."""

from __future__ import annotations

import pytest
from client_scene import Scene

CAPABILITIES = (
    "batch message-tags server-time echo-message labeled-response draft/chathistory draft/read-marker chatroom/once"
)
NINE = "2026-11-22T09:00:00.000Z"
BEFORE_NINE = "2026-11-22T08:59:59.999Z"
LOGGED_IN = ":s 900 ada ada!u@h ada :You are now logged in as ada"
NEVER = "2200-01-01T00:00:00.000Z"


@pytest.fixture
def scene() -> Scene:
    scene = Scene(history=20)
    scene.connect()
    scene.told(f":s CAP * LS :{CAPABILITIES}", f":s CAP * ACK :{CAPABILITIES}", ":s 001 ada :Welcome")
    assert scene.told(f"@msgid=1;time={NINE} :ada!u@h JOIN #tea") == ["CHATHISTORY LATEST #tea * 20"]
    scene.told(":s BATCH +h chathistory #tea", ":s BATCH -h", ":s 422 ada :No MOTD", LOGGED_IN)
    scene.told(":s BATCH +t draft/chathistory-targets", ":s BATCH -t")
    scene.events()
    return scene


def come_back(scene: Scene, nick: str = "ada") -> list[str]:
    """Lose the link, and have the server let one in; what is sent because of it."""
    scene.session.link_lost("gone")
    scene.connect()
    scene.told(f":s CAP * ACK :{CAPABILITIES}", f":s 900 {nick} ada!u@h ada :You are now logged in as ada")
    return scene.told(f":s 001 {nick} :Welcome", f":s 005 {nick} CHATHISTORY=3 :are supported")


def page(target: str, *lines: str) -> list[str]:
    return [f":s BATCH +p chathistory {target}", *(f"@batch=p;{line}" for line in lines), ":s BATCH -p"]


def key_of(line: str) -> str:
    return line.partition("+chatroom/once=")[2].partition(" ")[0]


def texts(scene: Scene) -> list[str]:
    return [event.text for event in scene.events("message")]


def test_on_coming_back_rooms_and_private_talk_are_asked_about(scene: Scene) -> None:
    assert come_back(scene) == [
        "JOIN #tea",
        "PING returned",
        f"CHATHISTORY TARGETS timestamp={BEFORE_NINE} timestamp={NEVER} 50",
    ]
    assert scene.told(":ada!u@h JOIN #tea") == ["CHATHISTORY AFTER #tea msgid=1 3"]


def test_what_comes_live_meanwhile_is_shown_after_what_was_missed(scene: Scene) -> None:
    come_back(scene)
    scene.told(":ada!u@h JOIN #tea", "@msgid=4 :bob!u@h PRIVMSG #tea :four", "@msgid=5 :bob!u@h PRIVMSG #tea :five")
    assert texts(scene) == []
    scene.told(*page("#tea", "msgid=3 :bob!u@h PRIVMSG #tea :three", "msgid=4 :bob!u@h PRIVMSG #tea :four"))
    assert texts(scene) == ["three", "four", "five"]


def test_what_is_meant_for_some_counts_as_a_line_of_the_page(scene: Scene) -> None:
    come_back(scene)
    scene.told(":ada!u@h JOIN #tea")
    lines = [f"msgid={n} :bob!u@h PRIVMSG {'@' if n == 3 else ''}#tea :{n}" for n in (2, 3, 4)]
    assert scene.told(*page("#tea", *lines)) == ["CHATHISTORY AFTER #tea msgid=4 3"]


def test_what_was_typed_waits_until_all_that_was_missed_is_read(scene: Scene) -> None:
    scene.session.link_lost("gone")
    scene.session.say("#tea", "typed")
    assert all("PRIVMSG" not in line for line in come_back(scene))
    assert scene.told(":ada!u@h JOIN #tea") == ["CHATHISTORY AFTER #tea msgid=1 3"]
    assert scene.told(":s PONG s returned", ":s BATCH +t draft/chathistory-targets", ":s BATCH -t") == []
    assert scene.told(*page("#tea"))[0].endswith(" PRIVMSG #tea typed")


def test_a_server_that_never_answers_holds_talk_up_for_half_a_minute_only(scene: Scene) -> None:
    come_back(scene)
    scene.session.say("#tea", "typed")
    assert scene.sent() == []
    scene.now = 31.0
    assert scene.sent()[0].endswith(" PRIVMSG #tea typed")


def test_what_was_on_its_way_and_arrived_is_not_sent_again(scene: Scene) -> None:
    scene.session.say("#tea", "into the dark")
    key = key_of(scene.sent()[0])
    scene.session.link_lost("gone")
    assert [event.type for event in scene.events()] == ["disconnected", "waiting"]
    come_back(scene, nick="ada_")
    scene.told(":ada_!u@h JOIN #tea", ":s PONG s returned", ":s BATCH +t draft/chathistory-targets", ":s BATCH -t")
    said = f"msgid=2;+chatroom/once={key} :ada!u@h PRIVMSG #tea :into the dark"
    assert scene.told(*page("#tea", said)) == []
    shown = scene.events("message")
    assert [(event.text, event.own) for event in shown] == [("into the dark", True)]
    assert scene.session.outbox.is_empty


def test_what_was_on_its_way_and_did_not_arrive_is_sent_again_with_its_key(scene: Scene) -> None:
    scene.session.say("#tea", "into the dark")
    first = scene.sent()[0]
    come_back(scene)
    scene.session.say("#tea", "later")
    scene.told(":ada!u@h JOIN #tea", ":s PONG s returned", ":s BATCH +t draft/chathistory-targets", ":s BATCH -t")
    sent = scene.told(*page("#tea"))
    assert [line.rpartition(" PRIVMSG ")[2] for line in sent] == ["#tea :into the dark", "#tea later"]
    assert key_of(sent[0]) == key_of(first)


def test_a_server_that_would_say_it_twice_is_not_asked_to(scene: Scene) -> None:
    scene.session.say("#tea", "into the dark")
    scene.sent()
    scene.session.link_lost("gone")
    scene.events()
    scene.connect()
    scene.told(":s CAP * ACK :echo-message message-tags", ":s 001 ada :Welcome")
    assert [event.text for event in scene.events("unconfirmed")] == ["into the dark"]
    assert scene.session.outbox.is_empty


def test_a_link_that_breaks_before_one_is_in_again_loses_nothing(scene: Scene) -> None:
    scene.session.say("#tea", "into the dark")
    scene.sent()
    scene.session.link_lost("gone")
    scene.connect()
    scene.session.link_lost("gone again")
    assert [message.text for message in scene.session.outbox.waiting] == ["into the dark"]


def test_what_was_said_already_and_may_not_be_told_counts_as_said(scene: Scene) -> None:
    scene.session.say("bob", "psst")
    scene.sent()
    come_back(scene)
    scene.told(":ada!u@h JOIN #tea", ":s PONG s returned", ":s BATCH +t draft/chathistory-targets", ":s BATCH -t")
    [again] = scene.told(*page("#tea"))
    label = again.partition("label=")[2].partition(";")[0]
    scene.events()
    scene.told(f"@label={label} :s ACK")
    assert texts(scene) == ["psst"]
    assert scene.session.outbox.is_empty


# ---- private talk


def test_private_talk_is_read_from_the_last_message_of_each_person_on(scene: Scene) -> None:
    scene.told(f"@msgid=2;time={NINE} :bob!u@h PRIVMSG ada :psst")
    come_back(scene)
    scene.events()
    scene.told(f"@msgid=8;time={NINE} :bob!u@h PRIVMSG ada :now")
    asked = scene.told(
        ":s BATCH +t draft/chathistory-targets",
        *(f"@batch=t :s CHATHISTORY TARGETS {who} {NINE}" for who in ("#tea", "bob", "carol")),
        ":s BATCH -t",
    )
    assert asked == ["CHATHISTORY AFTER bob msgid=2 3", f"CHATHISTORY AFTER carol timestamp={BEFORE_NINE} 3"]
    assert texts(scene) == []
    scene.told(*page("bob", "msgid=7 :bob!u@h PRIVMSG ada :earlier"))
    assert texts(scene) == ["earlier", "now"]


def test_who_logs_in_is_shown_what_they_have_not_read() -> None:
    scene = Scene(history=20)
    scene.connect()
    scene.told(f":s CAP * ACK :{CAPABILITIES}", ":s 001 ada :Welcome", ":s 422 ada :No MOTD")
    asked = scene.told(LOGGED_IN)
    assert asked == [f"CHATHISTORY TARGETS timestamp=1969-12-31T23:59:59.999Z timestamp={NEVER} 50"]
    asked = scene.told(
        ":s BATCH +t draft/chathistory-targets",
        *(f"@batch=t :s CHATHISTORY TARGETS {who} {NINE}" for who in ("bob", "carol")),
        ":s BATCH -t",
    )
    assert asked == ["MARKREAD bob", "MARKREAD carol"]
    assert scene.told(f":s MARKREAD bob timestamp={NINE}") == [f"CHATHISTORY AFTER bob timestamp={NINE} 50"]
    assert scene.told(":s MARKREAD carol *") == ["CHATHISTORY LATEST carol * 20"]
    scene.events()
    scene.told(*page("bob", "msgid=7 :bob!u@h PRIVMSG ada :unread"))
    assert texts(scene) == ["unread"]


# ---- what has been read


def test_what_is_shown_of_the_room_faced_is_marked_as_read(scene: Scene) -> None:
    scene.told(f"@msgid=2;time={NINE} :bob!u@h PRIVMSG #tea :hello")
    scene.session.mark_read(100.0)
    assert scene.sent() == [f"MARKREAD #tea timestamp={NINE}"]
    scene.session.mark_read(200.0)
    assert scene.sent() == []
    later = NINE.replace("09", "10", 1)
    scene.told(f"@msgid=3;time={later} :bob!u@h PRIVMSG #den :elsewhere")
    scene.session.mark_read(300.0)
    assert scene.sent() == []


def test_on_leaving_the_last_is_marked_too(scene: Scene) -> None:
    scene.told(f"@msgid=2;time={NINE} :bob!u@h PRIVMSG #tea :hello")
    scene.session.mark_read(100.0)
    scene.sent()
    later = NINE.replace("09", "10", 1)
    scene.told(f"@msgid=3;time={later} :bob!u@h PRIVMSG #tea :again")
    scene.session.mark_read(101.0)
    assert scene.sent() == []
    scene.session.quit("")
    assert scene.sent() == [f"MARKREAD #tea timestamp={later}", "QUIT"]


def test_scripts_mark_nothing_as_read() -> None:
    scene = Scene(history=20, marks_read=False).enter(CAPABILITIES)
    scene.told(f"@msgid=2;time={NINE} :bob!u@h PRIVMSG #tea :hello")
    scene.session.mark_read(100.0)
    assert scene.sent() == []


def test_more_that_is_unread_than_is_shown_is_told() -> None:
    scene = Scene(history=2)
    scene.connect()
    scene.told(f":s CAP * ACK :{CAPABILITIES}", ":s 001 ada :Welcome", ":ada!u@h JOIN #tea")
    scene.told(f":s MARKREAD #tea timestamp={NINE}")
    times = [NINE.replace("09", hour, 1) for hour in ("10", "11")]
    scene.told(*page("#tea", *(f"msgid={time[12]};time={time} :bob!u@h PRIVMSG #tea :text" for time in times)))
    assert scene.events("note")[-1].text == "There is more in #tea that you have not read: /since 4h"
