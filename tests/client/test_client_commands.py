"""The table of commands, and what each of them sends."""

from __future__ import annotations

import pytest
from client_scene import Scene

from chatroom.client.commands import TABLE, typed

SENT = [
    ("hello", "PRIVMSG #tea hello"),
    ("//etc is a folder", "PRIVMSG #tea :/etc is a folder"),
    ("/msg bob how are you", "PRIVMSG bob :how are you"),
    ("/msg #two hi", "PRIVMSG #two hi"),
    ("/notice bob beep", "NOTICE bob beep"),
    ("/me waves", "PRIVMSG #tea :\1ACTION waves\1"),
    ("/ME waves", "PRIVMSG #tea :\1ACTION waves\1"),
    ("/join #two", "JOIN #two"),
    ("/join two", "JOIN #two"),
    ("/j #two key", "JOIN #two key"),
    ("/part", "PART #tea"),
    ("/part #two", "PART #two"),
    ("/part so long", "PART #tea :so long"),
    ("/part #two so long", "PART #two :so long"),
    ("/nick eve", "NICK eve"),
    ("/names", "NAMES #tea"),
    ("/names #two", "NAMES #two"),
    ("/who", "WHO #tea"),
    ("/who bob", "WHO bob"),
    ("/whois bob", "WHOIS bob"),
    ("/topic", "TOPIC #tea"),
    ("/topic biscuits now", "TOPIC #tea :biscuits now"),
    ("/topic #two", "TOPIC #two"),
    ("/topic -", "TOPIC #tea :"),
    ("/rooms", "LIST"),
    ("/list #t*", "LIST #t*"),
    ("/away", "AWAY away"),
    ("/away at lunch", "AWAY :at lunch"),
    ("/back", "AWAY"),
    ("/invite bob", "INVITE bob #tea"),
    ("/invite bob #two", "INVITE bob #two"),
    ("/kick bob", "KICK #tea bob"),
    ("/kick bob too loud", "KICK #tea bob :too loud"),
    ("/kick bob #two too loud", "KICK #two bob :too loud"),
    ("/op bob carol", "MODE #tea +oo bob carol"),
    ("/deop bob #two", "MODE #two -o bob"),
    ("/voice bob", "MODE #tea +v bob"),
    ("/devoice bob", "MODE #tea -v bob"),
    ("/mode", "MODE #tea"),
    ("/mode +k key", "MODE #tea +k key"),
    ("/motd", "MOTD"),
    ("/raw PRIVMSG #tea :as it is", "PRIVMSG #tea :as it is"),
    ("/quote VERSION", "VERSION"),
    ("/quit", "QUIT"),
    ("/exit good night", "QUIT :good night"),
    ("/say hello", "PRIVMSG #tea hello"),
    ("/shrug", "PRIVMSG #tea ¯\\_(ツ)_/¯"),
    ("/shrug oh well", "PRIVMSG #tea :oh well ¯\\_(ツ)_/¯"),
    ("/last", "LAST #tea"),
    ("/last 50", "LAST #tea 50"),
    ("/last #two 50", "LAST #two 50"),
    ("/since 90m", "SINCE #tea 90m"),
    ("/search two words", "SEARCH :two words"),
    ("/ignore", "IGNORE"),
    ("/ignore bob", "IGNORE bob"),
    ("/unignore bob", "UNIGNORE bob"),
    ("/status", "STATUS"),
    ("/uptime", "UPTIME"),
    ("/version", "VERSION"),
    ("/time", "TIME"),
    ("/jion #two", "JION #two"),
    ("/oper root  tea", "OPER root tea"),
    ("/act bob waves :) and goes", "ACT bob waves ::) and goes"),
    ("/counts", "COUNTS"),
]
TOLD = [
    ("/etc/passwd", "There is no /etc/passwd. /help lists what there is."),
    ("/j0in #two", "There is no /j0in. Did you mean /join? /help lists what there is."),
    ("/msg", "/msg needs more than that. Type: /msg <nick> <text...>"),
    ("/msg bob", "/msg needs more than that. Type: /msg <nick> <text...>"),
    ("/motd now", "/motd has no use for 'now'. Type: /motd"),
    ("/reply hi", "Nobody has written to you in private yet. /msg NICK TEXT begins."),
    ("/switch #two", "You are not in #two. /join #two goes there."),
    ("/help jion", "There is no /jion. Did you mean /join?"),
]


@pytest.mark.parametrize(("line", "expected"), SENT)
def test_what_is_typed_becomes_a_line(scene: Scene, line: str, expected: str) -> None:
    typed(scene.session, line)
    assert scene.sent() == [expected]


