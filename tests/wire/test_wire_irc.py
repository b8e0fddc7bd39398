"""The grammar of IRC: reading forgives, writing is careful."""

from __future__ import annotations

import pytest
from feeding import FEEDINGS, corpus
from hypothesis import given
from hypothesis import strategies as st

from chatroom.wire.irc import (
    MAX_CLIENT_TAGS,
    MAX_LINE,
    MAX_PARAMS,
    MAX_RECEIVED,
    Message,
    client_tags,
    fits,
    format_line,
    format_tags,
    parse,
    parse_tags,
    split_text,
)
from chatroom.wire.lines import LineReader

CASES = corpus("irc")["case"]
anything = st.text(max_size=30)
words = st.text(st.characters(exclude_characters="\r\n\0 ", exclude_categories=["Cs"]), min_size=1, max_size=20)
verbs = st.sampled_from(["PRIVMSG", "001", "MODE"])
tag_names = st.text("abcXYZ+/-.", min_size=1, max_size=8)


def expected(case) -> Message | None:
    if "verb" not in case:
        return None
    return Message(case["verb"], tuple(case.get("params", ())), case.get("source", ""), case.get("tags", {}))


@pytest.mark.parametrize("feed", FEEDINGS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["line"] or "(empty)")
def test_parse(case, feed) -> None:
    reader = LineReader(MAX_RECEIVED)
    data = f"{case['line']}\r\nPING tail\r\n".encode()
    lines = [line.decode() for packet in feed(data) for line in reader.receive_data(packet)]
    assert [parse(line) for line in lines] == [expected(case), Message("PING", ("tail",))]


@given(st.text(max_size=100))
def test_parse_takes_any_text(line: str) -> None:
    message = parse(line)
    if message is not None:
        assert message.verb
        assert message.verb == message.verb.upper()
        assert len(message.params) <= MAX_PARAMS


@given(verb=verbs, params=st.lists(anything, max_size=MAX_PARAMS), tags=st.dictionaries(tag_names, anything))
def test_what_is_written_is_one_line_with_as_many_parameters(verb, params, tags) -> None:
    line = format_line(verb, *params, source="alice!a@host", tags=tags)
    assert not set(line) & set("\r\n\0")
    message = parse(line)
    assert message is not None
    assert (message.verb, message.source) == (verb, "alice!a@host")
    assert len(message.params) == len(params)


@given(verb=verbs, middle=st.lists(words, max_size=MAX_PARAMS - 1), last=anything)
def test_what_can_be_written_is_read_back_as_itself(verb, middle, last) -> None:
    clean = [word for word in middle if not word.startswith(":")]
    message = parse(format_line(verb, *clean, last))
    assert message == Message(verb, (*clean, last.translate({13: " ", 10: " ", 0: None})))


@given(st.dictionaries(tag_names, anything))
def test_tags_are_read_back_as_themselves(tags: dict[str, str]) -> None:
    kept = {name: value.replace("\0", "") for name, value in tags.items()}
    assert parse_tags(format_tags(tags)[1:-1]) == kept


def test_a_parameter_that_would_break_the_line_is_mended() -> None:
    assert format_line("MODE", "a b", ":c", "", "d") == "MODE a_b _:c * d"
    assert format_line("X", "a\r\nQUIT") == "X :a  QUIT"
    assert format_line("X", "") == "X :"


@given(text=st.text(max_size=300), limit=st.integers(-9, 60))
def test_pieces_are_within_the_limit_and_lose_nothing_but_spaces(text: str, limit: int) -> None:
    pieces = split_text(text, limit)
    assert all(len(piece.encode()) <= max(limit, 4) for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")


def test_pieces_are_cut_at_spaces_and_never_inside_a_character() -> None:
    assert split_text("one two three", 8) == ["one two ", "three"]
    assert split_text("ööööö", 5) == ["öö", "öö", "ö"]
    assert split_text("short", 8) == ["short"]
    assert split_text("", 8) == [""]


@pytest.mark.parametrize(
    ("raw", "passed_on"),
    [
        ("", ()),
        ("label=1;time=now;msgid=1-1;batch=b", ()),
        ("+typing=active;account=root", (("+typing", "active"),)),
        ("+example.org/a-b1=x;+draft/reply=1-2", (("+example.org/a-b1", "x"), ("+draft/reply", "1-2"))),
        ("+;+=x;+a/b/c;+ä;+a_b;++a;+a+b;+/a", ()),
        ("+a=1;+a=2;+b", (("+a", "2"), ("+b", ""))),
    ],
)
def test_clients_pass_on_what_begins_with_plus_and_is_a_name(raw: str, passed_on: tuple[tuple[str, str], ...]) -> None:
    assert client_tags(parse_tags(raw)) == passed_on


@given(value=st.text(st.characters(exclude_characters="; \r\n\0", exclude_categories=["Cs"])))
def test_the_value_of_a_tag_never_grows_on_its_way(value: str) -> None:
    told = format_tags(dict(client_tags(parse_tags(f"+a={value}"))))
    assert len(told.encode()) <= len(f"@+a={value} ".encode())


def test_the_tags_and_the_rest_have_a_limit_each() -> None:
    tags, rest = "a" * MAX_CLIENT_TAGS, "b" * MAX_LINE
    assert fits(rest.encode())
    assert fits(f"@{tags} {rest}".encode())
    assert len(f"@{tags} {rest}") == MAX_RECEIVED
    assert not fits(f"{rest}b".encode())
    assert not fits(f"@{tags}a PING".encode())
    assert not fits(f"@a {rest}b".encode())
