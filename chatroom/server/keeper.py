"""What happens on schedule: looking after clients, the search index, the journal, old events, the disk, backups.

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

from chatroom.server.drill import Drill
from chatroom.server.house import House
from chatroom.storage.backups import Backup, BackupError, prune, snapshot
from chatroom.storage.forgetting import step as forget
from chatroom.storage.retention import Limits
from chatroom.storage.retention import step as retain
from chatroom.storage.thinning import Keep

LOOK_SECONDS = 1.0
INDEX_SECONDS = 1.0
DISK_SECONDS = 1.0
JOURNAL_SECONDS = 0.2
JOURNAL_PAGES = 1000  # 4 MB: past it the journal is carried into the file
RETENTION_SECONDS = 60.0
FORGET_SECONDS = 1.0
ENDS_SECONDS = 1.0
STEP_SECONDS = 0.005  # between two steps of what takes many, so that clients come first
BACKUP_RETRY_SECONDS = 60.0


class Keeper:
    """The scheduled greenlets of one house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.pool = ThreadPool(1)  # backups only; nothing else waits for them
        self._journal_pool = ThreadPool(1)
        self._drill = Drill(house.settings.server.casemapping)
        self._greenlets: list[gevent.Greenlet[..., None]] = []
        self._backup_pause = self._first_pause()

    def start(self) -> None:
        """Begin."""
        self._every(lambda: LOOK_SECONDS, lambda: self.house.look(self.house.seconds()))
        self._every(lambda: INDEX_SECONDS, self._index)
        self._every(lambda: DISK_SECONDS, self.house.delivery.retry)
        self._every(lambda: JOURNAL_SECONDS, self.carry_journal)
        self._every(lambda: RETENTION_SECONDS, self.retain)
        self._every(lambda: FORGET_SECONDS, self.forget)
        self._every(lambda: ENDS_SECONDS, self.house.chat.end_what_is_due)
        self._every(lambda: self._backup_pause, self._back_up_on_schedule)

    def stop(self) -> None:
        """End all but the threads."""
        gevent.killall(self._greenlets)

    def abandon(self) -> None:
        """Wait no longer for a backup that is being taken; what it leaves is swept up by the next."""
        self._drill.abandon()

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
        """Let the search index follow the log, a batch a turn, and be merged at the same pace."""
        history = self.house.history

        def step() -> bool:
            is_behind = history.index()
            history.commit()
            gevent.sleep(0)
            return history.merge() or is_behind

        self._step_by_step(step, "the search index waits")

    def carry_journal(self) -> None:
        """Carry a long journal into the file: most of it in a thread, the rest here, so that it begins anew."""
        history = self.house.history
        if history.journal_pages <= JOURNAL_PAGES:
            return
        history.journal_pages = 0
        error = self._journal_pool.apply(_quietly, (history.checkpoint_aside,))
        if error is None:
            history.checkpoint()
        else:
            logger.warning("the journal of the history grows, as it can't be carried over: {}", error)

    def retain(self) -> None:
        """Let go of what is older, or more, than is to be kept, a few events at a time."""
        house, settings = self.house, self.house.settings.history
        limits = Limits(settings.keep_days, settings.keep_bytes)
        self._step_by_step(lambda: retain(house.history, limits, house.now()), "old events stay for now")

    def forget(self) -> None:
        """Forget whom `chat-server forget` has asked to forget, a few events at a time."""
        fold = self.house.chat.names.fold
        self._step_by_step(lambda: forget(self.house.history, fold), "what is to be forgotten stays for now")

    def _step_by_step(self, step: Callable[[], bool], trouble: str) -> None:
        house = self.house
        try:
            while not house.delivery.is_failing and step():
                house.history.commit()
                gevent.sleep(STEP_SECONDS)
            house.history.commit()
        except apsw.Error as error:
            logger.warning("{}: {}", trouble, error)

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
            backup = self.pool.apply(_snapshot_quietly, (house, self._drill))
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
            settings = self.house.settings.backups
            prune(self.house.backups, Keep(settings.keep, settings.hourly, settings.daily, settings.weekly))
        except OSError as error:
            logger.warning("old backups could not be deleted: {}", error)


def _quietly(work: Callable[[], object]) -> Exception | None:
    """Why `work` failed, if it did: gevent's pool prints a traceback for what is raised in it."""
    try:
        work()
    except Exception as error:
        return error
    return None


def _snapshot_quietly(house: House, drill: Drill) -> Backup | Exception:
    """A snapshot, or why there is none: gevent's pool prints a traceback for what is raised in it."""
    try:
        return snapshot(house.data, house.backups, datetime.now(UTC), drill)
    except Exception as error:
        return error
