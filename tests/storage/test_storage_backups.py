"""Snapshots: taken while the log is written to, proven, thinned out, put back; a broken one is never put anywhere."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from disks import another_writer, on_disk
from storage_facts import TEA, fill, numbers, said

from chatroom.storage import sealing
from chatroom.storage.backups import Backup, BackupError, prove, proven, prune, snapshot
from chatroom.storage.history import FILE, History
from chatroom.storage.lock import HeldError, held
from chatroom.storage.rehearsing import rehearse
from chatroom.storage.restoring import restore
from chatroom.storage.thinning import Keep
from chatroom.storage.verifying import Contents

NOON = datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)
PAGE = 4096


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# ---- taking


def test_a_snapshot_holds_all_that_is_committed(history, path, backups):
    fill(history, range(1, 11))
    history.append(said(11))
    backup = snapshot(path.parent, backups, NOON)
    assert backup == Backup(backups / "chatroom-2026-11-22T12-00-05Z.db", NOON, backup.contents)
    assert backup.contents[:2] == (10, 10)
    assert on_disk(backup.path) == list(range(1, 11))


def test_a_snapshot_is_one_file(history, path, backups):
    fill(history, range(1, 11))
    snapshot(path.parent, backups, NOON)
    assert names(backups) == ["chatroom-2026-11-22T12-00-05Z.db"]


def test_only_their_owner_reads_the_log_and_its_backups(history, path, backups):
    """Both hold private talk."""
    fill(history, range(1, 11))
    files = [*path.parent.glob("*.db*"), snapshot(path.parent, backups, NOON).path]
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}


def test_two_snapshots_in_one_second_are_two(history, path, backups):
    for _ in range(3):
        snapshot(path.parent, backups, NOON)
    assert [backup.path.name for backup in proven(backups)] == [
        "chatroom-2026-11-22T12-00-05Z.db",
        "chatroom-2026-11-22T12-00-05Z-2.db",
        "chatroom-2026-11-22T12-00-05Z-3.db",
    ]


def test_the_newest_of_one_second_is_never_the_first_to_go(history, path, backups):
    for _ in range(4):
        newest = snapshot(path.parent, backups, NOON)
        prune(backups, Keep(1))
        assert [backup.path for backup in proven(backups)] == [newest.path]


def test_a_snapshot_of_a_log_nobody_has_open(history, path, backups):
    fill(history, range(1, 4))
    history.close()
    assert snapshot(path.parent, backups, NOON).contents[:2] == (3, 3)


def test_a_snapshot_does_not_wait_for_a_writer_and_stops_none(history, path, backups):
    fill(history, [1])
    with another_writer(path):
        assert snapshot(path.parent, backups, NOON).contents[:2] == (1, 1)


def write_on(path: Path, first: int, stop) -> None:
    """Write until told to stop: another process, which the snapshot is taken under."""
    history = History(path, "os")
    number = first
    while not stop.is_set():
        fill(history, range(number, number + 5), size=2000)
        history.checkpoint()
        number += 5
    history.close()


def test_snapshots_while_the_log_is_written_to(history, path, backups):
    """Each is whole, none is older than the one before, and the writer goes on."""
    fill(history, range(1, 4001), size=2000)
    history.close()
    spawning = multiprocessing.get_context("spawn")
    stop = spawning.Event()
    writer = spawning.Process(target=write_on, args=(path, 4001, stop))
    writer.start()
    try:
        taken = [snapshot(path.parent, backups, NOON + timedelta(seconds=n)) for n in range(8)]
        while taken[-1].contents.last == 4000:  # the writer has not begun yet
            taken.append(snapshot(path.parent, backups, NOON + timedelta(seconds=len(taken))))
    finally:
        stop.set()
        writer.join()
    assert writer.exitcode == 0
    lasts = [backup.contents.last for backup in taken]
    assert lasts == sorted(lasts)
    for backup in taken:
        assert on_disk(backup.path) == list(range(1, backup.contents.last + 1))
    assert on_disk(path)[-1] >= lasts[-1]


def test_without_a_history_there_is_nothing_to_back_up(tmp_path, backups):
    with pytest.raises(BackupError) as error:
        snapshot(tmp_path, backups, NOON)
    assert str(error.value) == f"{tmp_path / FILE}: there is no history to back up yet."
    assert names(backups) == []


def test_a_folder_that_is_not_there_is_told(history, path, elsewhere):
    with pytest.raises(BackupError) as error:
        snapshot(path.parent, elsewhere, NOON)
    assert str(error.value) == (
        f"{elsewhere}: no backup could be made (unable to open database file). Is there room, and may it be written to?"
    )


def test_a_folder_that_became_a_file_is_told(history, path, elsewhere):
    fill(history, range(1, 11))
    elsewhere.touch()
    with pytest.raises(BackupError, match="no backup could be made"):
        snapshot(path.parent, elsewhere, NOON)


def test_a_damaged_history_makes_no_backup_and_leaves_nothing(history, path, backups):
    fill(history, range(1, 500), size=500)
    history.close()
    damage(path, 20 * PAGE)
    with pytest.raises(BackupError):
        snapshot(path.parent, backups, NOON)
    assert names(backups) == []


# ---- proving


def damage(path: Path, at: int) -> None:
    """Flip the bits of a quarter of a page."""
    data = bytearray(path.read_bytes())
    data[at : at + PAGE // 4] = bytes(byte ^ 0xFF for byte in data[at : at + PAGE // 4])
    path.write_bytes(data)


@pytest.fixture
def backup(history, path, backups) -> Path:
    """A proven snapshot of 499 lines."""
    fill(history, range(1, 500), size=500)
    return snapshot(path.parent, backups, NOON).path


def test_a_whole_backup_is_proven(backup):
    assert prove(backup)[:2] == (499, 499)


def test_proving_changes_nothing(backup, backups):
    before = backup.read_bytes()
    prove(backup)
    assert backup.read_bytes() == before
    assert names(backups) == [backup.name]


@pytest.mark.parametrize("page", [0, 1, 5, 20])
def test_flipped_bytes_are_refused(backup, elsewhere, page):
    damage(backup, page * PAGE)
    with pytest.raises(BackupError, match=f"^{backup}: is (no whole backup|damaged) .*Take another one.$"):
        restore(backup, elsewhere, NOON)
    assert not elsewhere.exists()


def flip(path: Path, at: int, bit: int) -> None:
    """Flip one bit; again, and it is as it was."""
    with path.open("r+b") as file:
        file.seek(at)
        [byte] = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1 << bit]))


def test_one_flipped_bit_in_any_page_is_noticed(history, path, backups):
    """In free pages, in the search index, in bytes that nothing uses, and in the seal itself."""
    fill(history, range(1, 300), size=500)
    while history.index():
        pass
    history.commit()
    history.database.execute("DELETE FROM words_0 WHERE rowid < 200")
    history.database.execute("CREATE TABLE gone AS SELECT * FROM events")
    history.database.execute("DROP TABLE gone")
    backup = snapshot(path.parent, backups, NOON).path
    chance = random.Random(4)
    size = backup.stat().st_size
    places = [min(page + chance.randrange(PAGE), size - 1) for page in range(0, size, PAGE)]
    for place in [*places, *range(size - sealing.SIZE, size)]:
        bit = chance.randrange(8)
        flip(backup, place, bit)
        with pytest.raises(BackupError, match=rf"^{backup}: is (no whole backup|damaged) .*Take another one.$"):
            prove(backup)
        flip(backup, place, bit)
    assert prove(backup).events == 299


def test_a_backup_whose_seal_was_made_anew_is_still_compared_with_what_was_written(backup):
    """Who can write the file can seal it; an accident between copying and sealing is found by the running hash."""
    sealing.unseal(backup)
    with sqlite3.connect(backup) as changed:
        changed.execute("UPDATE events SET body = replace(body, '7', '8') WHERE number = 7")
    changed.close()
    sealing.seal(backup)
    with pytest.raises(BackupError, match="event 7 is not what was written"):
        prove(backup)


def test_a_snapshot_that_does_not_hold_what_the_history_held_is_thrown_away(history, path, backups):
    fill(history, range(1, 11))

    def drill(part: Path) -> Contents:
        return rehearse(part)._replace(events=9)

    with pytest.raises(BackupError, match=r"holds 9 events up to 10, .* the history held 10 events up to 10, "):
        snapshot(path.parent, backups, NOON, drill)
    assert names(backups) == []


def test_the_drill_restores_and_starts_and_leaves_nothing(backup, backups):
    assert rehearse(backup) == prove(backup)
    assert names(backups) == [backup.name]


def test_the_drill_finds_what_only_a_start_would(history, path, backups):
    """An event that is whole, and that no start could take."""
    fill(history, range(1, 11))
    history.database.execute("INSERT INTO shaping VALUES ('#tea', 'topic', 3)")
    with pytest.raises(BackupError, match="can't be started from"):
        snapshot(path.parent, backups, NOON, rehearse)
    assert names(backups) == []


@pytest.mark.parametrize("length", [1, 100, PAGE, 10 * PAGE, -1])
def test_a_truncated_backup_is_refused(backup, elsewhere, length):
    backup.write_bytes(backup.read_bytes()[:length])
    with pytest.raises(BackupError, match=f"^{backup}: is (no whole backup|damaged) .*Take another one.$"):
        restore(backup, elsewhere, NOON)
    assert not elsewhere.exists()


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\0", b"tea " * 5000], ids=["empty", "a header", "no database"]
)
def test_what_is_no_backup_is_refused(tmp_path, elsewhere, content):
    (tmp_path / "other.db").write_bytes(content)
    with pytest.raises(BackupError, match="is no whole backup"):
        restore(tmp_path / "other.db", elsewhere, NOON)


def test_a_file_that_is_not_there_is_refused(tmp_path, elsewhere):
    with pytest.raises(BackupError) as error:
        restore(tmp_path / "none.db", elsewhere, NOON)
    assert str(error.value) == f"{tmp_path / 'none.db'}: there is no such file."


def test_a_backup_of_a_later_version_is_refused(backup, elsewhere):
    sealing.unseal(backup)
    with sqlite3.connect(backup) as later:
        later.execute("PRAGMA user_version = 7")
    later.close()
    sealing.seal(backup)
    with pytest.raises(BackupError) as error:
        restore(backup, elsewhere, NOON)
    assert str(error.value) == f"{backup}: was written by another version (7; this one reads 2)."


def test_another_programs_database_is_refused(tmp_path, elsewhere):
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE things (name)")
    other.close()
    with pytest.raises(BackupError, match="is no whole backup"):
        restore(tmp_path / "other.db", elsewhere, NOON)


# ---- thinning out


def stamped(folder: Path, *days: int) -> list[Path]:
    """Files named as backups of these days of November, the newest made first."""
    paths = [folder / f"chatroom-2026-11-{day:02}T12-00-00Z.db" for day in days]
    for path in reversed(paths):
        path.touch()
    return paths


def test_prune_keeps_the_newest(backups):
    paths = stamped(backups, 1, 2, 3, 4, 5)
    assert prune(backups, Keep(2)) == paths[:3]
    assert [backup.path for backup in proven(backups)] == paths[3:]


@pytest.mark.parametrize("keep", [5, 6, 48])
def test_prune_deletes_nothing_while_there_are_few(backups, keep):
    stamped(backups, 1, 2, 3, 4, 5)
    assert prune(backups, Keep(keep)) == []
    assert len(names(backups)) == 5


def test_age_is_in_the_name_not_in_the_file(backups):
    old, new = stamped(backups, 1, 2)
    os.utime(old, (2**31, 2**31))
    assert prune(backups, Keep(1)) == [old]
    assert proven(backups) == [Backup(new, datetime(2026, 11, 2, 12, tzinfo=UTC))]


def test_of_one_second_the_first_is_the_oldest(backups):
    for n in ("", *(f"-{n}" for n in range(2, 12))):
        (backups / f"chatroom-2026-11-22T12-00-05Z{n}.db").touch()
    prune(backups, Keep(2))
    assert names(backups) == ["chatroom-2026-11-22T12-00-05Z-10.db", "chatroom-2026-11-22T12-00-05Z-11.db"]


@pytest.fixture
def ended() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_prune_leaves_alone_what_another_process_is_writing(backups):
    """As `chat-server backup` does beside a server, which thins out by its own schedule."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
        part = backups / f"chatroom-2026-11-22T12-00-05Z.{other.pid}.part"
        part.touch()
        prune(backups, Keep(48))
        assert part.exists()
    prune(backups, Keep(48))
    assert not part.exists()


