"""The drill in a process of its own: reading a whole log keeps an interpreter busy, and the loop needs ours.

Strategy: `chat-server` starts `python -m chatroom.server.drill FILE`, which restores and reads the backup at a low
priority and answers with a line of JSON. A server that ends does not wait for it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from chatroom.server.precis import CASEMAPPINGS
from chatroom.storage.backups import BackupError
from chatroom.storage.rehearsing import rehearse
from chatroom.storage.verifying import Contents

NICENESS = 10


class Drill:
    """Rehearses backups, one at a time, each in a process that `abandon` ends."""

    def __init__(self, casemapping: str) -> None:
        self._casemapping = casemapping
        self._process: subprocess.Popen[bytes] | None = None
        self._is_abandoned = False

    def __call__(self, backup: Path) -> Contents:
        """What was found in a restored backup. Blocks. Raises BackupError when it can't be restored."""
        command = [sys.executable, "-m", "chatroom.server.drill", str(backup), self._casemapping]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603
        if self._is_abandoned:
            self._process.kill()
        said, complained = self._process.communicate()
        try:
            answer = json.loads(said)
        except ValueError:
            last = complained.decode(errors="replace").strip().rpartition("\n")[2]
            raise BackupError(f"{backup}: the drill did not end ({last or 'it was stopped'}).") from None
        if "refused" in answer:
            raise BackupError(answer["refused"])
        return Contents(*answer["found"])

    def abandon(self) -> None:
        """End what is going on, and what would begin."""
        self._is_abandoned = True
        if self._process is not None:
            self._process.kill()


def main(backup: str, casemapping: str) -> None:
    """Rehearse, and print what was found or what was wrong, as JSON."""
    os.nice(NICENESS)
    try:
        print(json.dumps({"found": rehearse(Path(backup), CASEMAPPINGS[casemapping])}))
    except BackupError as error:
        print(json.dumps({"refused": str(error)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
