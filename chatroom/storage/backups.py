"""Snapshots of the log: taken while it is written to, put to the test before they are called backups, thinned out.

Strategy: a snapshot is copied page by page inside one held read transaction, on a connection of its own, into a
file that ends in `.part`. It is sealed, and a drill restores it into an empty folder, as whoever needs it one day
would; what is found there must be what the log held. Only then it is synced and given its name.

Everything here blocks: the server runs it in a thread of its own.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw

from chatroom.storage import sealing
from chatroom.storage.layout import FILE, OLDEST, VERSION, connect, copy_pages, sync_folder
from chatroom.storage.thinning import Keep, staying
from chatroom.storage.verifying import Contents, VerifyError, contents, verify

_NAME = re.compile(r"chatroom-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)Z(?:-\d+)?\.db")
_PART = re.compile(r"\.(\d+)\.part")  # with the number of the process that writes it
STAMP = "%Y-%m-%dT%H-%M-%S"


class BackupError(Exception):
    """A snapshot could not be made, proven or put back; says which, why, and what to do."""


@dataclass(frozen=True)
class Backup:
    """A proven snapshot."""

    path: Path
    taken: datetime  # UTC
    contents: Contents | None = None  # known when it was just proven


Drill = Callable[[Path], Contents]  # restores a backup somewhere; what was found. Raises BackupError


def prove(path: Path) -> Contents:
    """Read all of a backup: every byte against its seal, every event against the running hash.

    Raises BackupError when it is not whole.
    """
    if not path.is_file():
        raise BackupError(f"{path}: there is no such file.")
    try:
        if sealing.is_sealed(path):
            sealing.check(path)
        elif not _is_older(path):
            raise BackupError(f"{path}: is no whole backup (it does not end as one). Take another one.")
        return _read(path)
    except (sealing.SealError, VerifyError) as error:
        raise BackupError(f"{path}: is damaged ({error}). Take another one.") from error
    except (apsw.Error, OSError) as error:
        raise BackupError(f"{path}: is no whole backup ({error}). Take another one.") from error


def _read(path: Path) -> Contents:
    log = connect(path, read_only=True)
    try:
        version = log.pragma("user_version")
        if version == VERSION:
            return verify(log)
        if version not in range(OLDEST, VERSION):
            raise BackupError(f"{path}: was written by another version ({version}; this one reads {VERSION}).")
        return _read_older(path, log)
    finally:
        log.close()


def _is_older(path: Path) -> bool:
    """Whether it is of a version that sealed nothing."""
    log = connect(path, read_only=True)
    try:
        return log.pragma("user_version") in range(OLDEST, VERSION)
    finally:
        log.close()


def _read_older(path: Path, log: apsw.Connection) -> Contents:
    """What can be said of a backup of version 1, which had neither a seal nor a running hash."""
    [(verdict,), *_] = log.execute("PRAGMA integrity_check")
    if verdict != "ok":
        raise VerifyError(str(verdict).splitlines()[-1])
    size = log.pragma("page_count") * log.pragma("page_size")
    if path.stat().st_size != size:  # SQLite itself reads what is missing as zeros
        raise VerifyError(f"it should have {size} bytes")
    return contents(log)


def snapshot(data: Path, backups: Path, now: datetime, drill: Drill = prove) -> Backup:
    """Copy the log in `data` into `backups` and put the copy to the test, by `drill`.

    Raises BackupError; then nothing is left behind.
    """
    source = data / FILE
    if not source.exists():
        raise BackupError(f"{source}: there is no history to back up yet.")
    part = backups / f"chatroom-{now.strftime(STAMP)}Z.{os.getpid()}.part"
    try:
        expected = _copy(source, part)
        sealing.seal(part)
        found = drill(part)
        if found != expected:
            raise BackupError(f"{part.name}: holds {found}; the history held {expected}. It was thrown away.")
        return Backup(_publish(part, backups, now), now, found)
    except (apsw.Error, OSError) as error:
        raise BackupError(
            f"{backups}: no backup could be made ({error}). Is there room, and may it be written to?"
        ) from error
    except VerifyError as error:
        raise BackupError(f"{source}: can't be backed up ({error}). Restore the newest backup.") from error
    finally:
        discard(part)


def discard(part: Path) -> None:
    """Delete what an attempt left, if it can be; why the attempt itself failed is what matters."""
    with contextlib.suppress(OSError):
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> Contents:
    """Copy a log as it is at this moment. The held read keeps writers from restarting the copy for ever."""
    log = connect(source, read_only=True)
    copy = connect(target)
    try:
        log.execute("BEGIN")
        held = contents(log)
        copy_pages(log, copy)
        return held
    finally:
        copy.close()
        log.close()


def _publish(part: Path, backups: Path, now: datetime) -> Path:
    """Give a proven copy its name, durably."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    stem = f"chatroom-{now.strftime(STAMP)}Z"
    paths = list(candidates(backups, stem))
    newest = max((n for n, path in enumerate(paths) if path.exists()), default=-1)
    path = paths[newest + 1]  # never a name before that of an older one, though it may be free again
    part.rename(path)
    sync_folder(backups)
    return path


def candidates(folder: Path, stem: str) -> Iterator[Path]:
    """Names for a file, in the order in which they are to be tried."""
    yield folder / f"{stem}.db"
    for n in range(2, 1000):
        yield folder / f"{stem}-{n}.db"


def proven(backups: Path) -> list[Backup]:
    """The backups in a folder, oldest first."""
    found = [(match, path) for path in backups.glob("chatroom-*.db") if (match := _NAME.fullmatch(path.name))]
    taken = [Backup(path, datetime.strptime(match[1], STAMP).replace(tzinfo=UTC)) for match, path in found]
    return sorted(taken, key=lambda backup: (backup.taken, len(backup.path.name), backup.path.name))


def prune(backups: Path, keep: Keep) -> list[Path]:
    """Delete the backups that are not to stay, and what broken attempts left. Returns the deleted backups."""
    for part in backups.glob("chatroom-*.part*"):
        if not _is_being_written(part):
            discard(part)
    found = proven(backups)
    stay = staying([backup.taken for backup in found], keep)
    deleted = [backup.path for position, backup in enumerate(found) if position not in stay]
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