def test_prune_sweeps_what_broken_attempts_left_and_nothing_else(backups, ended):
    stamped(backups, 1)
    for left in (f"{ended}.part", f"{ended}.part-journal", f"{os.getpid()}.part", "part"):
        (backups / f"chatroom-2026-11-22T12-00-05Z.{left}").touch()
    others = ["chatroom-notes.db", "notes.part", "chatroom-2026-11-22.db"]
    for name in others:
        (backups / name).touch()
    assert prune(backups, Keep(48)) == []
    assert names(backups) == sorted([*others, "chatroom-2026-11-01T12-00-00Z.db"])


def test_no_backups_no_list(backups, elsewhere):
    assert proven(backups) == proven(elsewhere) == []


# ---- putting back


def test_restore_into_a_new_folder(backup, elsewhere):
    restored = restore(backup, elsewhere, NOON)
    assert (restored.contents[:2], restored.kept) == ((499, 499), None)
    history = History(elsewhere / FILE)
    assert numbers(history.page([TEA], limit=3)) == [497, 498, 499]
    assert numbers(history.search({TEA: 0}, "line 42", limit=3)) == [42]
    history.close()


def test_a_restored_history_is_for_the_server_alone(backup, elsewhere):
    backup.chmod(0o644)
    restore(backup, elsewhere, NOON)
    assert (elsewhere / FILE).stat().st_mode & 0o777 == 0o600


