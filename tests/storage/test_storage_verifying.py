"""Reading a whole log: whatever was changed in it, by accident or on purpose, the first thing wrong is named."""

from __future__ import annotations

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import EVENTS
from storage_facts import ALICE, CAKE, TEA, said, topic

from chatroom.core import events as ev
from chatroom.core.events import Record
from chatroom.storage.history import History
from chatroom.storage.retention import Limits, step
from chatroom.storage.verifying import Contents, VerifyError, contents, verify

LINES = 40


@pytest.fixture
def log(history, path):
    """A log with a bit of everything, closed; opened by another."""
    history.append(Record(1, 1000, ev.Opened(ALICE, TEA), (TEA,)))
    history.append(topic(2, "Leaves"))
    for number in range(3, LINES):
        history.append(said(number))
    history.append(Record(LINES, LINES * 1000, ev.Quit(ALICE, "bye"), (TEA, CAKE)))
    history.close()
    opened = apsw.Connection(str(path))
    yield opened
    opened.close()


def test_a_whole_log_is_whole(log):
    assert verify(log) == contents(log)
    assert verify(log)[:2] == (LINES, LINES)


def test_an_empty_log_is_whole(history):
    assert verify(history.database) == Contents(0, 0, "0" * 32)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("UPDATE events SET body = replace(body, '9', '8') WHERE number = 9", "event 9 is not what was written"),
        ("UPDATE events SET time = time + 1 WHERE number = 9", "event 9 is not what was written"),
        ("UPDATE events SET kind = 'told' WHERE number = 9", "event 9 is not what was written"),
        ("UPDATE events SET places = '#cake' WHERE number = 9", "event 9 is not what was written"),
        ("UPDATE events SET digest = x'00' WHERE number = 9", "event 9 is not what was written"),
        ("UPDATE events SET time = 1 WHERE number > 8", "event 9 is earlier than the one before it"),
        ("DELETE FROM events WHERE number = 9", "event 9 is missing; event 10 follows event 8"),
        ("DELETE FROM events WHERE number = 1", "event 1 is missing; event 2 follows event 0"),
        (f"DELETE FROM events WHERE number = {LINES}", f"event {LINES} is missing; the log ended with event {LINES}"),
        (f"UPDATE events SET number = 99 WHERE number = {LINES}", f"event {LINES} is missing; event 99 follows"),
        ("UPDATE events SET kind = 'erased', digest = x'00' WHERE number = 9", "the running hash after event 40"),
        ("UPDATE facts SET value = '40 00' WHERE name = 'head'", "the running hash after event 40 is not the one"),
        ("UPDATE facts SET value = 'tea' WHERE name = 'head'", "the running hash (head) can't be read"),
        ("UPDATE shaping SET number = 99 WHERE slot = 'topic'", "event 99, which shapes a room, is missing"),
        ("DELETE FROM places WHERE number = 9", "the list of what belongs to the history of which room"),
        ("UPDATE places SET place = '#cake' WHERE number = 9", "the list of what belongs to the history of which room"),
    ],
)
def test_what_is_wrong_is_named(log, change, complaint):
    log.execute(change)
    with pytest.raises(VerifyError) as found:
        verify(log)
    assert str(found.value).startswith(complaint)


def test_the_first_thing_wrong_is_named(log):
    log.execute("UPDATE events SET body = '{}' WHERE number IN (30, 7, 12)")
    with pytest.raises(VerifyError, match=r"^event 7 "):
        verify(log)


def test_words_taken_back_leave_the_log_whole(history):
    history.append(said(1, "secret"))
    history.append(said(2))
    history.commit()
    before = history.head
    history.erase(1)
    history.commit()
    assert history.head == before
    assert verify(history.database).events == 2


def test_a_log_whose_start_is_gone_is_whole(history):
    history.append(Record(1, 1, ev.Opened(ALICE, TEA), (TEA,)))
    history.append(Record(2, 2, ev.TopicChanged(ALICE, TEA, "Leaves"), (TEA,)))
    for number in range(3, 300):
        history.append(said(number))
    history.commit()
    while step(history, Limits(bytes=1), 0):
        history.commit()
    history.commit()
    assert verify(history.database)[:2] == (3, 299)
    history.database.execute("INSERT INTO events VALUES (7, 7, 'erased', '', '{}', x'00')")
    with pytest.raises(VerifyError, match=r"^event 7 should be gone"):
        verify(history.database)


@given(st.lists(st.sampled_from([event for event in EVENTS if event.stored]), max_size=12), st.data())
def test_any_log_is_whole_and_without_any_one_event_it_is_not(tmp_path_factory, events, data):
    history = History(tmp_path_factory.mktemp("log") / "chatroom.db", "os")
    for number, event in enumerate(events, 1):
        history.append(Record(number, number, event, (TEA, CAKE)[: data.draw(st.integers(0, 2))]))
    history.commit()
    verify(history.database)
    if events:
        lost = data.draw(st.integers(1, len(events)))
        history.database.execute("DELETE FROM events WHERE number = ?", (lost,))
        with pytest.raises(VerifyError, match=f"^event {lost} is missing"):
            verify(history.database)
    history.database.close()
