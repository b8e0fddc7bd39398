"""`chat-server` on a disk that forgets what was not synced, as when the power fails.

Strategy: a layer between SQLite and the file system keeps every write in this process until the file is synced; when
the process is killed, all that is gone. As a real disk may write any part early, each piece has a chance of being
written at once. What the server reads is what it wrote, as with a real one.

    python unsynced.py SEED [arguments of chat-server]
"""

from __future__ import annotations

import random
import sys
import threading
from pathlib import Path
from typing import Any

import apsw

EARLY = 0.3  # of the pieces are written before they are synced
_LOCK = threading.RLock()


class Content:
    """A file as this process sees it, and which pieces of it the disk does not have."""

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        self.unsynced: list[tuple[int, int]] = []


class ForgetfulDisk(apsw.VFS):
    """Keeps what is written until it is synced; the files of one path share it."""

    def __init__(self, seed: int) -> None:
        self.base = apsw.vfs_names()[0]
        self.chance = random.Random(seed)
        self.contents: dict[str, Content] = {}
        super().__init__("forgetful", self.base, makedefault=True)

    def xOpen(self, name: Any, flags: list[int]) -> ForgetfulFile:  # noqa: N802
        return ForgetfulFile(self, name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        with _LOCK:
            self.contents.pop(name, None)
            super().xDelete(name, syncdir)


class ForgetfulFile(apsw.VFSFile):
    """One open file on it."""

    def __init__(self, disk: ForgetfulDisk, name: Any, flags: list[int]) -> None:
        super().__init__(disk.base, name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        with _LOCK:
            if path is None:
                self._content = Content(b"")
            else:
                kept = Path(path).read_bytes() if path not in disk.contents else b""
                self._content = disk.contents.setdefault(path, Content(kept))
        self._chance = disk.chance

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        with _LOCK:
            return bytes(self._content.data[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        content = self._content
        with _LOCK:
            if len(content.data) < offset + len(data):
                content.data.extend(bytes(offset + len(data) - len(content.data)))
            content.data[offset : offset + len(data)] = data
            if self._chance.random() < EARLY:
                super().xWrite(data, offset)
            else:
                content.unsynced.append((offset, len(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        with _LOCK:
            del self._content.data[size:]
            super().xTruncate(size)

    def xFileSize(self) -> int:  # noqa: N802
        with _LOCK:
            return len(self._content.data)

    def xSync(self, flags: int) -> None:  # noqa: N802
        with _LOCK:
            content = self._content
            for offset, length in content.unsynced:
                if piece := bytes(content.data[offset : offset + length]):
                    super().xWrite(piece, offset)
            content.unsynced.clear()
            super().xSync(flags)


if __name__ == "__main__":
    disk = ForgetfulDisk(int(sys.argv[1]))
    from chatroom.server.main import main

    sys.exit(main(sys.argv[2:]))
