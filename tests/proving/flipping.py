"""A bit flipped in each page of a backup: the drill and a restore refuse it, by name."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from outcome import Outcome
from storage_facts import fill, said

from chatroom.storage.backups import BackupError, snapshot
from chatroom.storage.history import FILE, History
from chatroom.storage.rehearsing import rehearse
from chatroom.storage.restoring import restore

PAGE = 4096
ERASED = 20  # of the lines, so that there are free pages and tombstones


def flip_each_page(folder: Path, lines: int, seed: int) -> Outcome:
    """Flip a bit in each page, one after the other, and try to restore; `lines` are in the log."""
    backup = _backup(folder, lines)
    chance, whole = random.Random(seed), backup.read_bytes()
    missed = tries = 0
    for page in range(0, len(whole), PAGE):
        at = min(page + chance.randrange(PAGE), len(whole) - 1)
        flipped = bytearray(whole)
        flipped[at] ^= 1 << chance.randrange(8)
        backup.write_bytes(flipped)
        missed += not _is_refused(lambda: restore(backup, folder / "restored", datetime.now(UTC)), backup)
        missed += not _is_refused(lambda: rehearse(backup), backup)
        tries += 1
    backup.write_bytes(whole)
    restored = restore(backup, folder / "restored", datetime.now(UTC)).contents.events
    failed = "" if restored == lines else f"the whole backup held {restored} events of {lines}"
    return Outcome(tries, 2 * tries, missed, "tries to restore", f"{len(whole) // PAGE} pages", failed)


def _backup(folder: Path, lines: int) -> Path:
    (folder / "data").mkdir(parents=True)
    (folder / "backups").mkdir()
    history = History(folder / "data" / FILE, "os")
    fill(history, range(1, lines), size=400)
    while history.index():
        history.commit()
    for number in range(1, ERASED):
        history.erase(number)
    history.append(said(lines))
    history.close()
    return snapshot(folder / "data", folder / "backups", datetime.now(UTC)).path


def _is_refused(attempt: object, backup: Path) -> bool:
    try:
        attempt()  # type: ignore[operator]
    except BackupError as error:
        return str(error).startswith(f"{backup}: ")
    return False
