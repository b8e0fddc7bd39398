"""The log: what is appended is seen at once, kept for good, and never lost to a disk that refuses."""

from __future__ import annotations

import shutil

import apsw
import pytest
from disks import another_writer, full_disk, on_disk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import EVENTS
from storage_facts import ALICE, BOB, CAKE, TEA, fill, numbers, said, texts, topic

from chatroom.core import events as ev
from chatroom.core.events import Change, Record
from chatroom.storage import pages, searching
from chatroom.storage.history import INDEX_BATCH, History, HistoryError

EVERY_KIND = [event for event in EVENTS if event.stored]


# ---- appending and committing


def test_a_new_log_is_empty(history):
    assert history.last() == (0, 0)
    assert history.page([TEA], limit=10) == []
    assert list(history.lasting()) == []


def test_what_is_appended_is_on_disk_after_the_commit_and_not_before(history, path):
    history.append(said(1))
    assert on_disk(path) == []
    history.commit()
    assert on_disk(path) == [1]


def test_a_commit_of_nothing_does_nothing(history, path):
    history.commit()
    history.commit()
    assert on_disk(path) == []


def test_close_commits_what_is_pending(history, path):
    history.append(said(1))
    history.close()
    assert on_disk(path) == [1]


def test_every_kind_of_event_comes_back_as_it_was(history, new_history):
    records = [Record(n, n * 1000, event, (TEA,)) for n, event in enumerate(EVERY_KIND, 1)]
    for record in records:
        history.append(record)
    history.close()
    erased = {record.event.erases for record in records}
    left = [record for record in records if record.number not in erased]
    assert new_history().page([TEA], limit=100, kinds=tuple(ev.KINDS)) == left


@given(st.text())
def test_any_text_comes_back_as_it_was(tmp_path_factory, text):
    history = History(tmp_path_factory.mktemp("log") / "chatroom.db", "os")
    history.append(Record(1, 1, ev.Said(ALICE, TEA, text), (TEA,)))
    history.commit()
    assert texts(history.page([TEA], limit=1)) == [text]
    history.close()


@pytest.mark.parametrize(("durability", "synchronous"), [("fsync", 2), ("os", 1)])
def test_durability(new_history, path, durability, synchronous):
    """SQLite syncs its journal at each commit when `synchronous` is FULL (2), and only checkpoints when NORMAL (1)."""
    history = new_history(durability)
    assert history.database.pragma("synchronous") == synchronous
    assert history.database.pragma("journal_mode") == "wal"
    fill(history, range(1, 4))
    assert on_disk(path) == [1, 2, 3]


# ---- reading pages


def test_pages_hold_the_newest_lines_oldest_first(history):
    fill(history, range(1, 11))
    assert numbers(history.page([TEA], limit=3)) == [8, 9, 10]


def test_pages_from_the_beginning(history):
    fill(history, range(1, 11))
    assert numbers(history.page([TEA], limit=3, oldest=True)) == [1, 2, 3]


def test_both_bounds_are_excluded(history):
    fill(history, range(1, 11))
    assert numbers(history.page([TEA], limit=100, after=3, before=7)) == [4, 5, 6]
    assert numbers(history.page([TEA], limit=2, after=3, before=7)) == [5, 6]
    assert numbers(history.page([TEA], limit=2, after=3, before=7, oldest=True)) == [4, 5]


def test_a_page_of_several_places_is_in_the_order_of_the_log(history):
    for record in (said(1, room=TEA), said(2, room=CAKE), said(3, room="#milk"), said(4, room=TEA)):
        history.append(record)
    assert numbers(history.page([CAKE, TEA], limit=100)) == [1, 2, 4]
    assert [record.places for record in history.page([CAKE], limit=1)] == [(CAKE,)]


def test_a_page_holds_what_was_said_unless_other_kinds_are_asked_for(history):
    history.append(topic(1, "leaves"))
    history.append(said(2))
    assert numbers(history.page([TEA], limit=100)) == [2]
    assert numbers(history.page([TEA], limit=100, kinds=("topic", "said"))) == [1, 2]


