"""Log files: rotating by size and by day, compressed, expiring; never what somebody said, never a password.

Strategy: loguru writes straight to the file, without a queue, so that a line costs one write and none is lost at
exit; the file is looked for each time, as people delete and move log files. Compressing and deleting old files leaves
the loop: one thread does both, one after the other. Variables are kept out of tracebacks (`diagnose=False`), as they
could hold what somebody said.
"""

from __future__ import annotations

import gzip
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from loguru import logger

from chatroom.server.config import LogSettings
from chatroom.server.limits import Bucket

if TYPE_CHECKING:
    from loguru import Logger, Message

FILE = "chatroom.log"
TOLD_RATE, TOLD_BURST = 20.0, 400.0  # connections a second that the log tells of
_OLD_FILES = "chatroom.*.log*"  # the time a file was begun is in its name
_FORMAT = "{time:YYYY-MM-DD HH:mm:ss.SSS} {level: <7} {extra[client]: <24} {message}"


class Rotation:
    """Says when a new file begins: when the line would make it too large, or a new day has come."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __call__(self, message: Message, file: TextIO) -> bool:
        """Whether `message` goes into a new file."""
        file.seek(0, 2)
        if file.tell() == 0:
            return False
        begun = datetime.fromtimestamp(Path(file.name).stat().st_mtime).astimezone()
        return file.tell() + len(message.encode()) > self.size or begun.date() < message.record["time"].date()


def put_away(path: str, keep: int) -> None:
    """Replace an old file by its gzip, and delete all but the newest `keep` of them."""
    try:
        _compress(path)
        for old in sorted(Path(path).parent.glob(_OLD_FILES))[:-keep]:
            old.unlink(missing_ok=True)
    except OSError as error:
        logger.warning("an old log file could not be put away: {}", error)


def _compress(path: str) -> None:
    packed = Path(f"{path}.gz")
    with Path(path).open("rb") as plain, gzip.open(f"{packed}.part", "wb") as target:
        shutil.copyfileobj(plain, target)
    Path(f"{packed}.part").rename(packed)
    Path(path).unlink()


def start(
    folder: Path, settings: LogSettings, offload: Callable[[Callable[..., Any], str], Any], *, to_stderr: bool = True
) -> None:
    """Write logs into `folder` from now on; `offload` runs a function in a thread. Warnings go to stderr too."""
    away = partial(put_away, keep=settings.keep)
    for left in folder.glob("chatroom.*.log"):  # the last server ended before it was put away
        offload(away, str(left))
    logger.remove()
    logger.configure(extra={"client": "server"})
    logger.add(
        folder / FILE,
        format=_FORMAT,
        level=settings.level.upper(),
        watch=True,  # a file that somebody deleted or moved away begins anew
        rotation=Rotation(settings.rotate_bytes),
        compression=lambda path: offload(away, path),
        serialize=settings.format == "json",
        enqueue=False,
        diagnose=False,
        backtrace=False,
        encoding="utf-8",
    )
    if to_stderr:
        logger.add(sys.stderr, format=_FORMAT, level="WARNING", diagnose=False, backtrace=False)


class Hushed:
    """The log of a connection whose coming and going is not told: what happens to it is, when it is our bug."""

    def info(self, message: str, *facts: object) -> None:
        """Not told."""

    warning = info

    def exception(self, message: str, *facts: object) -> None:
        """Told, with the traceback."""
        logger.exception(message, *facts)


class Teller:
    """Tells of connections, but of a storm of them not of each."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._bucket = Bucket(TOLD_RATE, TOLD_BURST, seconds())
        self.untold = 0

    def log_of(self, number: int, address: str) -> Logger | Hushed:
        """The log of one connection."""
        return logger.bind(client=f"#{number} {address}") if self.is_told() else Hushed()

    def is_told(self) -> bool:
        """Whether one more is told of; if not, it is counted."""
        now = self._seconds()
        is_told = self._bucket.spent(now) < TOLD_BURST
        if is_told:
            self._bucket.take(1, now)
        self.untold += not is_told
        return is_told

    def sum_up(self) -> None:
        """Say how many were not told of."""
        if self.untold:
            logger.warning("{} connections more came and went than are told of here", self.untold)
            self.untold = 0


def stop() -> None:
    """Close the files; what was logged before is in them."""
    logger.remove()
