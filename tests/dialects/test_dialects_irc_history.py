"""CHATHISTORY against a model: a list of what happened, cut by the rules of the specification."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from inside import StillHouse, Visitor

from chatroom.dialects.irc.caps import MAX_PAGE
from chatroom.dialects.irc.events import timestamp
from chatroom.dialects.irc.verbs.history import time_of

CAPABILITIES = ("batch", "server-time", "message-tags", "draft/chathistory", "echo-message")
ANY_TIME = "timestamp=2020-01-01T00:00:00.000Z timestamp=2100-01-01T00:00:00.000Z"
Line = tuple[int, int, str]  # number, time, and verb with text


class Reader:
    """Somebody in #tea, and all the lines that were told there, in order."""

    def __init__(self, folder: Path, *capabilities: str) -> None:
        self.house = StillHouse(folder)
        self.visitor = self.house.irc("alice", *CAPABILITIES, *capabilities)
        joined = self.visitor.says("JOIN #tea").hears()[0]
        self.log: list[Line] = [told(joined)]

    def does(self, line: str) -> None:
        self.visitor.says(line)
        self.log += [told(line) for line in self.visitor.hears()]

    def asks(self, line: str) -> list[Line]:
        first, *lines, last = self.visitor.says(f"CHATHISTORY {line}").hears()
        assert " BATCH +" in first
        assert " BATCH -" in last
        return [told(line) for line in lines]

    def name(self, line: Line, kind: str) -> str:
        return f"msgid={self.house.server.msgid(line[0])}" if kind == "msgid" else f"timestamp={timestamp(line[1])}"


def told(line: str) -> Line:
    """A line taken apart; the model need not know more of it."""
    found = re.match(r"@time=(\S+?);msgid=[0-9a-z]+-(\d+)\S* \S+ (.*)", line)
    assert found, line
    time = time_of(found[1])
    assert time is not None
    return int(found[2]), time, found[3]


@pytest.fixture(params=[(), ("draft/event-playback",)], ids=["talk", "events"])
def reader(request: pytest.FixtureRequest, tmp_path: Path):
    """Forty events, many in the same millisecond; `log` holds those that are played back."""
    reader = Reader(tmp_path, *request.param)
    chance = random.Random(7)
    for number in range(40):
        reader.house.time += chance.choice((0, 0, 1, 5))
        reader.does(chance.choice((f"PRIVMSG #tea :{number}", f"NOTICE #tea :{number}", f"TOPIC #tea :{number}")))
    if not request.param:
        reader.log = [line for line in reader.log if line[2].startswith(("PRIVMSG", "NOTICE"))]
    yield reader
    reader.house.history.close()


def before(log: Sequence[Line], line: Line, kind: str) -> list[Line]:
    return [other for other in log if (other[0] < line[0] if kind == "msgid" else other[1] < line[1])]


def after(log: Sequence[Line], line: Line, kind: str) -> list[Line]:
    return [other for other in log if (other[0] > line[0] if kind == "msgid" else other[1] > line[1])]


@pytest.mark.parametrize("kind", ["msgid", "timestamp"])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_before_after_and_latest_are_exact(reader: Reader, kind: str, limit: int) -> None:
    for line in reader.log:
        name = reader.name(line, kind)
        assert reader.asks(f"BEFORE #tea {name} {limit}") == before(reader.log, line, kind)[-limit:]
        assert reader.asks(f"AFTER #tea {name} {limit}") == after(reader.log, line, kind)[:limit]
        assert reader.asks(f"LATEST #tea {name} {limit}") == after(reader.log, line, kind)[-limit:]
    assert reader.asks(f"LATEST #tea * {limit}") == reader.log[-limit:]


