"""Snapshots of the log: taken while it is written to, checked before they are called backups, and put back.

Strategy: a snapshot is copied page by page inside one held read transaction, on a connection of its own, into a
file that ends in `.part`. It is opened and checked as a restore would open it (integrity, count, last number),
synced, and only then given its name. Restoring checks first, keeps what it replaces, and refuses while a server
holds the data folder.

Everything here blocks: the server runs it in a thread of its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import apsw

from chatroom.storage.history import FILE, VERSION, connect

_NAME = re.compile(r"chatroom-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)Z(?:-\d+)?\.db")
_PART = re.compile(r"\.(\d+)\.part")  # with the number of the process that writes it
_STAMP = "%Y-%m-%dT%H-%M-%S"
LOCK = "lock"
_PAGES = 1000  # copied at a time: 4 MB


class BackupError(Exception):
    """A snapshot could not be made, proven or put back; says which, why, and what to do."""


class Contents(NamedTuple):
    """What a log holds: how many events, and the number of the last."""

    events: int
    last: int


@dataclass(frozen=True)
class Backup:
    """A proven snapshot."""

    path: Path
    taken: datetime  # UTC
    contents: Contents | None = None  # known when it was just proven


def snapshot(data: Path, backups: Path, now: datetime) -> Backup:
    """Copy the log in `data` into `backups` and prove the copy. Raises BackupError; then nothing is left behind."""
    source = data / FILE
    if not source.exists():
        raise BackupError(f"{source}: there is no history to back up yet.")
    part = backups / f"chatroom-{now.strftime(_STAMP)}Z.{os.getpid()}.part"
    try:
        expected = _copy(source, part)
        found = prove(part)
        if found != expected:
            raise BackupError(f"{part.name}: holds {found}, the history {expected}; it was thrown away.")
        return Backup(_publish(part, backups, now), now, found)
    except (apsw.Error, OSError) as error:
        raise BackupError(
            f"{backups}: no backup could be made ({error}). Is there room, and may it be written to?"
        ) from error
    finally:
        _discard(part)


def _discard(part: Path) -> None:
    """Delete what an attempt left, if it can be; why the attempt itself failed is what matters."""
    with contextlib.suppress(OSError):
        part.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> Contents:
    """Copy a log as it is at this moment. The held read keeps writers from restarting the copy for ever."""
    log = connect(source, read_only=True)
    copy = connect(target)
    try:
        log.execute("BEGIN")
        contents = _contents(log)
        with copy.backup("main", log, "main") as backup:
            while not backup.done:
                backup.step(_PAGES)
        copy.pragma("journal_mode", "delete")  # one file, nothing beside it
        return contents
    finally:
        copy.close()
        log.close()


def _publish(part: Path, backups: Path, now: datetime) -> Path:
    """Give a proven copy its name, durably."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    stem = f"chatroom-{now.strftime(_STAMP)}Z"
    paths = list(_candidates(backups, stem))
    newest = max((n for n, path in enumerate(paths) if path.exists()), default=-1)
    path = paths[newest + 1]  # never a name before that of an older one, though it may be free again
    part.rename(path)
    _sync_folder(backups)
    return path


def _candidates(folder: Path, stem: str) -> Iterator[Path]:
    yield folder / f"{stem}.db"
    for n in range(2, 1000):
        yield folder / f"{stem}-{n}.db"


def _contents(log: apsw.Connection) -> Contents:
    [(events, last)] = log.execute("SELECT count(*), coalesce(max(number), 0) FROM events")
    return Contents(events, last)


def prove(path: Path) -> Contents:
    """Open and check a snapshot. Raises BackupError when it is not whole."""
    if not path.is_file():
        raise BackupError(f"{path}: there is no such file.")
    try:
        log = connect(path, read_only=True)
        try:
            verdict = [row[0] for row in log.execute("PRAGMA integrity_check")]
            size = log.pragma("page_count") * log.pragma("page_size")
            version = log.pragma("user_version")
            contents = _contents(log)
        finally:
            log.close()
    except apsw.Error as error:
        raise BackupError(f"{path}: is no whole backup ({error}). Take another one.") from error
    if verdict != ["ok"]:
        raise BackupError(f"{path}: is damaged ({verdict[0]}). Take another one.")
    if path.stat().st_size != size:  # SQLite itself reads what is missing as zeros
        raise BackupError(f"{path}: is damaged (it should have {size} bytes). Take another one.")
    if version != VERSION:
        raise BackupError(f"{path}: was written by another version ({version}; this one reads {VERSION}).")
    return contents


def proven(backups: Path) -> list[Backup]:
    """The backups in a folder, oldest first."""
    found = [(match, path) for path in backups.glob("chatroom-*.db") if (match := _NAME.fullmatch(path.name))]
    taken = [Backup(path, datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)) for match, path in found]
    return sorted(taken, key=lambda backup: (backup.taken, len(backup.path.name), backup.path.name))


def prune(backups: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` backups, and what broken attempts left. Returns the deleted backups."""
    for part in backups.glob("chatroom-*.part*"):
        if not _is_being_written(part):
            part.unlink(missing_ok=True)
    deleted = [backup.path for backup in proven(backups)[: -keep if keep else None]]
    for path in deleted:
        path.unlink(missing_ok=True)
    return deleted


def _is_being_written(part: Path) -> bool:
    """Whether another process, such as `chat-server backup` beside a server, is at work on `part`."""
    writer = _PART.search(part.name)
    if writer is None or int(writer[1]) == os.getpid():
        return False
    try:
        os.kill(int(writer[1]), 0)  # sends nothing, but asks whether the process is there
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def restore(backup: Path, data: Path, now: datetime) -> tuple[Contents, Path | None]:
    """Put a backup in place of the log in `data`. Returns what it holds, and where the replaced log is kept.

    Raises BackupError when the backup is not whole, or a server holds `data`; then nothing has changed.
    """
    contents = prove(backup)
    data.mkdir(parents=True, exist_ok=True)
    with held(data):
        part = data / f"{FILE}.restore.part"
        with _staged(backup, part):
            kept = _set_aside(data, now)
            part.rename(data / FILE)
        _sync_folder(data)
    return contents, kept


@contextlib.contextmanager
def _staged(backup: Path, part: Path) -> Iterator[None]:
    """A synced copy of `backup` at `part`, gone again unless it was renamed."""
    try:
        shutil.copyfile(backup, part)
        part.chmod(0o600)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        yield
    except OSError as error:
        raise BackupError(f"{part.parent}: the backup could not be put there ({error}).") from error
    finally:
        _discard(part)


def _set_aside(data: Path, now: datetime) -> Path | None:
    """Move the log away: first all of it into one file, as a clean close does; a broken one moves as it is."""
    if not (data / FILE).exists():
        return None
    with contextlib.suppress(apsw.Error):
        connect(data / FILE).pragma("wal_checkpoint(truncate)")
    kept = next(p for p in _candidates(data, f"replaced-{now.strftime(_STAMP)}Z") if not p.exists())
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            (data / f"{FILE}{suffix}").rename(kept.with_name(kept.name + suffix))
    return kept


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the data folder; raises BackupError when another process does. The system lets go when a process dies."""
    lock = os.open(data / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise BackupError(f"{data}: a server is using it. Stop that first, or give another --data folder.") from error
    try:
        yield
    finally:
        os.close(lock)


def is_held(data: Path) -> bool:
    """Whether a server is using the data folder. Nothing is left behind in a folder that none ever used."""
    if not (data / LOCK).exists():
        return False
    try:
        with held(data):
            return False
    except BackupError:
        return True
