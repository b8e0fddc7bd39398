"""Lines in, lines and events out: registration, rooms, talk."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from client_scene import NOON, Scene
from hypothesis import given
from hypothesis import strategies as st

from chatroom.client.registration import NICKS_TO_TRY, WANTED
from chatroom.client.talk import is_mentioned, privileges_changed

NewScene = Callable[..., Scene]


def test_registration_asks_for_what_is_offered_and_wanted(new_scene: NewScene) -> None:
    scene = new_scene(password="sesame")
    assert scene.connect() == ["PASS sesame", "CAP LS 302", "NICK ada", "USER chat 0 * ada"]
    assert scene.told(":s CAP * LS * :server-time sasl=PLAIN") == []
    assert scene.told(":s CAP * LS :echo-message unheard-of") == ["CAP REQ :server-time echo-message"]
    assert scene.told(":s CAP * ACK :server-time echo-message") == ["CAP END"]
    assert scene.session.capabilities == {"server-time", "echo-message"}
    assert scene.told(":s 001 ada :Welcome") == ["JOIN #tea"]
    assert [event.type for event in scene.events()] == ["connected"]


@pytest.mark.parametrize("answer", [":s CAP * LS :", ":s CAP * LS :sasl", ":s CAP * NAK :batch"])
def test_registration_goes_on_without_capabilities(new_scene: NewScene, answer: str) -> None:
    scene = new_scene()
    scene.connect()
    assert scene.told(answer) == ["CAP END"]


@pytest.mark.parametrize("answer", [":s 421 * CAP :Unknown command", ":s 451 * :Register first"])
def test_a_server_that_knows_no_cap_is_served_as_well(new_scene: NewScene, answer: str) -> None:
    scene = new_scene()
    scene.connect()
    assert scene.told(answer, ":s 001 ada :Welcome") == ["JOIN #tea"]
    assert [event.type for event in scene.events()] == ["connected"]


def test_capabilities_may_come_and_go_later(echoing: Scene) -> None:
    assert echoing.told(":s CAP ada NEW :away-notify") == ["CAP REQ away-notify"]
    assert echoing.told(":s CAP ada ACK :away-notify", ":s CAP ada DEL :echo-message") == []
    assert "away-notify" in echoing.session.capabilities
    assert not echoing.session.echoes


def test_every_capability_wanted_is_one_the_design_names() -> None:
    assert {"server-time", "message-tags", "echo-message", "multi-prefix", "away-notify", "batch"} <= set(WANTED)


def test_a_taken_nick_is_varied_and_the_user_told(new_scene: NewScene) -> None:
    scene = new_scene()
    scene.connect()
    assert scene.told(":s 433 * ada :in use") == ["NICK ada_"]
    assert scene.told(":s 433 * ada_ :in use") == ["NICK ada__"]
    assert scene.told(":s 433 * ada__ :in use") == ["NICK ada2"]
    scene.told(":s 001 ada2 :Welcome")
    notes = [event.text for event in scene.events("note")]
    assert notes[0] == "Somebody is called ada already. Trying ada_."
    assert notes[-1] == "You are ada2 here, not ada. /nick ada tries for it again."


def test_trying_nicks_ends(new_scene: NewScene) -> None:
    scene = new_scene()
    scene.connect()
    for _ in range(NICKS_TO_TRY + 1):
        scene.told(f":s 433 * {scene.session.nick} :in use")
    assert "Choose another with --nick" in scene.session.refusal


def test_a_nick_the_server_cannot_have_becomes_a_plain_one(new_scene: NewScene) -> None:
    scene = new_scene("ada-the-very-first")
    scene.connect()
    assert scene.told(":s 432 * ada-the-very-first :Erroneous") == ["NICK ada-the-v"]
    assert scene.told(":s 432 * ada-the-v :Erroneous") == ["NICK guest_"]


def test_a_strict_nick_is_refused_not_varied(new_scene: NewScene) -> None:
    scene = new_scene(must_be_nick=True)
    scene.connect()
    assert scene.told(":s 433 * ada :in use") == []
    assert scene.session.refusal == "Somebody is called ada already. Choose another with --nick."


def test_a_nick_refused_later_only_tells(scene: Scene) -> None:
    assert scene.told(":s 433 ada bob :in use") == []
    assert scene.events()[0].text == "Somebody is called bob already. You are still ada. Try another: /nick NAME"


def test_ping_is_answered(scene: Scene) -> None:
    assert scene.told("PING :a word") == ["PONG :a word"]


def test_rooms_know_who_is_there(scene: Scene) -> None:
    room = scene.session.roster.room("#TEA")
    assert room
    assert {(member.nick, member.prefixes) for member in room.members.values()} == {
        ("ada", "@"),
        ("bob", ""),
        ("carol", "+"),
    }
    scene.told(":dave!u@h JOIN #tea", ":bob!u@h PART #tea :tired", ":carol!u@h NICK :caro", ":dave!u@h QUIT :gone")
    scene.told(":ada!u@h MODE #tea +o-v caro caro")
    assert {(member.nick, member.prefixes) for member in room.members.values()} == {("ada", "@"), ("caro", "@")}
    types = [(event.type, event.room) for event in scene.events()]
    assert types == [(kind, "#tea") for kind in ("join", "part", "nick", "quit", "mode")]


def test_being_kicked_leaves_the_room_and_what_was_faced(scene: Scene) -> None:
    scene.told(":ada!u@h JOIN #two", ":bob!u@h KICK #tea ada :out")
    assert scene.session.facing == "#two"
    assert scene.session.wish.rooms == {"#two": ""}
    kick = scene.events("kick")[0]
    assert (kick.nick, kick.target, kick.own, kick.mention) == ("bob", "ada", True, True)


def test_own_nick_follows_the_server(scene: Scene) -> None:
    scene.told(":ada!u@h NICK :eve")
    assert scene.session.nick == scene.session.wish.nick == "eve"


def test_without_echo_the_own_message_is_shown_at_once(scene: Scene) -> None:
    scene.session.say("#tea", "hello there")
    assert scene.sent() == ["PRIVMSG #tea :hello there"]
    event = scene.events()[0]
    assert (event.type, event.room, event.nick, event.text, event.own) == (
        "message",
        "#tea",
        "ada",
        "hello there",
        True,
    )


def test_with_echo_the_own_message_is_shown_when_it_comes_back(echoing: Scene) -> None:
    echoing.session.say("#tea", "hello")
    assert echoing.sent() == ["@label=m1 PRIVMSG #tea hello"]
    assert echoing.events() == []
    echoing.told("@label=m1;msgid=x1;time=2026-11-22T11:59:00.000Z :ada!u@h PRIVMSG #tea :hello")
    event = echoing.events()[0]
    assert (event.text, event.own, event.msgid, event.time.minute) == ("hello", True, "x1", 59)
    assert echoing.session.outbox.is_empty
    assert echoing.session.outbox.confirmed == 1


def test_actions_notices_and_private_talk(scene: Scene) -> None:
    scene.told(":bob!u@h PRIVMSG #tea :\1ACTION waves\1", ":bob!u@h NOTICE #tea :note", ":bob!u@h PRIVMSG ada :psst")
    action, notice, private = scene.events()
    assert (action.type, action.text) == ("action", "waves")
    assert notice.type == "notice"
    assert (private.room, private.nick, private.target, private.mention) == ("", "bob", "ada", True)
    assert scene.session.correspondent == "bob"


def test_a_message_to_the_operators_of_a_room_is_in_the_room(scene: Scene) -> None:
    scene.told(":bob!u@h PRIVMSG @#tea :secret")
    assert scene.events()[0].room == "#tea"


def test_ctcp_requests_are_named_and_not_answered(scene: Scene) -> None:
    assert scene.told(":bob!u@h PRIVMSG ada :\1VERSION\1") == []
    assert scene.events()[0].text == "bob's program asks for VERSION; it gets no answer."


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ada: hi", True), ("hi ADA!", True), ("adam", False), ("ada-x", False), ("(ada)", True), ("canada", False)],
)
def test_mentions(text: str, expected: bool) -> None:
    assert is_mentioned("ada", text) is expected


def test_history_is_shown_as_old_and_changes_nothing(echoing: Scene) -> None:
    echoing.told(
        ":s BATCH +h chathistory #tea",
        "@batch=h;msgid=1;time=2026-11-21T09:00:00.000Z :bob!u@h PRIVMSG #tea :ada: yesterday",
        "@batch=h :carol!u@h QUIT :gone",
        ":s BATCH -h",
    )
    (event,) = echoing.events()
    assert (event.replayed, event.mention, event.time.day) == (True, False, 21)
    assert echoing.session.roster.rooms_of("carol") == ["#tea"]


def test_what_was_seen_is_not_shown_again(echoing: Scene) -> None:
    echoing.told("@msgid=1 :bob!u@h PRIVMSG #tea :once", ":s BATCH +h chathistory #tea")
    echoing.told("@msgid=1;batch=h :bob!u@h PRIVMSG #tea :once", "@msgid=2;batch=h :bob!u@h PRIVMSG #tea :two")
    assert [event.text for event in echoing.events()] == ["once", "two"]


def test_an_old_echo_confirms_nothing(echoing: Scene) -> None:
    echoing.session.say("#tea", "hello")
    echoing.sent()
    echoing.told(":s BATCH +h chathistory #tea", "@msgid=1;batch=h :ada!u@h PRIVMSG #tea :hello")
    assert not echoing.session.outbox.is_empty


def test_a_lost_link_names_what_may_be_lost_and_comes_back_to_the_rooms(echoing: Scene) -> None:
    echoing.told(":ada!u@h JOIN #two")
    echoing.session.say("#tea", "into the dark")
    echoing.sent()
    echoing.events()
    echoing.session.link_lost("gone")
    assert [(event.type, event.text) for event in echoing.events()] == [
        ("disconnected", "gone"),
        ("unconfirmed", "into the dark"),
    ]
    echoing.session.say("#two", "while away")
    assert [(event.type, event.room, event.text) for event in echoing.events()] == [("waiting", "#two", "while away")]
    assert echoing.connect() == ["CAP LS 302", "NICK ada", "USER chat 0 * ada"]
    assert echoing.told(":s 001 ada :Welcome") == ["JOIN #tea", "JOIN #two", "PING returned"]
    assert echoing.told(":s PONG s returned") == ["PRIVMSG #two :while away"]


def test_a_refused_room_is_not_tried_again(new_scene: NewScene) -> None:
    scene = new_scene()
    scene.connect()
    scene.told(":s 001 ada :Welcome", ":s 474 ada #tea :You are banned")
    assert scene.session.wish.rooms == {}
    assert scene.session.facing == ""
    assert scene.session.is_settled


def test_long_text_is_cut_to_lines_that_arrive_whole(scene: Scene) -> None:
    text = "wörter " * 200
    scene.session.say("#tea", text.strip())
    lines = scene.sent()
    assert all(len(f":ada!u@h {line}".encode()) <= 510 for line in lines)
    assert "".join(line.partition(" :")[2] for line in lines) == text.strip()


def test_what_is_not_utf8_is_sent_mended(scene: Scene) -> None:
    scene.session.say("#tea", "a\udcff b")
    assert scene.sent() == ["PRIVMSG #tea :a? b"]


def test_no_line_typed_can_become_two(scene: Scene) -> None:
    scene.session.send_raw("PRIVMSG #tea :x\r\nQUIT")
    scene.session.send("TOPIC", "#tea", "a\nb")
    assert scene.sent() == ["PRIVMSG #tea :x  QUIT", "TOPIC #tea :a b"]


@pytest.mark.parametrize("stamp", ["", "nonsense", "2026-11-22T12:00:00.000Z", "2026-11-22T12:00:00"])
def test_any_time_tag_gives_a_time(scene: Scene, stamp: str) -> None:
    scene.told(f"@time={stamp} :bob!u@h PRIVMSG #tea :hi")
    assert scene.events()[0].time == NOON


def test_privileges_skip_the_parameters_of_other_modes() -> None:
    modes = ("+bov-lk+l", "*!*@*", "ada", "bob", "key", "5")
    assert list(privileges_changed({"o": "@", "v": "+"}, modes)) == [(True, "o", "ada"), (True, "v", "bob")]


VERBS = st.sampled_from(
    "PRIVMSG NOTICE JOIN PART KICK QUIT NICK TOPIC MODE INVITE AWAY BATCH WALLOPS FAIL WARN NOTE CAP PING PONG ERROR "
    "001 005 301 311 317 322 324 331 332 352 353 366 372 376 401 403 404 432 433 464 475 482 999".split()
)
WORDS = st.lists(st.sampled_from(["ada", "bob", "#tea", "#", "", "+o", "+", "-", ":", "*", "LS", "ACK", "é", "99999"]))


@given(VERBS, WORDS, st.sampled_from(["", ":bob!u@h ", ":ada!u@h ", ": ", "@time=x;batch=;label= :x "]))
def test_nothing_a_server_sends_can_raise(verb: str, words: list[str], source: str) -> None:
    scene = Scene().enter("echo-message labeled-response")
    scene.session.say("#tea", "pending")
    scene.sent()
    scene.told(f"{source}{verb} {' '.join(words)}", f"{source}{verb} :{' '.join(words)}")
    assert isinstance(scene.events(), list)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_no_bytes_can_raise(lines: list[bytes]) -> None:
    from chatroom.client.protocol import receive_line

    scene = Scene().enter()
    for line in lines:
        receive_line(scene.session, line)


CATCHING_UP = "batch message-tags server-time draft/chathistory"


def said(numbers: range, batch: str = "h") -> list[str]:
    page = [f"@batch={batch};msgid={number} :bob!u@h PRIVMSG #tea :text {number}" for number in numbers]
    return [f":s BATCH +{batch} chathistory #tea", *page, f":s BATCH -{batch}"]


def come_back(scene: Scene) -> list[str]:
    """Lose the link and return to the room; what is sent because of it."""
    scene.session.link_lost("gone")
    scene.connect()
    scene.told(f":s CAP * ACK :{CATCHING_UP}", ":s 001 ada :Welcome", ":s 005 ada CHATHISTORY=3 :are supported")
    scene.events()
    return scene.told(":ada!u@h JOIN #tea")


def test_after_an_interruption_what_was_missed_is_read_page_by_page() -> None:
    scene = Scene().enter(CATCHING_UP)
    scene.told("@msgid=1 :bob!u@h PRIVMSG #tea :text 1")
    assert come_back(scene) == ["CHATHISTORY AFTER #tea msgid=1 3"]
    assert scene.told("@msgid=9 :bob!u@h PRIVMSG #tea :text 9") == []
    assert scene.told(*said(range(2, 5))) == ["CHATHISTORY AFTER #tea msgid=4 3"]
    assert scene.told(*said(range(5, 8))) == ["CHATHISTORY AFTER #tea msgid=7 3"]
    assert scene.told(*said(range(8, 10))) == []
    texts = [event.text for event in scene.events("message")]
    assert sorted(texts) == [f"text {number}" for number in range(2, 10)]
    assert come_back(scene) == ["CHATHISTORY AFTER #tea msgid=9 3"]


def test_an_interruption_while_catching_up_leaves_no_gap() -> None:
    scene = Scene().enter(CATCHING_UP)
    scene.told("@msgid=1 :bob!u@h PRIVMSG #tea :text 1")
    come_back(scene)
    scene.told("@msgid=9 :bob!u@h PRIVMSG #tea :text 9", *said(range(2, 5)))
    assert come_back(scene) == ["CHATHISTORY AFTER #tea msgid=4 3"]


def test_a_gap_the_server_cannot_fill_is_told() -> None:
    scene = Scene().enter(CATCHING_UP)
    scene.told("@msgid=1 :bob!u@h PRIVMSG #tea :text 1")
    come_back(scene)
    scene.told(":s FAIL CHATHISTORY MESSAGE_ERROR AFTER #tea :It is gone.")
    assert scene.events("note")[-1].text == "What was said in #tea meanwhile can't be read here: It is gone."
    assert scene.events("error") == []


def test_at_first_some_history_is_shown_to_people_and_none_to_scripts(new_scene: NewScene) -> None:
    for history, expected in ((20, ["CHATHISTORY LATEST #tea * 20"]), (0, [])):
        scene = new_scene(history=history)
        scene.connect()
        scene.told(f":s CAP * ACK :{CATCHING_UP}", ":s 001 ada :Welcome")
        assert scene.told(":ada!u@h JOIN #tea") == expected


def test_a_server_that_repeats_a_page_is_not_asked_for_ever() -> None:
    scene = Scene().enter(CATCHING_UP)
    scene.told("@msgid=1 :bob!u@h PRIVMSG #tea :text 1")
    come_back(scene)
    assert scene.told(*said(range(2, 5))) == ["CHATHISTORY AFTER #tea msgid=4 3"]
    assert scene.told(*said(range(2, 5))) == []
