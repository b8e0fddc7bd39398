"""The real program at a real terminal: what a person types, and everything it has written there."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from contextlib import suppress

from running import ROOT, environment

PATIENCE = 15.0  # seconds


class Terminal:
    """A pseudo-terminal with `chat-client` in it."""

    def __init__(self, *words: str, **settings: str) -> None:
        self._ours, theirs = pty.openpty()
        self.text = ""
        self.process = subprocess.Popen(
            [sys.executable, "-c", _AT_TERMINAL, str(ROOT / "bin" / "chat-client"), *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment() | {"TERM": "dumb"} | settings,
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def type(self, line: str) -> None:
        os.write(self._ours, f"{line}\n".encode())

    def sees(self, pattern: str) -> re.Match[str]:
        """Read until what was written since the last call holds `pattern`."""
        until = time.monotonic() + PATIENCE
        while not (found := re.search(pattern, self.text)):
            if not self._read(until - time.monotonic()):
                raise AssertionError(f"{pattern!r} was not to be seen in:\n{self.text}")
        self.text = self.text[found.end() :]
        return found

    def _read(self, seconds: float) -> bool:
        if seconds <= 0 or not select.select([self._ours], [], [], seconds)[0]:
            return False
        with suppress(OSError):  # the other end has closed
            data = os.read(self._ours, 65536)
            self.text += data.decode(errors="replace").replace("\r\n", "\n")
            return bool(data)
        return False

    def ends(self) -> int:
        """Read all that is still written, until the program has ended; its exit code."""
        until = time.monotonic() + PATIENCE
        while self._read(until - time.monotonic()):
            pass
        return self.process.wait(PATIENCE)

    def hang_up(self) -> None:
        """Close the terminal, as one closes a window."""
        if self._ours >= 0:
            os.close(self._ours)
            self._ours = -1


# The terminal has to be the one that controls the process, or closing it would be no hang-up.
_AT_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
