"""An outbox over a socket: never blocks, never reorders, never loses.

Strategy: a turn's bytes go to the kernel in one call. What it does not take is kept by reference, so that a
thousand readers who stall in one room share the bytes of what they have not read; what is wrapped, in TLS for one, is
wrapped when the kernel is handed it. Past its limit an outbox lags: nothing more is appended, only the number of the
last event it holds is remembered; when it has drained it is fed from the log until it is level. What its connection
watches is in no log that it reads: that is kept as bytes, up to the same limit, and told in its place.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from gevent.event import Event
from gevent.hub import get_hub
from loguru import logger

from chatroom.core.events import Record
from chatroom.server.cursor import Cursor
from chatroom.server.delivery import Delivery, Outbox
from chatroom.server.transport import Transport, line_end

# What nearly all outboxes have, and nothing is ever put into: a deque of one's own takes 760 bytes, even an empty one.
_NOTHING_WAITS: deque[bytes] = deque(maxlen=0)
_NO_NOTICES: deque[tuple[int, bytes]] = deque(maxlen=0)
CHUNK = 65536  # bytes handed to the kernel at once while draining
_WRITABLE = 2


def _unheard(record: Record) -> None:
    """What an outbox that is closed tells."""


def _nowhere(number: int) -> Cursor:
    raise AssertionError("an outbox that is closed never lags")


class SocketOutbox(Outbox):
    """What waits to be sent over `sock`; up to about `limit` bytes are kept.

    `last` gives the number of the newest event; `begin` a cursor that reads on from one.
    """

    __slots__ = (
        *(
            "_at",
            "_backlog",
            "_begin",
            "_cursor",
            "_entries",
            "_last",
            "_level",
            "_noticed",
            "_notices",
            "_send",
            "_size",
            "_sock",
        ),
        *("_transport", "_watcher", "is_broken", "limit", "stalled_since"),
    )

    def __init__(
        self,
        delivery: Delivery,
        sock: socket.socket,
        limit: int,
        last: Callable[[], int],
        begin: Callable[[int], Cursor],
    ) -> None:
        super().__init__(delivery, lambda record: None)
        self._sock = sock
        self._send: Callable[[bytes], int] = sock.send
        self._transport: Transport | None = None  # what stands between, where bytes are wrapped
        self._last = last
        self._begin = begin
        self.limit = limit
        self.is_broken = False
        self.stalled_since = 0.0  # when the kernel last took something, while something waits; else 0
        self._backlog = _NOTHING_WAITS
        self._at = 0  # bytes of its first piece that are sent
        self._size = 0
        self._watcher: Any = None
        self._cursor: Cursor | None = None  # while lagging: after the last event in the backlog
        self._entries: dict[str, Record] = {}  # while lagging: into which rooms the person came by another connection
        self._notices = _NO_NOTICES  # while lagging: after which event what is to be told
        self._noticed = 0  # bytes of that
        self._level: Event | None = None

    # ---- out

    @property
    def waiting(self) -> int:
        """Bytes that the kernel has not taken yet."""
        return self._size + (self._transport.waiting if self._transport is not None else 0)

    def wrap(self, transport: Transport) -> None:
        """Send through `transport` from now on; it takes plain bytes as the socket does."""
        self._transport = transport
        self._send = transport.send

    def push(self) -> None:
        """Hand the kernel what the transport itself has to say; what it does not take goes when it wants more."""
        if not self._backlog and not self.is_broken:
            try:
                self._send(b"")
            except OSError as error:
                self._not_sent(error)
            if not self._is_dry:
                self._wait_with(b"")

    @property
    def _is_dry(self) -> bool:
        """Whether nothing waits for the kernel to want more."""
        return not self._backlog and (self._transport is None or not self._transport.waiting)

    def flush(self) -> None:
        """Hand this turn's bytes to the kernel in one call, behind what it has not taken yet. The other hot path."""
        pending = self.pending
        if self._backlog:
            self._keep(pending)
            pending.clear()
            return
        data = pending[0] if len(pending) == 1 else b"".join(pending)
        pending.clear()
        try:
            sent = self._send(data)
        except OSError as error:
            sent = self._not_sent(error)
        if sent != len(data):
            self._wait_with(data[sent:])
        elif self.is_ended:
            self._say_end()

    def _not_sent(self, error: OSError) -> int:
        if not isinstance(error, BlockingIOError):
            self.cut()
        return 0

    def _wait_with(self, rest: bytes) -> None:
        """Keep what the kernel did not take until it wants more."""
        if not self.is_broken:
            self.stalled_since = self.stalled_since or time.monotonic()
            if rest:
                self._keep([rest])
            self._watch()

    def _keep(self, pieces: list[bytes]) -> None:
        if self.is_broken:
            return
        if self._backlog is _NOTHING_WAITS:
            self._backlog = deque()
        self._backlog.extend(pieces)
        self._size += sum(map(len, pieces))
        if self._size > self.limit and not self.is_lagging:
            self._lag(self._last())  # all that happened up to now is in the backlog

    def _watch(self) -> None:
        if self._watcher is None:
            self._watcher = get_hub().loop.io(self._sock.fileno(), _WRITABLE)
        self._watcher.start(self._drain)

    def _drain(self) -> None:
        """The kernel wants more."""
        try:
            sent = self._send(self._chunk())
        except OSError as error:
            sent = self._not_sent(error)
        else:
            self.stalled_since = time.monotonic()
        if self.is_broken:
            return
        self._drop(sent)
        if self._is_dry:
            self._drained()

    def _chunk(self) -> bytes:
        """The next bytes of the backlog; none when it is only the next page of the log that is wanted.

        The pieces stay where they are until they are sent, so that they stay shared.
        """
        pieces, size, start = [], 0, self._at
        for piece in self._backlog:
            pieces.append(piece[start : line_end(piece, start, CHUNK)])
            size += len(pieces[-1])
            if size >= CHUNK or start + len(pieces[-1]) < len(piece):
                break
            start = 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _drop(self, sent: int) -> None:
        """Forget the first bytes of the backlog."""
        self._size -= sent
        self._at += sent
        while self._backlog and self._at >= len(self._backlog[0]):
            self._at -= len(self._backlog.popleft())

    def _drained(self) -> None:
        self.stalled_since = 0.0
        self._backlog = _NOTHING_WAITS
        self._watcher.stop()
        if self.is_lagging:
            self._feed()
        if self.is_ended and not self.pending:
            self._say_end()

    # ---- lagging

    def _lag(self, after: int, places: tuple[str, ...] = ()) -> None:
        """From event `after` on only the place in the log is kept."""
        self._cursor = self._begin(after)
        self._cursor.include(places)
        self.is_lagging = True
        self.flavour = self.flavour

    def miss(self, record: Record) -> None:
        """`record` will be told from the log, as one who lags is told."""
        if not self.is_lagging:
            self._lag(record.number - 1, record.places)

    def noticed(self, record: Record) -> None:
        """`record` is something it watches; a room that its person came into meanwhile is told of when it is level."""
        if self._cursor is None:
            super().noticed(record)
        elif self._cursor.is_own_entry(record):
            self._cursor.enter(record)
            self._entries.pop(record.places[0], None)
            self._entries[record.places[0]] = record
        else:
            self._keep_notice(record)

    def _keep_notice(self, record: Record) -> None:
        """What it is told of `record` waits for its place in the log; who takes too little for that is let go."""
        before = len(self.pending)
        super().noticed(record)
        if self.is_ended:  # a last word
            return
        data = b"".join(self.pending[before:])
        del self.pending[before:]
        if data:
            if self._notices is _NO_NOTICES:
                self._notices = deque()
            self._notices.append((record.number, data))
            self._noticed += len(data)
        if self._noticed > self.limit:
            logger.info("closed: takes too little of what it watches")
            self.cut()

    def _notices_up_to(self, number: int) -> bytes:
        """What was to be told up to event `number`, told now."""
        told = b""
        while self._notices and self._notices[0][0] <= number:
            told += self._notices.popleft()[1]
        self._noticed -= len(told)
        return told

    def go_on(self) -> None:
        """The disk takes writes again."""
        super().go_on()
        if self.is_lagging and not self._backlog:
            self._feed()

    def _feed(self) -> None:
        """Append the next page of what was missed; level when that was all. One page a turn of the loop."""
        assert self._cursor is not None
        if self.delivery.is_failing:  # what is not on disk can't be read, and would be counted as read
            self.delivery.wait_for_disk(self)
            self._wake()
            return
        try:
            self._feed_page(self._cursor)
        except Exception as error:
            logger.exception("while feeding a slow reader: {}", type(error).__name__)
            self.cut()

    def _feed_page(self, cursor: Cursor) -> None:
        page = cursor.read(self._last())
        pieces = [self._notices_up_to(record.number - 1) + self.flavour.render(record) for record in page]
        self.write(b"".join(pieces) + self._notices_up_to(cursor.number))
        if cursor.number == self._last():
            self._be_level(cursor)
        else:
            self._watch()

    def _be_level(self, cursor: Cursor) -> None:
        self._cursor = None
        self.is_lagging = False
        self.flavour = self.flavour
        entries, self._entries = self._entries, {}
        for record in entries.values():
            if cursor.is_reading(record):  # they may have left again
                self.noticed(cursor.as_now(record))
        self._wake()

    def wait_until_level(self) -> None:
        """Block the calling greenlet while this outbox lags, unless it is only for the disk that it waits."""
        while self.is_lagging and not self.is_broken and (self._backlog or not self.delivery.is_failing):
            self._level = Event()
            self._level.wait()

    def _wake(self) -> None:
        if self._level is not None:
            self._level.set()

    # ---- the end

    def end(self) -> None:
        """Close the sending side when all that was written has been sent."""
        if not self.pending:
            self.delivery.touch(self)
        self.is_ended = True

    def _say_end(self) -> None:
        if self._transport is not None:
            self._transport.finish()
            self.push()
            if self._transport.waiting:
                return  # until it is sent
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut()

    def cut(self) -> None:
        """End now, whatever waits: only mark it, and wake the reader, which leaves in its own greenlet."""
        self.is_broken = self.is_ended = True
        self._backlog = _NOTHING_WAITS
        if self._watcher is not None:
            self._watcher.stop()
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._wake()

    def close(self) -> None:
        """Let go of the loop's watcher, and of whom it belongs to; before the socket is closed."""
        self.is_broken = self.is_ended = True
        self.echo = self.notice = _unheard  # without these circles all goes at once, and no collection has to find it
        self._begin = _nowhere
        self._backlog = _NOTHING_WAITS
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.close()
            self._watcher = None
