"""A message of several lines arrives as it was sent: whole, or line by line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inside import StillHouse, Visitor

from chatroom.dialects.irc.caps import MAX_BYTES, MAX_LINES
from chatroom.wire.irc import MAX_LINE, Message, parse

WHOLE = ("batch", "draft/multiline", "message-tags")
text = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=90)
lines = st.lists(st.tuples(text, st.booleans()), min_size=1, max_size=MAX_LINES)


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    house = StillHouse(tmp_path_factory.mktemp("house"))
    yield [house.irc("alice", *WHOLE), house.irc("bob", *WHOLE), house.irc("carol"), house.plain("dave")]
    house.history.close()


def sends(alice: Visitor, target: str, sent: list[tuple[str, bool]]) -> list[str]:
    """Send it; what `alice` is told."""
    alice.says(f"BATCH +1 draft/multiline {target}")
    for line, is_joined in sent:
        concat = ";draft/multiline-concat" if is_joined else ""
        alice.says(f"@batch=1{concat} PRIVMSG {target} :{line}")
    return alice.says("BATCH -1").hears()


def joined(messages: list[Message]) -> str:
    """The text of a batch, put together as the specification says."""
    first, *others = messages
    return first.params[1] + "".join(
        ("" if "draft/multiline-concat" in one.tags else "\n") + one.params[1] for one in others
    )


def heard(visitor: Visitor) -> list[Message]:
    told = visitor.hears()
    assert all(len(line.split(" ", 1)[1 if line.startswith("@") else 0].encode()) <= MAX_LINE for line in told)
    return [message for message in map(parse, told) if message]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(sent=lines)
def test_it_arrives_as_it_was_sent(people, sent: list[tuple[str, bool]]) -> None:
    alice, bob, carol, dave = people
    sent = [(line, is_joined and bool(line) and index > 0) for index, (line, is_joined) in enumerate(sent)]
    meant = "".join(("" if is_joined or not index else "\n") + line for index, (line, is_joined) in enumerate(sent))
    if not meant.strip("\n") or meant.startswith("\x01"):
        return
    if len(meant.encode()) > MAX_BYTES:
        assert "MULTILINE_MAX_BYTES" in sends(alice, "bob", sent)[0]
        return
    for target, hearer in (("bob", bob), ("carol", carol), ("dave", dave)):
        assert sends(alice, target, sent) == []
        if hearer is bob:
            messages = heard(hearer)
            assert joined(messages if len(messages) == 1 else messages[1:-1]) == meant
        elif hearer is carol:
            assert [message.params[1] for message in heard(hearer)] == [line for line, _ in sent if line]
        else:
            shown = hearer.hears()
            assert len(shown) == 1 + meant.count("\n")
            assert shown[0].startswith("(private) alice to dave: ")
            assert all(line.startswith("  | ") for line in shown[1:])


def test_all_the_lines_there_may_be(people) -> None:
    alice, bob, *_ = people
    assert sends(alice, "bob", [("x", False)] * MAX_LINES) == []
    assert len(heard(bob)) == MAX_LINES + 2
    [told] = sends(alice, "bob", [("x", False)] * (MAX_LINES + 9))
    assert told.startswith(f":chat.example.net FAIL BATCH MULTILINE_MAX_LINES {MAX_LINES} :")
    assert heard(bob) == []


def test_all_the_bytes_there_may_be(people) -> None:
    alice, bob, *_ = people
    sent = [("ä" * 127 + "x", False)] * 16
    assert sends(alice, "bob", sent) == []
    assert len(joined(heard(bob)[1:-1]).encode()) == MAX_BYTES - 1
    [told] = sends(alice, "bob", [*sent, ("xx", True)])
    assert told.startswith(f":chat.example.net FAIL BATCH MULTILINE_MAX_BYTES {MAX_BYTES} :")
    assert heard(bob) == []


def test_a_batch_costs_no_more_than_it_is(people) -> None:
    alice, *_ = people
    alice.says("BATCH +1 draft/multiline bob")
    costs = []
    for _ in range(MAX_LINES + 2):
        alice.says("@batch=1 PRIVMSG bob :x")
        costs.append(alice.dialect.cost)
    assert costs == [0.25] * (MAX_LINES + 1) + [1.0]
    alice.says("BATCH -1").forgets()


def test_it_is_in_the_log_as_one(tmp_path: Path) -> None:
    house = StillHouse(tmp_path)
    alice, bob = house.irc("alice", *WHOLE), house.irc("bob", "batch", "server-time", *WHOLE)
    alice.says("JOIN #tea")
    sends(alice, "#tea", [("one", False), ("two ", False), ("three", True)])
    [record] = house.history.page(["#tea"], limit=9)
    assert (record.event.text, record.event.cuts) == ("one\ntwo three", (8,))
    told = [parse(line) for line in bob.says("JOIN #tea").hears()]
    kinds = [(message.verb, message.params[1:2], dict(message.tags)) for message in told if "batch" in message.tags]
    inner, outer = kinds[1][2]["batch"], kinds[0][2]["batch"]
    assert [verb for verb, _, _ in kinds] == ["BATCH", "PRIVMSG", "PRIVMSG", "PRIVMSG", "BATCH"]
    assert [tags["batch"] for _, _, tags in kinds] == [outer, inner, inner, inner, outer]
    assert inner != outer
    house.history.close()
