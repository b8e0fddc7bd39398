"""What happens on schedule, done by hand: backups in a thread, and what is said of them."""

from __future__ import annotations

import shutil

import gevent
import pytest
from disks import on_disk
from server_house import HouseScene

from chatroom.core.events import Said
from chatroom.server.keeper import JOURNAL_PAGES, Keeper
from chatroom.storage import sealing
from chatroom.storage.backups import prove, proven
from chatroom.storage.forgetting import note_beside
from chatroom.storage.layout import connect
from chatroom.storage.retention import used


@pytest.fixture
def keeper(scene: HouseScene):
    scene.house.backups = scene.house.data / "backups"
    scene.house.backups.mkdir()
    keeper = Keeper(scene.house)
    yield keeper
    keeper.stop()
    keeper.pool.kill()


def status(client):
    client.send("/status")
    return next(line for line in client.fence() if "newest proven backup" in line).split(maxsplit=3)[3]


def test_a_backup_holds_what_was_said_and_status_tells_its_age(scene, keeper):
    alice = scene.plain("alice")
    assert status(alice) == "none yet"
    alice.send("kept")
    alice.fence()
    backup = keeper.back_up()
    assert on_disk(backup.path) == on_disk(scene.log)
    assert status(alice).endswith(" old")


def test_the_loop_goes_on_meanwhile(scene, keeper):
    """A snapshot is taken in a thread: talk is delivered before it is done."""
    alice, bob = scene.plain("alice"), scene.irc("bob").join("#lobby")
    alice.send(*("x" * 1000 for _ in range(3000)))
    alice.fence()
    bob.fence()
    backing_up = gevent.spawn(keeper.back_up)
    alice.send("meanwhile")
    bob.expect("meanwhile$")
    assert prove(backing_up.get().path).events > 3000


def test_old_backups_are_thinned_out(scene, keeper):
    thinning = scene.settings.backups
    thinning.keep, thinning.hourly, thinning.daily, thinning.weekly = 2, 0, 0, 0
    backups = [keeper.back_up().path.name for _ in range(4)]
    assert [backup.path.name for backup in proven(scene.house.backups)] == backups[2:]


def test_a_backup_that_fails_is_told_and_the_next_makes_it_good(scene, keeper):
    alice = scene.plain("alice")
    shutil.rmtree(scene.house.backups)
    assert keeper.back_up() is None
    assert status(alice).startswith("none yet; the last try failed: ")
    scene.house.backups.mkdir()
    assert keeper.back_up() is not None
    assert "failed" not in status(alice)


def test_whatever_a_backup_fails_of_is_told_and_the_schedule_goes_on(scene, keeper, monkeypatch):
    alice = scene.plain("alice")
    monkeypatch.setattr("chatroom.server.keeper.snapshot", lambda *_: {}["a bug"])
    monkeypatch.setattr(keeper, "_backup_pause", 0.0)
    keeper.start()
    while "last try failed" not in status(alice):
        gevent.sleep(0.01)
    monkeypatch.undo()
    keeper._backup_pause = 0.0
    keeper._back_up_on_schedule()
    assert status(alice).endswith(" old")
    assert keeper._backup_pause == scene.settings.backups.every_minutes * 60


def test_old_backups_that_cannot_be_deleted_stop_nothing(scene, keeper):
    (scene.house.backups / "chatroom-2001-01-01T00-00-00Z.db").mkdir()
    thinning = scene.settings.backups
    thinning.keep, thinning.hourly, thinning.daily, thinning.weekly = 1, 0, 0, 0
    assert keeper.back_up() is not None
    assert keeper.back_up() is not None


def test_after_a_restart_the_newest_backup_is_known(new_house, scene):
    scene.house.backups = scene.house.data
    keeper = Keeper(scene.house)
    taken = keeper.back_up()
    keeper.pool.kill()
    again = new_house(server={"backups": str(scene.house.data)})
    assert again.house.last_backup.path == taken.path


# ---- the drill


def test_a_backup_that_the_drill_refuses_is_none(scene, keeper, monkeypatch):
    """The drill is a process of its own, and what it says counts."""
    alice = scene.plain("alice")
    monkeypatch.setattr(sealing, "seal", lambda path: path.open("ab").write(b"no seal"))
    assert keeper.back_up() is None
    assert "is no whole backup" in status(alice)
    assert list(scene.house.backups.iterdir()) == []


def test_a_server_that_ends_waits_for_no_drill(scene, keeper):
    scene.plain("alice")
    keeper.abandon()
    assert keeper.back_up() is None
    assert "the drill did not end (it was stopped)" in scene.house.backup_trouble


# ---- journal, retention, forgetting


def test_a_long_journal_is_carried_into_the_file(scene, keeper):
    alice = scene.plain("alice")
    journal = scene.log.with_name(f"{scene.log.name}-wal")
    for _ in range(30):
        alice.send(*("x" * 2000 for _ in range(100)))
        alice.fence()
        keeper.carry_journal()
    assert journal.stat().st_size < 3 * 4096 * JOURNAL_PAGES
    assert scene.log.stat().st_size > 30 * 100 * 2000


def test_the_journal_is_left_alone_while_it_is_short(scene, keeper):
    scene.plain("alice").fence()
    pages = scene.house.history.journal_pages
    assert pages > 0
    keeper.carry_journal()
    assert scene.house.history.journal_pages == pages


def test_old_events_go_while_people_talk(scene, keeper):
    alice = scene.plain("alice")
    alice.send(*(f"line {n} {'x' * 500}" for n in range(1000)))
    alice.fence()
    scene.settings.history.keep_bytes = used(scene.house.history) // 2
    retaining = gevent.spawn(keeper.retain)
    alice.send("meanwhile")
    alice.fence()
    retaining.get()
    left = on_disk(scene.log)
    assert 100 < len(left) < 900
    assert left[-1] == scene.house.chat.number


def test_words_that_somebody_asked_to_forget_go(scene, keeper):
    scene.plain("alice").fence()
    who = scene.house.chat.users["alice"].who._replace(account="ally")
    record = scene.house.chat.happen(Said(who, "#lobby", "a secret"))
    other = connect(scene.log)
    scene.house.history.commit()
    note_beside(other, "ally", record.time)
    other.close()
    keeper.forget()
    assert scene.house.history.record(record.number) is None