@pytest.mark.parametrize("kind", ["msgid", "timestamp"])
@pytest.mark.parametrize("limit", [2, 100])
def test_between_goes_both_ways(reader: Reader, kind: str, limit: int) -> None:
    for one, other in zip(reader.log, reader.log[::-3], strict=False):
        first, last = sorted((one, other))
        inside = [line for line in after(reader.log, first, kind) if line in before(reader.log, last, kind)]
        forth = reader.asks(f"BETWEEN #tea {reader.name(first, kind)} {reader.name(last, kind)} {limit}")
        back = reader.asks(f"BETWEEN #tea {reader.name(last, kind)} {reader.name(first, kind)} {limit}")
        assert forth == inside[:limit]
        assert back == inside[-limit:]


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 100])
def test_around_is_as_full_as_can_be(reader: Reader, limit: int) -> None:
    for index, line in enumerate(reader.log):
        found = reader.asks(f"AROUND #tea {reader.name(line, 'msgid')} {limit}")
        start = reader.log.index(found[0])
        assert found == reader.log[start : start + len(found)]
        assert len(found) == min(limit, len(reader.log))
        assert line in found
        assert abs(len(found) // 2 - (index - start)) <= 1 or start == 0 or found[-1] == reader.log[-1]


@pytest.mark.parametrize("limit", [1, 7])
def test_paging_by_msgid_meets_every_line_once(reader: Reader, limit: int) -> None:
    found = page = reader.asks(f"LATEST #tea * {limit}")
    while page:
        page = reader.asks(f"BEFORE #tea {reader.name(found[0], 'msgid')} {limit}")
        found = page + found
    assert found == reader.log


def test_a_page_has_its_most(reader: Reader) -> None:
    for number in range(MAX_PAGE + 5):
        reader.does(f"PRIVMSG #tea :{number}")
    assert reader.asks("LATEST #tea * 99999") == reader.log[-MAX_PAGE:]


def test_what_was_just_said_is_in_a_page_of_the_same_packet(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    now = timestamp(reader.house.time)
    lines = f"PRIVMSG #tea :one\nCHATHISTORY AFTER #tea timestamp={now} 9\nCHATHISTORY LATEST #tea * 9\n"
    heard = reader.visitor.sends(lines.encode()).hears()
    assert [line.partition(" PRIVMSG ")[2] for line in heard if " PRIVMSG " in line] == ["#tea :one", "#tea :one"]
    reader.house.history.close()


def test_a_page_costs_what_it_is(reader: Reader) -> None:
    reader.asks("LATEST #tea * 1")
    small = reader.visitor.dialect.cost
    for number in range(MAX_PAGE):
        reader.does(f"PRIVMSG #tea :{number}")
    reader.asks("LATEST #tea * 500")
    assert 1 < small < reader.visitor.dialect.cost < 5


def test_those_who_come_after_a_private_room_closed_read_nothing_of_it(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.visitor.says("MODE #tea +i", "PRIVMSG #tea :secret")
    secret = reader.house.server.msgid(reader.house.chat.number)
    reader.visitor.says("PART #tea", "JOIN #tea", "PRIVMSG #tea :open").forgets()
    assert [text for _, _, text in reader.asks("LATEST #tea * 10")] == ["PRIVMSG #tea :open"]
    assert reader.asks(f"BEFORE #tea msgid={reader.house.server.msgid(reader.house.chat.number)} 10") == []
    assert [text for _, _, text in reader.asks(f"AROUND #tea msgid={secret} 10")] == ["PRIVMSG #tea :open"]
    [fail] = reader.visitor.says(f"REDACT #tea {secret}").hears()
    assert f"FAIL REDACT UNKNOWN_MSGID #tea {secret}" in fail
    reader.house.history.close()


def _targets(visitor: Visitor, bounds: str = ANY_TIME, limit: int = 10) -> list[str]:
    lines = visitor.says(f"CHATHISTORY TARGETS {bounds} {limit}").hears()
    return [line.split()[4] for line in lines if " TARGETS " in line]


def test_targets_go_both_ways(tmp_path: Path) -> None:
    house = StillHouse(tmp_path)
    alice = house.irc("alice", *CAPABILITIES)
    rooms = ["#one", "#two", "#three"]
    for room in rooms:
        house.time += 1000
        alice.says(f"JOIN {room}", f"PRIVMSG {room} :hello")
    alice.says("JOIN #silent").forgets()
    first, last = ANY_TIME.split()
    middle = f"timestamp={timestamp(house.time - 1000)}"
    assert _targets(alice) == rooms
    assert _targets(alice, limit=2) == rooms[:2]
    assert _targets(alice, f"{last} {first}", 2) == rooms[1:]
    assert _targets(alice, f"{first} {middle}") == rooms[:1]
    assert _targets(alice, f"{middle} {last}") == rooms[2:]
    house.history.close()


@pytest.mark.parametrize(
    ("word", "time"),
    [
        ("1970-01-01T00:00:00.000Z", 0),
        ("1970-01-01T00:00:01Z", 1000),
        ("1970-01-01T00:00:01.5Z", 1500),
        ("1970-01-01T00:00:01.123456Z", 1123),
        ("1969-12-31T23:59:59.999Z", 0),
        ("2026-11-22T12:00:00.007Z", 1795348800007),
        ("9999-12-31T23:59:59.999Z", 253402300799999),
    ],
)
def test_a_time(word: str, time: int) -> None:
    assert time_of(word) == time


@pytest.mark.parametrize(
    "word",
    [
        *("", "*", "0", "yesterday", "2026-11-22", "2026-11-22T12:00:00.000", "2026-11-22 12:00:00.000Z"),
        *("2026-02-30T12:00:00.000Z", "2026-11-22T24:00:00.000Z", "2026-11-22T12:00:60.000Z", "0000-01-01T00:00:00Z"),
        *("2026-11-22T12:00:00.Z", "٢٠٢٦-11-22T12:00:00.000Z", "2026-11-22T12:00:00.000+00:00"),
    ],
)
def test_no_time(word: str) -> None:
    assert time_of(word) is None
