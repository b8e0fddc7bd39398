"""The drill: a backup is restored into an empty folder and started from, as if it were needed.

Strategy: nothing is taken for granted that was not done: the same code that restores restores, the same code that
opens a log at a start opens it, and the rooms are made from it. What is left is deleted.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import apsw
import msgspec

from chatroom.core.chat import Chat
from chatroom.core.names import ASCII, Casemapping, Names
from chatroom.storage.backups import BackupError, discard
from chatroom.storage.history import History, HistoryError
from chatroom.storage.layout import FILE
from chatroom.storage.lock import HeldError
from chatroom.storage.restoring import restore
from chatroom.storage.verifying import Contents


def rehearse(backup: Path, mapping: Casemapping = ASCII) -> Contents:
    """Restore a backup beside itself and start from it; what was found. Raises BackupError when that fails."""
    folder = backup.with_name(f"{backup.name}.drill")
    discard(folder)
    try:
        restored = restore(backup, folder, datetime.now(UTC), mapping.fold)
        return _start(folder / FILE, restored.contents, mapping)
    except (apsw.Error, OSError, HistoryError, HeldError, msgspec.MsgspecError, LookupError) as error:
        raise BackupError(f"{backup}: can't be started from ({error}). Take another one.") from error
    finally:
        discard(folder)


def _start(log: Path, read: Contents, mapping: Casemapping) -> Contents:
    """Make the rooms from a restored log, as at a start; what it holds."""
    history = History(log, "os", mapping.fold)
    try:
        chat = Chat(lambda: 0, lambda record: None, lambda *_: None, Names(mapping))
        chat.remember(history.lasting())
        return Contents(read.events, history.last()[0], history.head.hash.hex())
    finally:
        history.close()
