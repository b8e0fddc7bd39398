"""The label is on exactly one logical message, whatever was written."""

from __future__ import annotations

import pytest

from chatroom.dialects.irc.answer import Answer
from chatroom.wire.irc import parse


def answered(*lines: str) -> list[str]:
    answer = Answer("x y")
    for line in lines:
        answer.add(f"{line}\r\n".encode())
    answer.add_behind(b":alice PRIVMSG alice :behind\r\n")
    *told, behind = answer.finished("here", lambda: "b1").decode().split("\r\n")[:-1]
    assert behind == ":alice PRIVMSG alice :behind"
    return told


def test_nothing_is_acknowledged() -> None:
    assert answered() == ["@label=x\\sy :here ACK"]


@pytest.mark.parametrize("line", [":here PONG x", "PONG x", "@time=now :here PONG x", ":a PRIVMSG b :BATCH +b"])
def test_the_only_line_has_the_label(line: str) -> None:
    [told] = map(parse, answered(line))
    plain = parse(line)
    assert told is not None
    assert plain is not None
    assert told.tags == {"label": "x y", **plain.tags}
    assert (told.source, told.verb, told.params) == (plain.source, plain.verb, plain.params)


def test_several_lines_are_a_batch() -> None:
    assert answered(":here 1 a", "@time=now :here 2 b") == [
        "@label=x\\sy :here BATCH +b1 labeled-response",
        "@batch=b1 :here 1 a",
        "@batch=b1;time=now :here 2 b",
        ":here BATCH -b1",
    ]


def test_a_batch_is_labelled_as_it_is() -> None:
    lines = ["@time=now :a BATCH +m1 draft/multiline #tea", "@batch=m1 :a PRIVMSG #tea :x", ":a BATCH -m1"]
    assert answered(*lines) == ["@label=x\\sy;time=now :a BATCH +m1 draft/multiline #tea", *lines[1:]]


def test_a_batch_among_other_lines_lies_within_another() -> None:
    lines = [":here 1 a", ":here BATCH +m1 chathistory #tea", "@batch=m1 :a PRIVMSG #tea :x", ":here BATCH -m1"]
    assert answered(*lines)[2:-1] == ["@batch=b1 " + lines[1], lines[2], "@batch=b1 " + lines[3]]


def test_what_only_looks_like_a_batch_is_none() -> None:
    lines = [":a PRIVMSG b :BATCH +1", ":a PRIVMSG b :x BATCH -1"]
    assert answered(*lines)[0] == "@label=x\\sy :here BATCH +b1 labeled-response"
    assert len(answered(":here BATCH", ":here BATCH")) == 4