def test_an_event_of_several_places_is_in_the_history_of_each(history):
    history.append(Record(1, 1000, ev.Quit(ALICE, "bye"), (TEA, CAKE)))
    for place in (TEA, CAKE):
        assert numbers(history.page([place], limit=10, kinds=("quit",))) == [1]


def test_a_page_from_a_time_on(history):
    fill(history, range(1, 6))
    assert numbers(history.page([TEA], limit=100, since=3000)) == [3, 4, 5]
    assert numbers(history.page([TEA], limit=100, since=3001)) == [4, 5]
    assert numbers(history.page([TEA], limit=100, since=99_000)) == []
    assert numbers(history.page([TEA], limit=100, since=1)) == [1, 2, 3, 4, 5]


def test_a_page_from_a_time_on_sees_what_is_pending(history):
    history.append(said(1))
    assert numbers(history.page([TEA], limit=100, since=500)) == [1]


def test_reads_see_what_is_pending_and_others_do_not(history, path):
    fill(history, [1, 2])
    history.append(said(3, "now"))
    assert texts(history.page([TEA], limit=1)) == ["now"]
    assert numbers(history.search({TEA: 0}, "now", limit=5)) == [3]
    assert on_disk(path) == [1, 2]
    history.append(said(4))
    history.commit()
    assert on_disk(path) == numbers(history.page([TEA], limit=9)) == [1, 2, 3, 4]


def test_number_at_is_the_first_event_at_or_after_a_time(history):
    for number, time in enumerate((10, 20, 20, 20, 30), 1):
        history.append(said(number, time=time))
    history.commit()
    found = {time: history.number_at(time) for time in (1, 10, 11, 20, 21, 30, 31)}
    assert found == {1: 1, 10: 1, 11: 2, 20: 2, 21: 5, 30: 5, 31: 6}


@given(st.lists(st.integers(1, 50), min_size=1, max_size=30).map(sorted), st.integers(0, 60))
def test_number_at_agrees_with_looking_at_each(tmp_path_factory, times, asked):
    history = History(tmp_path_factory.mktemp("log") / "chatroom.db", "os")
    for number, time in enumerate(times, 1):
        history.append(said(number, time=time))
    history.commit()
    assert history.number_at(asked) == 1 + sum(time < asked for time in times)
    history.close()


def test_last(history):
    fill(history, range(1, 4))
    assert history.last() == (3, 3000)


# ---- what outlives a restart


def test_what_shapes_the_rooms_is_all_that_is_read_at_a_start(history, new_history):
    modes = ev.ModesChanged(ALICE, TEA, (Change(True, "o", "bob"), Change(True, "k", "s3cret"), Change(True, "i")))
    happened = [
        ev.Opened(ALICE, TEA),
        modes,
        ev.Said(ALICE, TEA, "hello"),
        ev.ModesChanged(ALICE, TEA, (Change(False, "k"),)),
    ]
    for n, event in enumerate(happened, 1):
        history.append(Record(n, n * 1000, event, (TEA,)))
    history.close()
    held = ev.ModesChanged(ALICE, TEA, (Change(True, "i"),))
    assert list(new_history().lasting()) == [Record(1, 1000, happened[0], ()), Record(2, 2000, held, ())]


def test_a_fact_is_what_was_first_said(history, new_history):
    assert history.fact("log", "abc") == "abc"
    assert history.fact("log", "other") == "abc"
    history.close()
    assert new_history().fact("log", "third") == "abc"


# ---- searching


