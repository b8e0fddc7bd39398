"""Forgetting: an account's words go from log, search and the file's bytes, and from older backups when restored."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import apsw
import pytest
from samples import EVENTS
from storage_facts import ALICE, BOB, CAKE, TEA, numbers, said

from chatroom.core import events as ev
from chatroom.core.events import Record
from chatroom.core.names import fold_ascii
from chatroom.storage import forgetting
from chatroom.storage.backups import snapshot
from chatroom.storage.history import FILE, History
from chatroom.storage.restoring import restore
from chatroom.storage.verifying import verify

NOON = datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)
CARA = ALICE._replace(nick="cara", account="Cara")
SECRET = "xylophone"
NOW = 1_000_000


@pytest.fixture
def talk(history):
    """Cara's words among others', in rooms and in private, logged in and not."""
    history.append(Record(1, 1000, ev.Opened(BOB, TEA), (TEA,)))
    history.append(Record(2, 2000, ev.TopicChanged(CARA, TEA, "about a " + SECRET), (TEA,)))
    history.append(said(3, f"my {SECRET}", who=CARA))
    history.append(said(4, "hello", who=BOB))
    history.append(Record(5, 5000, ev.Told(CARA, BOB, f"psst, {SECRET}"), ("=cara bob", "@cara", "@bob")))
    history.append(said(6, "a guest", who=CARA._replace(account="")))
    history.append(said(7, f"{SECRET} again", CAKE, who=CARA._replace(nick="c", account="CARA")))
    history.append(Record(8, 8000, ev.TopicChanged(BOB, TEA, "other"), (TEA,)))
    history.append(Record(9, 9000, ev.Quit(CARA, f"off to my {SECRET}"), (TEA, CAKE)))
    history.append(said(10, "still here", who=BOB))
    history.commit()
    while history.index():
        pass
    history.commit()
    return history


def forget(history: History, account: str = "cara", time: int = NOW) -> forgetting.Deed:
    forgetting.note(history, account, time)
    history.commit()
    while forgetting.step(history, fold_ascii):
        history.commit()
    history.commit()
    return next(deed for deed in forgetting.deeds(history.database) if deed.account == account)


def test_the_words_go_number_and_time_stay(talk):
    deed = forget(talk)
    assert (deed.erased, deed.is_done) == (5, True)
    rows = talk.database.execute("SELECT number, time, kind, body FROM events WHERE kind = 'erased'").fetchall()
    assert rows == [(n, n * 1000, "erased", "{}") for n in (2, 3, 5, 7, 9)]
    assert numbers(talk.page([TEA, CAKE], limit=99, kinds=None)) == [1, 4, 6, 8, 10]
    assert talk.search({TEA: 0, CAKE: 0}, SECRET, limit=9) == []
    assert numbers(talk.search({TEA: 0}, "hello", limit=9)) == [4]
    assert talk.record(3) is None


def test_the_log_stays_whole(talk):
    head = talk.head
    forget(talk)
    assert verify(talk.database).events == 10
    assert talk.head == head


def test_no_byte_of_it_stays_in_the_file(talk, path):
    forget(talk)
    talk.close()
    assert SECRET.encode() not in path.read_bytes()


def test_what_is_said_later_stays(talk):
    forget(talk, time=6000)
    assert numbers(talk.page([TEA, CAKE], limit=99, kinds=None)) == [1, 4, 6, 7, 8, 9, 9, 10]


def test_a_topic_that_stands_stays_until_another_is_set(talk):
    talk.append(Record(11, 11_000, ev.TopicChanged(CARA, TEA, "mine"), (TEA,)))
    talk.commit()
    forget(talk)
    assert [record.event.text for record in talk.lasting() if record.event.kind == "topic"] == ["mine"]


def test_it_is_done_in_small_steps_and_goes_on_after_a_restart(talk, new_history, monkeypatch):
    monkeypatch.setattr(forgetting, "BATCH", 2)
    forgetting.note(talk, "cara", NOW)
    talk.commit()
    for _ in range(2):
        assert forgetting.step(talk, fold_ascii) is True
        talk.commit()
    talk.close()
    again = new_history()
    steps = 0
    while forgetting.step(again, fold_ascii):
        again.commit()
        steps += 1
    assert steps >= 3
    assert forgetting.deeds(again.database)[0].erased == 5


def test_beside_a_server_it_is_only_asked_for(talk, path):
    other = apsw.Connection(str(path))
    forgetting.note_beside(other, "cara", NOW)
    other.close()
    assert talk.record(3) is not None
    while forgetting.step(talk, fold_ascii):
        talk.commit()
    assert talk.record(3) is None


# ---- older backups


@pytest.fixture
def backup(talk, path):
    folder = path.parent / "backups"
    folder.mkdir()
    return snapshot(path.parent, folder, NOON).path


def test_an_older_backup_forgets_again_when_it_is_restored(talk, path, backup):
    forget(talk)
    talk.close()
    restored = restore(backup, path.parent, NOON)
    assert restored.forgotten == 5
    assert SECRET.encode() not in path.read_bytes()
    history = History(path)
    assert numbers(history.page([TEA, CAKE], limit=99, kinds=None)) == [1, 4, 6, 8, 10]
    assert verify(history.database).events == 10
    history.close()


def test_what_is_forgotten_is_remembered_in_the_restored_log(talk, path, backup):
    """So that the next restore, of the same old backup, forgets it again."""
    forget(talk)
    talk.close()
    for _ in range(2):
        restored = restore(backup, path.parent, NOON)
        assert restored.forgotten == 5
        assert SECRET.encode() not in path.read_bytes()


def test_single_words_taken_back_stay_taken_back(talk, path, backup):
    redaction = replace(next(event for event in EVENTS if event.erases), number=3)
    talk.append(Record(11, 11_000, redaction, (TEA,)))
    talk.commit()
    talk.close()
    assert restore(backup, path.parent, NOON).forgotten == 1
    history = History(path)
    assert history.record(3) is None
    assert history.record(5) is not None
    history.close()


def test_another_log_forgets_nothing_that_only_has_the_same_number(talk, path, backup, tmp_path):
    """Restored into the folder of a log that went another way: its erased events are not those of the backup."""
    other = tmp_path / "other"
    other.mkdir()
    unrelated = History(other / FILE)
    for number in range(1, 11):
        unrelated.append(said(number, "something else"))
    unrelated.commit()
    unrelated.erase(4)
    unrelated.close()
    assert restore(backup, other, NOON).forgotten == 0


def test_a_log_that_cannot_be_asked_is_told(talk, path, backup):
    talk.close()
    path.write_bytes(b"tea " * 5000)
    restored = restore(backup, path.parent, NOON)
    assert re.search("could not be asked what was forgotten", restored.warning)