@pytest.mark.parametrize(("line", "expected"), TOLD)
def test_what_is_wrong_is_told_and_not_sent(scene: Scene, line: str, expected: str) -> None:
    typed(scene.session, line)
    assert [(event.type, event.text) for event in scene.events()] == [("error", expected)]
    assert scene.sent() == []


@pytest.mark.parametrize("line", ["", "   ", "/", "/ hello"])
def test_nothing_useful_sends_nothing(scene: Scene, line: str) -> None:
    typed(scene.session, line)
    assert scene.sent() == []


def test_several_lines_are_a_paste_and_never_commands(scene: Scene) -> None:
    typed(scene.session, "one\n\n/quit\nlast")
    assert scene.sent() == ["PRIVMSG #tea one", "PRIVMSG #tea /quit", "PRIVMSG #tea last"]


def test_reply_answers_the_last_private_message(scene: Scene) -> None:
    scene.told(":bob!u@h PRIVMSG ada :psst", ":carol!u@h PRIVMSG #tea :loud")
    typed(scene.session, "/reply what?")
    assert scene.sent() == ["PRIVMSG bob what?"]


def test_switching_turns_bare_words(scene: Scene) -> None:
    scene.told(":ada!u@h JOIN #two")
    for line in ("/switch two", "to a room", "/switch bob", "to a person"):
        typed(scene.session, line)
    assert scene.sent() == ["PRIVMSG #two :to a room", "PRIVMSG bob :to a person"]
    typed(scene.session, "/topic")
    assert scene.events("error")[0].text == "You face no room. Name one, or go to one: /join #name"


def test_several_rooms_and_people_may_be_named_at_once(scene: Scene) -> None:
    typed(scene.session, "/join #a,b,#c key,,other")
    assert scene.sent() == ["JOIN #a key", "JOIN #b", "JOIN #c other"]
    typed(scene.session, "/msg bob,carol hi")
    assert scene.sent() == ["PRIVMSG bob hi", "PRIVMSG carol hi"]


def test_a_room_that_refuses_turns_back_to_where_one_was(scene: Scene) -> None:
    scene.told(":ada!u@h JOIN #two", ":ada!u@h JOIN #three")
    for line in ("/switch #two", "/join #closed"):
        typed(scene.session, line)
    scene.told(":s 473 ada #closed :Invite only")
    assert scene.session.facing == "#two"


def test_without_a_room_nothing_is_said(scene: Scene) -> None:
    scene.told(":ada!u@h PART #tea")
    for line in ("hello", "/me waves"):
        typed(scene.session, line)
    assert scene.sent() == []
    assert len(scene.events("error")) == 2


def test_offline_some_commands_wait_and_others_say_so(scene: Scene) -> None:
    scene.session.link_lost("gone")
    for line in ("/join #two", "/nick eve", "/who", "/me waves", "/part #tea"):
        typed(scene.session, line)
    assert [event.text for event in scene.events("error")] == [
        "/who has to wait: there is no connection. Try it again when there is."
    ]
    assert scene.session.wish.rooms == {"#two": ""}
    assert scene.connect()[1] == "NICK eve"


def test_offline_nobody_is_asked_about_an_unknown_command(scene: Scene) -> None:
    scene.session.link_lost("gone")
    typed(scene.session, "/jion #two")
    assert scene.events("error")[0].text == "There is no /jion. Did you mean /join? /help lists what there is."
    assert scene.sent() == []


def test_more_words_than_a_line_can_carry_are_one(scene: Scene) -> None:
    typed(scene.session, "/act " + " ".join(map(str, range(20))))
    assert scene.sent() == [f"ACT {' '.join(map(str, range(14)))} :14 15 16 17 18 19"]


def test_what_waits_can_be_stopped(scene: Scene) -> None:
    scene.session.link_lost("gone")
    typed(scene.session, "hello")
    typed(scene.session, "/stop")
    assert scene.events("note")[-1].text == "Dropped, never sent: 1."
    assert scene.session.outbox.is_empty


def test_leaving_tells_what_was_never_sent(scene: Scene) -> None:
    scene.session.link_lost("gone")
    for line in ("one", "two", "/quit"):
        typed(scene.session, line)
    assert scene.events("note")[-1].text == "Lines that were never sent: 2."


def test_every_row_has_help_and_an_unambiguous_name() -> None:
    names = [name for row in TABLE.rows.values() for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    assert all(row.help.endswith(".") or ":" in row.help for row in TABLE.rows.values())


def test_help_is_made_from_the_table(scene: Scene) -> None:
    typed(scene.session, "/help")
    lines = [event.text for event in scene.events("note")]
    assert [line.partition(":")[0] for line in lines[:-1]] == [f"/{row.usage}" for row in TABLE.rows.values()]
    typed(scene.session, "/help list")
    assert scene.events("note")[0].text == "/rooms [mask]: List the rooms there are. (also /list)"