@pytest.fixture
def library(history):
    for number, line in enumerate(
        [
            "Smørrebrød & Tea",
            "café au lait",
            "CAFÉ noir",
            "naïve résumé",
            "don't panic",
            "C++ or C#?",
            "日本 茶",
            "tea",
        ],
        1,
    ):
        history.append(said(number, line))
    return history


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tea", [1, 8]),
        ("TEA smørrebrød", [1]),
        ("cafe", [2, 3]),
        ("café", [2, 3]),
        ("noir cafe", [3]),
        ("resume naive", [4]),
        ("résumé", [4]),
        ("don't", [5]),
        ("日本", [7]),
        ("alice tea", [1, 8]),  # who said it counts as a word
        ("coffee", []),
        ("te", []),  # whole words only
    ],
)
def test_search(library, words, found):
    assert numbers(library.search({TEA: 0}, words, limit=20)) == found


@pytest.mark.parametrize(
    "words",
    ["", " ", '"', '""', "*", "+ -", "&", "()", "^", ":", "NEAR(", "-- ;", "\0", "{", "'", "\u200b", "🍵"],
)
def test_search_for_no_word_finds_nothing(library, words):
    assert library.search({TEA: 0}, words, limit=20) == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tea OR café", []),  # operators are words like others
        ("tea AND", []),
        ("NOT tea", []),
        ("te*", []),
        ("text:tea", []),  # no column is named: a phrase of two words
        ("nick:alice", []),
        ('"tea"', [1, 8]),
        ('"au lait" café', [2]),
        ("smørrebrød & tea", [1]),
        ("(tea)", [1, 8]),
        ("tea; DROP TABLE events", []),
        ("NEAR(au lait)", []),
        ("C++", [6]),
    ],
)
def test_search_takes_its_own_syntax_literally(library, words, found):
    assert numbers(library.search({TEA: 0}, words, limit=20)) == found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # it is only read
@given(words=st.text(max_size=30))
def test_no_words_make_search_fail(library, words):
    assert len(library.search({TEA: 0}, words, limit=20)) <= 20


def test_a_search_aside_finds_what_is_committed_and_keeps_no_file_open(history):
    fill(history, range(1, 11))
    history.index()
    assert history.aside.search({TEA: 0}, "line", 3) == []
    history.commit()
    for _ in range(2):
        assert numbers(history.aside.search({TEA: 0}, "line", 3)) == [8, 9, 10]
    history.close()
    assert [path.name for path in history.path.parent.iterdir()] == [history.path.name]


def test_search_gives_the_newest_oldest_first(history):
    fill(history, range(1, 11))
    assert numbers(history.search({TEA: 0}, "line", limit=3)) == [8, 9, 10]


def test_search_is_in_the_given_places_after_the_given_numbers(history):
    for number, room in enumerate([TEA, CAKE, TEA, "#secret", CAKE], 1):
        history.append(said(number, "hello", room))
    assert numbers(history.search({TEA: 1, CAKE: 2}, "hello", limit=9)) == [3, 5]
    assert history.search({}, "hello", limit=9) == []


def test_only_talk_in_rooms_is_found(history):
    history.append(topic(1, "leaves"))
    history.append(Record(2, 2000, ev.Told(ALICE, BOB, "leaves"), (TEA,)))
    assert history.search({TEA: 0}, "leaves", limit=9) == []


def test_search_finds_at_once_what_the_index_has_not_seen(history):
    fill(history, range(1, INDEX_BATCH + 1))
    assert numbers(history.search({TEA: 0}, f"{INDEX_BATCH}", limit=9)) == [INDEX_BATCH]


def test_a_search_does_not_wait_for_an_index_that_is_far_behind(history):
    """On a busy server it follows a second later; whoever asks now must not hold everybody up until it has."""
    fill(history, range(1, 3 * INDEX_BATCH + 1))
    assert history.search({TEA: 0}, f"{3 * INDEX_BATCH}", limit=9) == []
    while history.index():
        pass
    assert numbers(history.search({TEA: 0}, f"{3 * INDEX_BATCH}", limit=9)) == [3 * INDEX_BATCH]