def test_restore_keeps_what_it_replaces(history, path, backup, elsewhere):
    fill(history, range(500, 521))
    history.close()
    kept = restore(backup, path.parent, NOON).kept
    assert kept == path.parent / "replaced-2026-11-22T12-00-05Z.db"
    assert on_disk(kept) == list(range(1, 521))
    assert on_disk(path) == list(range(1, 500))


def test_restore_keeps_what_a_killed_server_left_in_its_journal(history, path, backup, elsewhere):
    """After kill -9 the newest events are in the -wal file only."""
    fill(history, range(500, 521))
    shutil.copytree(path.parent, elsewhere, ignore=shutil.ignore_patterns("backups", "*-shm", elsewhere.name))
    assert (elsewhere / f"{FILE}-wal").stat().st_size > 0
    kept = restore(backup, elsewhere, NOON).kept
    assert on_disk(kept) == list(range(1, 521))
    assert on_disk(elsewhere / FILE) == list(range(1, 500))


def test_restore_over_a_broken_history_keeps_that_too(backup, elsewhere):
    elsewhere.mkdir()
    (elsewhere / FILE).write_bytes(b"tea " * 5000)
    kept = restore(backup, elsewhere, NOON).kept
    assert kept.read_bytes() == b"tea " * 5000
    assert on_disk(elsewhere / FILE) == list(range(1, 500))


def test_restore_twice_keeps_both(backup, elsewhere):
    restore(backup, elsewhere, NOON)
    kept = [restore(backup, elsewhere, NOON).kept.name for _ in range(2)]
    assert kept == ["replaced-2026-11-22T12-00-05Z.db", "replaced-2026-11-22T12-00-05Z-2.db"]


def test_restore_changes_nothing_while_a_server_holds_the_folder(history, path, backup):
    fill(history, range(500, 503))
    with held(path.parent), pytest.raises(HeldError) as error:
        restore(backup, path.parent, NOON)
    assert str(error.value) == (f"{path.parent}: a server is using it. Stop that first, or give another --data folder.")
    assert on_disk(path) == list(range(1, 503))
    assert not list(path.parent.glob("replaced-*"))


def test_a_folder_is_free_again_when_its_holder_has_died(tmp_path):
    code = "import sys, os, pathlib; from chatroom.storage.lock import held\n"
    code += "with held(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == -9
    with held(tmp_path):
        pass


def test_a_backup_in_the_data_folder_itself_can_be_restored(history, path, backup):
    history.close()
    moved = backup.rename(path.with_name(backup.name))
    restore(moved, path.parent, NOON)
    assert on_disk(path) == list(range(1, 500))
    assert moved.exists()
