"""What is really on disk, and disks that refuse."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw


def on_disk(path: Path) -> list[int]:
    """The numbers of the events another process would find in the file."""
    log = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return [number for (number,) in log.execute("SELECT number FROM events ORDER BY number")]
    finally:
        log.close()


@contextmanager
def another_writer(path: Path) -> Iterator[None]:
    """While this lasts, another connection holds the write lock."""
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@contextmanager
def full_disk(log: Path, process: int = 0) -> Iterator[None]:
    """While this lasts, the log's journal can't grow: writes fail where a full disk fails them, at the commit.

    For another `process`, if one is given.
    """
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    size = log.with_name(f"{log.name}-wal").stat().st_size
    resource.prlimit(process, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):  # it has ended
            resource.prlimit(process, resource.RLIMIT_FSIZE, before)