def test_the_index_follows_in_batches(history, new_history):
    fill(history, range(1, 26))
    assert history.index(10) is True
    assert history.index(10) is True
    assert history.index(10) is False
    assert history.index(10) is False
    history.close()
    assert numbers(new_history().search({TEA: 0}, "line", limit=99)) == list(range(1, 26))


def test_the_index_is_in_parts_and_a_search_begins_with_the_newest(history, monkeypatch):
    monkeypatch.setattr(searching, "SPAN", 10)
    fill(history, range(1, 36))
    while history.index():
        pass
    assert searching.parts(history.database) == ["words_3", "words_2", "words_1", "words_0"]
    assert numbers(history.search({TEA: 0}, "line", limit=12)) == list(range(24, 36))
    assert numbers(history.search({TEA: 0}, "line", limit=99)) == list(range(1, 36))
    assert numbers(history.search({TEA: 18}, "line", limit=99)) == list(range(19, 36))
    history.erase(25)
    assert numbers(history.search({TEA: 0}, "line", limit=12)) == [23, 24, *range(26, 36)]


def test_merging_the_index_changes_nothing_that_is_found(history):
    for number in range(1, 60):
        fill(history, [number])
        history.index()
        history.commit()
    merges = 0
    while history.merge():
        history.commit()
        merges += 1
    assert merges > 0
    assert numbers(history.search({TEA: 0}, "line", limit=99)) == list(range(1, 60))


def test_an_index_that_was_not_committed_is_made_again(history, path, tmp_path):
    fill(history, range(1, 4))
    history.index()
    copy = tmp_path / "after a kill" / path.name
    shutil.copytree(path.parent, copy.parent, ignore=shutil.ignore_patterns(copy.parent.name, "*-shm"))
    found = History(copy, "os")
    assert numbers(found.search({TEA: 0}, "line", limit=9)) == [1, 2, 3]
    found.close()


# ---- a disk that refuses


@pytest.fixture(params=[full_disk, another_writer])
def refusing(request, path):
    """A disk that refuses, for as long as the context lasts."""
    return lambda: request.param(path)


def test_a_commit_that_fails_loses_nothing(history, path, refusing):
    fill(history, [1])
    history.append(said(2))
    with refusing():
        with pytest.raises(apsw.Error):
            history.commit()
        history.append(said(3))
        with pytest.raises(apsw.Error):
            history.commit()
        assert on_disk(path) == [1]
    history.commit()
    assert on_disk(path) == [1, 2, 3]
    assert texts(history.page([TEA], limit=9)) == ["line 1", "line 2", "line 3"]


def test_nothing_is_read_that_the_disk_refused(history, path, refusing):
    """What was not committed may be shown to nobody, so neither may pages of history."""
    fill(history, [1])
    history.append(said(2))
    with refusing():
        with pytest.raises(apsw.Error):
            history.commit()
        assert numbers(history.page([TEA], limit=9)) == [1]
        assert numbers(history.search({TEA: 0}, "line", limit=9)) in ([1], [])
        assert on_disk(path) == [1]
    history.commit()
    assert numbers(history.page([TEA], limit=9)) == [1, 2]
    assert numbers(history.search({TEA: 0}, "line", limit=9)) == [1, 2]


def test_what_was_found_before_is_found_while_the_disk_refuses(history, refusing):
    fill(history, [1, 2])
    history.search({TEA: 0}, "line", limit=9)
    history.commit()
    history.append(said(3))
    with refusing():
        with pytest.raises(apsw.Error):
            history.commit()
        assert numbers(history.search({TEA: 0}, "line", limit=9)) == [1, 2]
        assert numbers(history.page([TEA], limit=9)) == [1, 2]
        assert history.last() == (2, 2000)
    history.commit()
    assert numbers(history.search({TEA: 0}, "line", limit=9)) == [1, 2, 3]


