"""Files of older versions: copied aside whole, then brought forward, whatever cuts it short."""

from __future__ import annotations

import json
from pathlib import Path

import apsw
import pytest
from disks import on_disk
from storage_facts import ALICE, CAKE, TEA, numbers, said, texts, topic

from chatroom.core import events as ev
from chatroom.core.events import Record
from chatroom.storage import layout
from chatroom.storage.history import VERSION, History, HistoryError

# As version 1 made it.
SCHEMA_1 = """
CREATE TABLE events (
    number INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, lasting INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX lasting_events ON events (number) WHERE lasting;
CREATE TABLE places (
    place TEXT NOT NULL, number INTEGER NOT NULL, kind TEXT NOT NULL, PRIMARY KEY (place, number)) WITHOUT ROWID;
CREATE INDEX talk ON places (place, number) WHERE kind = 'said';
CREATE VIRTUAL TABLE words USING fts5 (
    nick, text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
HAPPENED = [
    Record(1, 1000, ev.Opened(ALICE, TEA), (TEA,)),
    topic(2, "Leaves"),
    said(3, "smørrebrød"),
    said(4, "cake?", CAKE),
    topic(5, "Bags"),
    Record(6, 6000, ev.Quit(ALICE, "bye"), (CAKE, TEA)),
]
QUICK_STEP = 2  # events brought forward at a time, so that a few make several steps


@pytest.fixture
def older(path, monkeypatch) -> Path:
    """A file of version 1, as a server of that version left it after kill -9: its newest events in the journal."""
    monkeypatch.setattr(layout, "_STEP", QUICK_STEP)
    log = apsw.Connection(str(path))
    log.pragma("journal_mode", "wal")
    log.execute(SCHEMA_1)
    log.pragma("user_version", 1)
    log.execute("INSERT INTO facts VALUES ('log', 'abc'), ('casemapping', 'ascii'), ('indexed_to', '6')")
    for number, time, event, places in HAPPENED:
        row = (number, time, event.kind, event.lasting, json.dumps(_fields(event)))
        log.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?)", row)
        log.executemany("INSERT INTO places VALUES (?, ?, ?)", [(place, number, event.kind) for place in places])
    log.close()
    return path


def _fields(event: ev.Event) -> dict[str, object]:
    names = [name for kind in type(event).__mro__ for name in getattr(kind, "__slots__", ())]
    return {name: getattr(event, name) for name in names if name not in ("tags", "manner")}


def test_an_older_file_is_brought_forward(older, new_history):
    history = new_history()
    assert history.database.pragma("user_version") == VERSION
    assert history.page([TEA, CAKE], limit=9, kinds=None) == [
        record._replace(places=(place,)) for record in HAPPENED for place in record.places
    ]
    assert history.record(6) == HAPPENED[5]
    assert history.last() == (6, 6000)
    assert history.fact("log", "other") == "abc"


def test_what_shaped_the_rooms_still_does_and_what_did_not_is_not_read(older, new_history):
    assert numbers(new_history().lasting()) == [1, 5]


def test_what_was_said_is_found_again(older, new_history):
    assert texts(new_history().search({TEA: 0}, "SMØRREBRØD", limit=9)) == ["smørrebrød"]


def test_the_older_file_is_kept_as_it_was(older, new_history):
    kept = new_history().kept
    assert kept == older.with_name("chatroom-version-1.db")
    copy = apsw.Connection(str(kept), flags=apsw.SQLITE_OPEN_READONLY)
    assert copy.pragma("user_version") == 1
    assert copy.execute("SELECT number, kind FROM events").fetchall() == [(r.number, r.event.kind) for r in HAPPENED]
    assert kept.stat().st_mode & 0o777 == 0o600
    copy.close()


def test_it_goes_on_from_there(older, new_history):
    history = new_history()
    history.append(said(7))
    history.close()
    again = new_history()
    assert again.kept is None
    assert again.last() == (7, 7000)
    assert again.head.number == 7


@pytest.mark.parametrize("step", ["_carry_over", "_find_slots"])
def test_a_migration_cut_short_is_begun_anew(older, new_history, monkeypatch, step):
    def cut(*_: object) -> None:
        raise OSError("cut short")

    with monkeypatch.context() as patch:
        patch.setattr(layout, step, cut)
        with pytest.raises(HistoryError, match=r"can't be used as a history \(cut short\)"):
            new_history()
    assert on_disk(older) == [1, 2, 3, 4, 5, 6]
    history = new_history()
    assert history.last() == (6, 6000)
    assert history.kept == older.with_name("chatroom-version-1-2.db")


def test_a_file_that_can_shrink(older, new_history, tmp_path):
    """Both a new file and one brought forward give back to the system what retention frees."""
    assert new_history().database.pragma("auto_vacuum") == 2
    (tmp_path / "new").mkdir()
    new = History(tmp_path / "new" / "chatroom.db", "os")
    assert new.database.pragma("auto_vacuum") == 2
    new.close()
