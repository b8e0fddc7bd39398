"""What happens on schedule: looking after clients, the search index, retrying the disk, backups.

Strategy: one greenlet for each, none for a client, and none that a failure ends. Work that takes longer than a turn of
the loop may goes to a thread.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import apsw
import gevent
from gevent.threadpool import ThreadPool
from loguru import logger

from chatroom.server.house import House
from chatroom.storage.backups import Backup, BackupError, prune, snapshot

LOOK_SECONDS = 1.0
INDEX_SECONDS = 1.0
DISK_SECONDS = 1.0
BACKUP_RETRY_SECONDS = 60.0


class Keeper:
    """The scheduled greenlets of one house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.pool = ThreadPool(1)  # backups only; nothing else waits for them
        self._greenlets: list[gevent.Greenlet[..., None]] = []
        self._backup_pause = self._first_pause()

    def start(self) -> None:
        """Begin."""
        self._every(lambda: LOOK_SECONDS, lambda: self.house.look(self.house.seconds()))
        self._every(lambda: INDEX_SECONDS, self._index)
        self._every(lambda: DISK_SECONDS, self.house.delivery.retry)
        self._every(lambda: self._backup_pause, self._back_up_on_schedule)

    def stop(self) -> None:
        """End all but the thread."""
        gevent.killall(self._greenlets)

    def _every(self, pause: Callable[[], float], work: Callable[[], object]) -> None:
        def repeat() -> None:
            while True:
                gevent.sleep(pause())
                try:
                    work()
                except Exception:
                    logger.exception("a bug, in what is done on schedule; it goes on")

        self._greenlets.append(gevent.spawn(repeat))

    def _index(self) -> None:
        """Let the search index follow the log, a batch a turn."""
        try:
            while self.house.history.index():
                self.house.history.commit()
                gevent.sleep(0)
            self.house.history.commit()
        except apsw.Error as error:
            logger.warning("the search index waits: {}", error)

    # ---- backups

    def _back_up_on_schedule(self) -> None:
        every = self.house.settings.backups.every_minutes * 60.0
        self._backup_pause = min(every or BACKUP_RETRY_SECONDS, BACKUP_RETRY_SECONDS)  # to try, or look, again
        if every and self.back_up():
            self._backup_pause = every

    def _first_pause(self) -> float:
        """Until the newest backup is due for replacement, also after a restart."""
        every = self.house.settings.backups.every_minutes * 60.0
        last = self.house.last_backup
        age = (datetime.now(UTC) - last.taken).total_seconds() if last else every
        return min(max(every - age, 1.0), every or BACKUP_RETRY_SECONDS)

    def back_up(self) -> Backup | None:
        """Take a snapshot in the thread, prove it, thin out the old ones. None if it failed; the log says why."""
        house = self.house
        try:
            backup = self.pool.apply(_snapshot_quietly, (house,))
            if isinstance(backup, Exception):
                raise backup
        except Exception as error:
            house.backup_trouble = str(error)
            log = logger.opt(exception=not isinstance(error, BackupError))
            log.error("no backup was made, another try follows: {}", error)
            return None
        house.backup_trouble = ""
        self._prune()
        logger.info("backup {} proven: {} events", backup.path.name, backup.contents.events if backup.contents else 0)
        return backup

    def _prune(self) -> None:
        try:
            prune(self.house.backups, self.house.settings.backups.keep)
        except OSError as error:
            logger.warning("old backups could not be deleted: {}", error)


def _snapshot_quietly(house: House) -> Backup | Exception:
    """A snapshot, or why there is none: gevent's pool prints a traceback for what is raised in it."""
    try:
        return snapshot(house.data, house.backups, datetime.now(UTC))
    except Exception as error:
        return error
