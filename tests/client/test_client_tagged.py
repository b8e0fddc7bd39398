"""Messages of several lines, answers, reactions, who is typing, and what is taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from client_scene import NOON, Scene
from hypothesis import given
from hypothesis import strategies as st

from chatroom.client import tagged
from chatroom.client.commands import typed
from chatroom.client.multiline import divided
from chatroom.client.render import View, plain, render

CAPABILITIES = "echo-message labeled-response message-tags server-time batch draft/multiline"
LIMITS = "max-bytes=60,max-lines=4"


def multiline_scene(scene: Scene) -> Scene:
    scene.enter(CAPABILITIES).session.offered["draft/multiline"] = LIMITS
    return scene


@pytest.fixture
def tags(new_scene: Callable[..., Scene]) -> Scene:
    return multiline_scene(new_scene())


def test_a_paste_is_one_message_of_several_lines(tags: Scene) -> None:
    typed(tags.session, "one\n  two\n\nthree")
    first, *lines = tags.sent()
    assert "BATCH +" in first
    reference = first.partition("BATCH +")[2].split()[0]
    assert first.endswith(f"BATCH +{reference} draft/multiline #tea")
    said = [line.partition("PRIVMSG #tea ")[2].removeprefix(":") for line in lines if "PRIVMSG" in line]
    assert said == ["one", "  two", "", "three"]
    assert f"BATCH -{reference}" in lines


def test_limits_of_the_server_divide_it(tags: Scene) -> None:
    typed(tags.session, "\n".join(f"line {number}" for number in range(7)))
    assert sum(" BATCH +" in line for line in tags.sent()) == 2
    assert [message.text.count("\n") for message in tags.session.outbox.unconfirmed] == [3, 2]


@given(st.text(alphabet="ab é\n", max_size=300))
def test_nothing_is_lost_in_dividing(text: str) -> None:
    scene = multiline_scene(Scene())
    messages = list(divided(scene.session, text, 40))
    assert "".join("".join(messages).split()) == "".join(text.split())
    assert all(len(message.encode()) <= 60 and message.count("\n") < 4 for message in messages)


def test_a_batch_comes_as_one_event(tags: Scene) -> None:
    batch = "@batch=r :bob!u@h PRIVMSG #tea :"
    tags.told("@msgid=x :bob!u@h BATCH +r draft/multiline #tea", f"{batch}one", f"{batch}two")
    tags.told("@batch=r;draft/multiline-concat :bob!u@h PRIVMSG #tea : and a half")
    assert tags.events() == []
    tags.told(":bob!u@h BATCH -r")
    [event] = tags.events()
    assert (event.text, event.msgid) == ("one\ntwo and a half", "x")
    assert plain(render(event, View("#tea", NOON))) == "12:00 bob: one / two and a half"


def test_an_answer_names_whom_it_is_for(tags: Scene) -> None:
    tags.told("@msgid=q :bob!u@h PRIVMSG #tea :tea?", "@+draft/reply=q :carol!u@h PRIVMSG #tea yes")
    assert plain(render(tags.events()[-1], View("#tea", NOON))) == "12:00 carol (to bob): yes"
    typed(tags.session, "/answer bob no")
    assert tags.sent() == ["@label=m1;+draft/reply=q PRIVMSG #tea no"]


def test_reactions_are_told_and_sent(tags: Scene) -> None:
    tags.told("@msgid=q :bob!u@h PRIVMSG #tea :tea?", "@+draft/reply=q;+draft/react=👍 :carol!u@h TAGMSG #tea")
    assert plain(render(tags.events()[-1], View("#tea", NOON))) == "12:00 -- carol reacts with 👍 to what bob said"
    typed(tags.session, "/react 🎉 bob")
    assert tags.sent() == ["@+draft/react=🎉;+draft/reply=q TAGMSG #tea"]
    typed(tags.session, "/react 🎉 nobody")
    assert tags.events()[-1].type == "error"


def test_who_types_is_known_until_they_stop(tags: Scene) -> None:
    session = tags.session
    tags.told("@+typing=active :bob!u@h TAGMSG #tea", "@+typing=active :carol!u@h TAGMSG #tea")
    assert tagged.who_types(session, "#tea") == ["bob", "carol"]
    tags.told("@+typing=done :bob!u@h TAGMSG #tea")
    assert tagged.who_types(session, "#tea") == ["carol"]
    session.clock = lambda: NOON + timedelta(seconds=7)
    assert tagged.who_types(session, "#tea") == []
    assert tags.events() == []


def test_one_tells_of_ones_own_typing_not_too_often(tags: Scene) -> None:
    session = tags.session
    session.tells_typing = True
    for state in ("active", "active", "done", "done"):
        tagged.tell_typing(session, state)
    assert tags.sent() == ["@+typing=active TAGMSG #tea", "@+typing=done TAGMSG #tea"]


def test_what_is_taken_back_is_told(tags: Scene) -> None:
    tags.told("@msgid=q :bob!u@h PRIVMSG #tea :oops", ":bob!u@h REDACT #tea q :wrong room")
    assert plain(render(tags.events()[-1], View("#tea", NOON))) == "12:00 -- bob takes back a message (wrong room)"
