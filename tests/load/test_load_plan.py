"""The plan adds up, and the marks come back out of any cutting of the stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.load.marks import LONGEST_MARK, LONGEST_TEXT, Marker
from chatroom.load.plan import Setup, Talk, base36, is_loopback, loopback_sources
from chatroom.wire import irc

plans = st.tuples(st.integers(2, 40), st.integers(1, 5), st.integers(1, 4), st.integers(1, 60)).filter(
    lambda plan: plan[0] >= 2 * plan[1] and plan[2] <= plan[0]
)


@given(plans, st.integers(1, 40))
def test_every_message_is_said_once_by_one_process(plan, talkers):
    clients, rooms, processes, messages = plan
    setup = Setup("127.0.0.1", 1, clients, rooms, "abcd", processes)
    talk = Talk("t", messages, min(talkers, clients), 100.0, 80, 0)
    turns = [turn for process in range(processes) for turn, _ in talk.turns(setup.of_process(process))]
    assert sorted(turns) == list(range(messages))


@given(plans, st.integers(1, 40))
def test_due_is_messages_times_the_other_members(plan, talkers):
    clients, rooms, _, messages = plan
    setup = Setup("127.0.0.1", 1, clients, rooms, "abcd")
    talk = Talk("t", messages, min(talkers, clients), 100.0, 80, 0)
    said = [client for _, client in talk.turns(range(clients))]
    members = {
        room: sum(setup.room_of(i) == room for i in range(clients)) for room in map(setup.room_of, range(clients))
    }
    expected = sum(members[setup.room_of(client)] - 1 for client in said)
    assert sum(said.count(talker) for i in range(clients) for talker in talk.heard_by(i, rooms)) == expected
    assert max(said.count(client) for client in said) <= talk.most_by_one()


def test_messages_are_due_at_the_rate():
    talk = Talk("t", 100, 1, 50.0, 80, 1000)
    assert (talk.due_ns(0), talk.due_ns(50)) == (1000, 1_000_001_000)
    assert Talk("t", 100, 1, 0, 80, 1000).due_ns(99) == 1000


def test_names_are_short_and_distinct():
    setup = Setup("127.0.0.1", 1, 5000, 3, "zzzz", sources=300)
    assert len({setup.nick(i) for i in range(5000)}) == 5000
    assert {len(setup.nick(i)) for i in range(5000)} == {9}
    assert len({setup.room_of(i) for i in range(5000)}) == 3
    assert setup.source_of(0) == "127.0.0.1"
    assert setup.source_of(299) == "127.0.1.44"
    assert Setup("127.0.0.1", 1, 2, 1, "abcd").source_of(1) is None


def test_base36():
    assert [base36(n, 2) for n in (0, 35, 36, 1295)] == ["00", "0z", "10", "zz"]


@pytest.mark.parametrize(
    ("address", "loopback", "sources"),
    [
        ("127.0.0.1", True, 20),
        ("127.9.9.9", True, 20),
        ("::1", True, 0),
        ("192.0.2.1", False, 0),
        ("fe80::1%lo", False, 0),
    ],
)
def test_addresses(address, loopback, sources):
    assert is_loopback(address) is loopback
    assert loopback_sources(address, 1000) == sources


@given(st.integers(LONGEST_MARK, LONGEST_TEXT), st.integers(0, 9_999_999), st.integers(0, 9_999_999_999_999))
def test_line_carries_its_mark_and_length(size, number, sent_us):
    marker = Marker("abcd.1", size)
    line = marker.line("#load-abcd-0", 4999, number, sent_us)
    assert marker.find(line) == [(b"4999", b"%d" % number, b"%d" % sent_us)]
    message = irc.parse(line.decode().removesuffix("\r\n"))
    assert len(message.param(1)) == size
    assert len(line) <= irc.MAX_LINE - 60  # room for the source that the server puts before it


def test_marks_of_another_round_are_not_found():
    line = Marker("abcd.1").line("#r", 1, 1, 1)
    assert Marker("abcd.2").find(line) == []
    assert Marker("abcdx1").find(line) == []
