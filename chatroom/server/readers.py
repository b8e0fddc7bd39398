"""Readers are woken in the order in which something came for them.

Strategy: the loop hands out what became readable at once the last one first, so that of two people who write in the
same moment the later would be heard before the earlier. Who is woken is taken down, and all are let go on from the
other end, in the same turn of the loop.
"""

from __future__ import annotations

from typing import Any

from gevent.hub import Waiter, get_hub


class Readers:
    """Those who wait for their sockets."""

    def __init__(self) -> None:
        self._loop = get_hub().loop
        self._ready: list[Waiter[None]] = []  # in this turn, the one for whom something came last first

    def wait(self, readable: Any) -> None:
        """Block the calling greenlet until `readable`, a watcher of the loop, sees something to read."""
        waiter: Waiter[None] = Waiter()
        readable.start(self._is_ready, waiter)
        try:
            waiter.get()
        finally:
            readable.stop()

    def _is_ready(self, waiter: Waiter[None]) -> None:
        if not self._ready:
            self._loop.run_callback(self._wake)
        self._ready.append(waiter)

    def _wake(self) -> None:
        ready, self._ready = self._ready, []
        for waiter in reversed(ready):
            waiter.switch(None)
