"""What is kept beside the log: durable with the turn's commit, seen at once, lost to no disk that refuses."""

from __future__ import annotations

import apsw
import pytest
from disks import another_writer, full_disk
from storage_facts import said

from chatroom.storage.keep import Keep


@pytest.fixture
def keep(history) -> Keep:
    return Keep(history)


def in_the_file(path, query):
    """What another process would find."""
    other = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return other.execute(query).fetchall()
    finally:
        other.close()


def test_an_account_is_what_was_put_last(keep):
    assert keep.account("alice") is None
    keep.put_account("alice", b'{"hash": "one"}')
    keep.put_account("alice", '{"hash": "zwölf"}'.encode())
    keep.put_account("bob", b"{}")
    assert keep.account("alice") == '{"hash": "zwölf"}'.encode()
    assert keep.accounts() == {"alice": '{"hash": "zwölf"}'.encode(), "bob": b"{}"}
    keep.remove_account("alice")
    assert keep.account("alice") is None
    assert list(keep.accounts()) == ["bob"]


def test_a_marker_never_moves_back(keep):
    assert keep.marker("alice", "#tea") == 0
    for time in (2000, 5000, 3000):
        keep.mark("alice", "#tea", time)
    assert keep.marker("alice", "#tea") == 5000
    assert keep.marker("alice", "#cake") == keep.marker("bob", "#tea") == 0
    keep.mark("alice", "bob", 1)
    assert keep.markers("alice") == {"#tea": 5000, "bob": 1}
    keep.remove_markers("alice")
    assert keep.markers("alice") == {}


def test_metadata(keep):
    keep.put_metadata("#tea", "url", "https://example.net/tea")
    keep.put_metadata("#tea", "avatar", "leaf")
    keep.put_metadata("#tea", "avatar", "cup")
    keep.put_metadata("#cake", "url", "none")
    assert keep.metadata("#tea") == {"avatar": "cup", "url": "https://example.net/tea"}
    keep.remove_metadata("#tea", "url")
    assert keep.metadata("#tea") == {"avatar": "cup"}
    keep.remove_metadata("#tea")
    assert keep.metadata("#tea") == {}
    assert keep.metadata("#cake") == {"url": "none"}


def test_it_is_on_disk_with_the_next_commit_and_not_before(keep, history, path):
    keep.put_account("alice", b"{}")
    assert keep.account("alice") == b"{}"
    assert in_the_file(path, "SELECT name FROM accounts") == []
    history.commit()
    assert in_the_file(path, "SELECT name FROM accounts") == [("alice",)]


def test_each_write_asks_for_a_commit(history):
    asked = []
    keep = Keep(history, lambda: asked.append("commit"))
    keep.put_account("alice", b"{}")
    keep.mark("alice", "#tea", 1)
    keep.put_metadata("alice", "url", "x")
    assert len(asked) == 3
    keep.account("alice"), keep.marker("alice", "#tea"), keep.metadata("alice")
    assert len(asked) == 3


def test_it_is_there_after_a_restart(keep, history, new_history):
    keep.put_account("alice", b"{}")
    keep.mark("alice", "#tea", 7)
    history.close()
    again = Keep(new_history())
    assert again.account("alice") == b"{}"
    assert again.marker("alice", "#tea") == 7


@pytest.mark.parametrize("refusing", [full_disk, another_writer])
def test_a_disk_that_refuses_loses_nothing_and_shows_nothing(keep, history, path, refusing):
    """As with what is said: until it is on disk nobody sees it, and then it is there, in order."""
    keep.put_account("alice", b"old")
    history.commit()
    keep.put_account("alice", b"new")
    with refusing(path):
        with pytest.raises(apsw.Error):
            history.commit()
        history.append(said(1))
        keep.put_account("bob", b"{}")
        assert keep.accounts() == {"alice": b"old"}
    history.commit()
    assert keep.accounts() == {"alice": b"new", "bob": b"{}"}
    assert in_the_file(path, "SELECT name, body FROM accounts") == [("alice", "new"), ("bob", "{}")]
