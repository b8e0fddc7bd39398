"""What is older than the log keeps goes, in small steps; what shapes rooms stays, and the file really shrinks."""

from __future__ import annotations

import shutil

import apsw
import pytest
from disks import another_writer, on_disk
from storage_facts import ALICE, TEA, fill, numbers, said, topic

from chatroom.core import events as ev
from chatroom.core.events import Record
from chatroom.storage import searching
from chatroom.storage.chain import START
from chatroom.storage.retention import BATCH, DAY, Limits, step, used

LINES = 3 * BATCH
NOW = 10 * DAY


def retain(history, limits: Limits, now: int = NOW) -> int:
    """Step by step to the end; how many steps that took."""
    steps = 1
    while step(history, limits, now):
        history.commit()
        steps += 1
    history.commit()
    return steps


def append_days(history, days: int, per_day: int) -> None:
    """`per_day` lines on each day, the first on day 0."""
    for number in range(1, days * per_day + 1):
        history.append(said(number, time=(number - 1) // per_day * DAY + number))
    history.commit()


def test_events_older_than_the_days_go(history, path):
    append_days(history, 10, 20)
    retain(history, Limits(days=3), 10 * DAY)
    assert on_disk(path) == list(range(141, 201))
    assert numbers(history.page([TEA], limit=999)) == list(range(141, 201))


def test_nothing_goes_without_a_limit(history, path):
    append_days(history, 10, 5)
    assert retain(history, Limits()) == 1
    assert len(on_disk(path)) == 50


def test_it_goes_in_small_steps(history):
    append_days(history, 10, BATCH)
    assert retain(history, Limits(days=5)) >= 5


def test_what_goes_is_not_found_any_more(history):
    append_days(history, 10, 20)
    while history.index():
        pass
    retain(history, Limits(days=3))
    assert history.search({TEA: 0}, "line 7", limit=9) == []
    assert numbers(history.search({TEA: 0}, "line 150", limit=9)) == [150]


def test_the_search_index_goes_in_whole_parts(history, monkeypatch):
    monkeypatch.setattr(searching, "SPAN", 50)
    append_days(history, 10, 20)
    while history.index():
        pass
    retain(history, Limits(days=3))
    assert searching.parts(history.database) == ["words_4", "words_3", "words_2"]


def test_what_shapes_the_rooms_stays_and_goes_when_it_no_longer_does(history, path):
    history.append(Record(1, 1, ev.Opened(ALICE, TEA), (TEA,)))
    history.append(topic(2, "Leaves"))
    fill(history, range(3, 20))
    history.append(said(20, time=NOW))
    history.commit()
    retain(history, Limits(days=3))
    assert on_disk(path) == [1, 2, 20]
    assert numbers(history.lasting()) == [1, 2]
    history.append(topic(21, "Bags"))
    history.append(said(22, time=NOW))
    history.commit()
    assert on_disk(path) == [1, 20, 21, 22]


def test_numbers_and_times_go_on_after_everything_is_old(history, new_history):
    fill(history, range(1, 100))
    retain(history, Limits(days=1))
    assert history.last() == (99, 99_000)
    history.close()
    assert new_history().last() == (99, 99_000)


def test_the_running_hash_goes_on_and_that_of_what_is_gone_is_kept(history, new_history):
    append_days(history, 10, 20)
    link = START
    for number, digest in history.database.execute("SELECT number, digest FROM events WHERE number <= 140").fetchall():
        link = link.after(number, digest)
    head = history.head
    retain(history, Limits(days=3))
    history.close()
    again = new_history()
    assert (again.base, again.head) == (link, head)


def test_the_file_shrinks(history, path):
    fill(history, range(1, 6001), size=1000)
    before = used(history)
    retain(history, Limits(bytes=before // 4))
    assert used(history) <= before // 4
    history.checkpoint()
    history.close()
    assert path.stat().st_size < before // 2


def test_what_the_limit_of_bytes_leaves_is_the_newest(history, path):
    fill(history, range(1, 2001), size=500)
    retain(history, Limits(bytes=used(history) // 2))
    left = on_disk(path)
    assert left == list(range(left[0], 2001))
    assert len(left) > 500


def test_a_limit_smaller_than_an_empty_log_leaves_the_newest_event(history, path):
    fill(history, range(1, 300))
    retain(history, Limits(bytes=1))
    assert on_disk(path) == [299]


def test_a_disk_that_refuses_loses_nothing(history, path):
    append_days(history, 10, 20)
    with another_writer(path), pytest.raises(apsw.Error):
        step(history, Limits(days=3), NOW)
    assert len(on_disk(path)) == 200
    retain(history, Limits(days=3))
    assert len(on_disk(path)) == 60


def test_what_was_not_committed_when_the_server_was_killed_is_done_again(history, path, tmp_path, new_history):
    append_days(history, 10, 20)
    step(history, Limits(days=3), NOW)
    copy = tmp_path / "after a kill" / path.name
    shutil.copytree(path.parent, copy.parent, ignore=shutil.ignore_patterns(copy.parent.name, "*-shm"))
    assert len(on_disk(copy)) == 200
