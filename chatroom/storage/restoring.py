"""Putting a backup in place of the log.

Strategy: the backup is read whole before anything is touched; it is copied beside the log, checked against its seal
while it is copied; what was forgotten since it was taken is forgotten in the copy too; and only then the log moves
aside, whole, and the copy takes its place. A server that holds the folder keeps all this from happening.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import apsw

from chatroom.core.names import fold_ascii
from chatroom.storage import forgetting, sealing
from chatroom.storage.backups import STAMP, BackupError, candidates, discard, prove
from chatroom.storage.history import History, HistoryError
from chatroom.storage.layout import FILE, connect, sync_folder
from chatroom.storage.lock import held
from chatroom.storage.shaping import Fold
from chatroom.storage.verifying import Contents


@dataclass(frozen=True)
class Restored:
    """What was put back, where the replaced log is kept, and how many events were forgotten again."""

    contents: Contents
    kept: Path | None = None
    forgotten: int = 0
    warning: str = ""  # what else there is to know


def restore(backup: Path, data: Path, now: datetime, fold: Fold = fold_ascii) -> Restored:
    """Put a backup in place of the log in `data`.

    Raises BackupError when the backup is not whole, HeldError when a server holds `data`; then nothing has changed.
    """
    contents = prove(backup)
    data.mkdir(parents=True, exist_ok=True)
    with held(data):
        part = data / f"{FILE}.restore.part"
        with _staged(backup, part):
            forgotten, warning = _forget_again(backup, data / FILE, part, fold)
            kept = _set_aside(data, now)
            part.rename(data / FILE)
        sync_folder(data)
    return Restored(contents, kept, forgotten, warning)


@contextlib.contextmanager
def _staged(backup: Path, part: Path) -> Iterator[None]:
    """A synced copy of `backup` at `part`, gone again unless it was renamed."""
    try:
        discard(part)
        part.touch(0o600)
        with part.open("wb") as file:
            if sealing.is_sealed(backup):
                sealing.check(backup, file.write)
            else:
                file.write(backup.read_bytes())
        yield
    except sealing.SealError as error:
        raise BackupError(f"{backup}: is damaged ({error}). Take another one.") from error
    except (OSError, apsw.Error, HistoryError) as error:
        raise BackupError(f"{part.parent}: the backup could not be put there ({error}).") from error
    finally:
        for suffix in ("", "-wal", "-shm"):
            discard(part.with_name(part.name + suffix))


def _forget_again(backup: Path, log: Path, part: Path, fold: Fold) -> tuple[int, str]:
    """Forget in the copy what is forgotten in the present log; how many events that were, and what went wrong."""
    if not sealing.is_sealed(backup):  # from before there were accounts
        _sync(part)
        return 0, ""
    warning = ""
    deeds: list[forgetting.Deed] = []
    erased: list[tuple[int, bytes]] = []
    if log.exists():
        try:
            deeds, erased = forgetting.told_by(log)
        except apsw.Error as error:
            warning = f"{log}: could not be asked what was forgotten ({error}); run chat-server forget again if need be"
    count = 0
    if deeds or erased:
        history = History(part, "os", fold)
        try:
            count = forgetting.repeat(history, fold, deeds, erased)
        finally:
            history.close()
    _sync(part)
    return count, warning


def _sync(part: Path) -> None:
    with part.open("rb") as file:
        os.fsync(file.fileno())


def _set_aside(data: Path, now: datetime) -> Path | None:
    """Move the log away: first all of it into one file, as a clean close does; a broken one moves as it is."""
    if not (data / FILE).exists():
        return None
    with contextlib.suppress(apsw.Error):
        connect(data / FILE).pragma("wal_checkpoint(truncate)")
    kept = next(p for p in candidates(data, f"replaced-{now.strftime(STAMP)}Z") if not p.exists())
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            (data / f"{FILE}{suffix}").rename(kept.with_name(kept.name + suffix))
    return kept
