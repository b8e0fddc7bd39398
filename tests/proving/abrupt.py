"""A server that is gone from one instruction to the next: `python abrupt.py EVENTS WRITES (arguments of chat-server)`.

It kills itself (SIGKILL) when it has committed so many events, and written so often to clients since: 0 for what is on
disk and nobody has been shown, 1 for what one has been shown and nobody else.
"""

from __future__ import annotations

import os
import signal
import sys

from chatroom.server.outbox import SocketOutbox
from chatroom.storage.history import History


class AbruptHistory(History):
    """A log that counts what is committed."""

    committed = 0

    def commit(self) -> None:
        count = len(self._pending)
        super().commit()
        type(self).committed += count


def end_at(events: int, writes: int) -> None:
    """Have it end there."""
    flush, left = SocketOutbox.flush, [writes]

    def counted(self: SocketOutbox) -> None:
        if AbruptHistory.committed >= events:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        flush(self)

    SocketOutbox.flush = counted  # type: ignore[method-assign]


if __name__ == "__main__":
    end_at(int(sys.argv[1]), int(sys.argv[2]))
    from chatroom.server import opening
    from chatroom.server.main import main

    opening.History = AbruptHistory  # type: ignore[misc]
    sys.exit(main(sys.argv[3:]))
