"""Greenlets for whoever has sent something, in the order in which it came.

Strategy: a client who has come in and is silent has no greenlet, only a watcher of the loop: a greenlet that waits
holds some 8 KiB, most of it the interpreter's stack. When something can be read, an idle greenlet takes the client, or
a new one does; it may block as long as it must, and is idle again when the client has nothing more to say for now.

The loop hands out what became readable at once the last one first, so that of two people who write in the same moment
the later would be heard before the earlier. Who is woken is taken down, and all are let go on from the other end, in
the same turn of the loop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import gevent
from gevent.hub import Waiter, get_hub

if TYPE_CHECKING:
    from chatroom.server.connection import Connection

MOST_IDLE = 32  # greenlets that are kept: more only hold memory


class Readers:
    """Those who wait for their sockets. `serve` is called with each client that waits without a greenlet."""

    def __init__(self, serve: Callable[[Connection], None]) -> None:
        self._serve = serve
        self._hub = get_hub()
        self._idle: list[Any] = []
        # In this turn, the one for whom something came last first: what to call, and with what.
        self._ready: list[tuple[Callable[[Any], object], Any]] = []

    def wait(self, readable: Any) -> None:
        """Block the calling greenlet until `readable`, a watcher of the loop, sees something to read."""
        waiter: Waiter[None] = Waiter()
        readable.start(self._is_ready, waiter.switch, None)
        try:
            waiter.get()
        finally:
            readable.stop()

    def wait_for(self, connection: Connection, readable: Any) -> None:
        """Serve `connection` once, in a greenlet that may block, when `readable` sees something to read."""
        readable.start(self._is_ready, self._hand_over, connection, readable)

    def _is_ready(self, go_on: Callable[[Any], object], argument: Any, readable: Any = None) -> None:
        if readable is not None:
            readable.stop()
        if not self._ready:
            self._hub.loop.run_callback(self._wake)
        self._ready.append((go_on, argument))

    def _wake(self) -> None:
        ready, self._ready = self._ready, []
        for go_on, argument in reversed(ready):
            go_on(argument)

    def _hand_over(self, connection: Connection) -> None:
        if self._idle:
            self._idle.pop().switch(connection)
        else:
            gevent.spawn_raw(self._work, connection)

    def _work(self, connection: Connection) -> None:
        while True:
            self._serve(connection)
            if len(self._idle) >= MOST_IDLE:
                return
            self._idle.append(gevent.getcurrent())
            connection = self._hub.switch()