def test_after_the_disk_recovered_reads_see_what_is_pending_again(history, refusing):
    fill(history, [1])
    history.append(said(2))
    with refusing(), pytest.raises(apsw.Error):
        history.commit()
    history.commit()
    history.append(said(3))
    assert numbers(history.page([TEA], limit=9)) == [1, 2, 3]


def test_an_index_that_the_disk_refuses_is_made_later(history, path):
    fill(history, range(1, 4))
    with another_writer(path), pytest.raises(apsw.BusyError):
        history.index()
    assert history.index() is False
    history.commit()
    assert numbers(history.search({TEA: 0}, "line", limit=9)) == [1, 2, 3]


def test_an_index_whose_commit_fails_is_made_again(history, path):
    fill(history, range(1, 4))
    with full_disk(path):
        history.index()
        with pytest.raises(apsw.Error):
            history.commit()
    history.commit()
    assert numbers(history.search({TEA: 0}, "line", limit=9)) == [1, 2, 3]


def test_a_page_read_before_the_refused_commit_loses_nothing(history, path, refusing):
    """The page has the pending rows written; the failed commit takes them back, the next one writes them again."""
    history.commit()
    fill(history, [1])
    history.append(said(2))
    with refusing():
        history.page([TEA], limit=9)
        with pytest.raises(apsw.Error):
            history.commit()
    history.append(said(3))
    history.commit()
    assert on_disk(path) == [1, 2, 3]


# ---- files that can't be used


def test_garbage_is_refused(path):
    path.write_bytes(b"This is no database. " * 100)
    with pytest.raises(HistoryError) as refused:
        History(path)
    assert str(refused.value) == (
        f"{path}: can't be used as a history (file is not a database). Restore a backup or move it away."
    )


def test_a_folder_is_refused(path):
    path.mkdir()
    with pytest.raises(HistoryError) as refused:
        History(path)
    assert str(refused.value) == (
        f"{path}: can't be used as a history (unable to open database file). Restore a backup or move it away."
    )


def test_another_version_is_refused_and_left_alone(history, path):
    fill(history, [1])
    history.close()
    later = apsw.Connection(str(path))
    later.pragma("user_version", 7)
    later.close()
    with pytest.raises(HistoryError) as refused:
        History(path)
    assert str(refused.value) == f"{path}: was written by another version (7; this one reads 2)."
    assert on_disk(path) == [1]


@pytest.mark.parametrize("whole", [slice(4096, None), slice(0, 5000)], ids=["start missing", "end missing"])
def test_a_log_cut_short_is_refused(history, path, whole):
    fill(history, range(1, 200), size=200)
    history.close()
    path.write_bytes(path.read_bytes()[whole])
    with pytest.raises(HistoryError, match="can't be used as a history"):
        History(path)


# ---- how reading scales


def plan(history, query, values):
    """How SQLite goes about a query."""
    rows = history.database.execute(f"EXPLAIN QUERY PLAN {query}", values)
    return [row[3] for row in rows]


def test_a_search_asks_the_search_index_first_and_sorts_nothing(history):
    """The other way round it would ask once for each line of the room, and hold everybody up."""
    fill(history, [1])
    history.index()
    query = searching.SEARCH.format(part="words_0", places="places.place = ? AND places.number > ?")
    steps = plan(history, query, (searching.match(["#a"], "x"), "#a", 0, 9))
    assert steps[0].startswith("SCAN words")
    assert not any("TEMP B-TREE" in step for step in steps)


def test_talk_is_read_by_its_own_index(history):
    """A room where thousands came and went since the last word shows that word at once."""
    query = pages.page_query(1, ("said",), oldest=False)
    assert any("talk" in step for step in plan(history, query, ("#a", 0, 9, 10, 10)))


def test_several_places_are_walked_each_by_its_index(history):
    steps = plan(history, pages.page_query(2, None, oldest=True), ("#a", 0, 9, 10, "#b", 0, 9, 10, 10))
    assert sum("SEARCH places" in step for step in steps) == 2
    assert not any("SCAN events" in step for step in steps)
