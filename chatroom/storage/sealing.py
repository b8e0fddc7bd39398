"""A seal at the end of a backup: a digest of every byte before it, so that no bit of it changes unnoticed.

Strategy: the seal stands in the file itself, after the last page, where SQLite does not look: a backup that is copied
elsewhere keeps it. What SQLite's own check does not cover, such as free pages and unused bytes, is covered by it.

Source: BLAKE2, RFC 7693.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

_MARK = b"\nchatroom backup, BLAKE2b-256 of all before: "
SIZE = len(_MARK) + 64 + 1  # bytes of a seal
_PIECE = 1 << 20


class SealError(Exception):
    """The file has no seal, or is not what was sealed."""


def seal(path: Path) -> None:
    """Put a seal at the end of a file."""
    digest = _read(path, path.stat().st_size)
    with path.open("ab") as file:
        file.write(_MARK + digest.encode() + b"\n")


def unseal(path: Path) -> None:
    """Take the seal off a sealed file, which is then a database and nothing else."""
    os.truncate(path, path.stat().st_size - SIZE)


def check(path: Path, taken: Callable[[bytes], object] = lambda piece: None) -> None:
    """Read all of a sealed file, handing on what is before the seal. Raises SealError when it is not as it was."""
    size = path.stat().st_size - SIZE
    written = _seal_of(path, size)
    if written is None:
        raise SealError("it does not end as a backup ends")
    if _read(path, size, taken) != written:
        raise SealError("its bytes are not those that were written")


def is_sealed(path: Path) -> bool:
    """Whether there is a seal at the end; not whether it is true."""
    return _seal_of(path, path.stat().st_size - SIZE) is not None


def _seal_of(path: Path, size: int) -> str | None:
    if size < 0:
        return None
    with path.open("rb") as file:
        file.seek(size)
        end = file.read()
    return end[len(_MARK) : -1].decode("latin-1") if end.startswith(_MARK) and end.endswith(b"\n") else None


def _read(path: Path, size: int, taken: Callable[[bytes], object] = lambda piece: None) -> str:
    """The digest of the first `size` bytes, which are handed on."""
    digest = blake2b(digest_size=32)
    with path.open("rb") as file:
        while size > 0 and (piece := file.read(min(size, _PIECE))):
            digest.update(piece)
            taken(piece)
            size -= len(piece)
    return digest.hexdigest()
