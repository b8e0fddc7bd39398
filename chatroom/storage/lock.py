"""One process at a time uses a data folder: a lock that the system lets go of when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

LOCK = "lock"


class HeldError(Exception):
    """Another process uses the folder; says which, and what to do."""


@contextlib.contextmanager
def held(data: Path) -> Iterator[None]:
    """Hold the data folder; raises HeldError when another process does."""
    lock = os.open(data / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise HeldError(f"{data}: a server is using it. Stop that first, or give another --data folder.") from error
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
    except HeldError:
        return True
