"""From what happened to what is sent: encode once per flavour; once per turn of the loop, commit, then write.

Strategy: during a turn `deliver` only appends references to the outboxes of those who hear; the first append of the
turn asks the loop for one `flush` at its end. The flush commits the log and only then hands each touched outbox's
bytes to its socket, in one piece: nobody is shown an event that is not on disk. When the disk refuses, what is
waiting is held back, the chat is sealed, and the commit is tried again until it succeeds.

Whoever caused what is held back is told that it waits. Signs of life tell nothing of the chat and go out all the same.

Where turns come thick and fast a flush waits for a few of them (group commit): what happens alone goes out at once, and
the more there is to write, the more goes out together. A turn in which very much is read is ended in between.

The contract of an outbox: writing never blocks, never reorders, never loses; what the socket does not take is kept,
up to a limit; what is written after the end is dropped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from typing import Any, Protocol

from loguru import logger

from chatroom.core.events import Record
from chatroom.core.user import User


class Flavour(Protocol):
    """A form in which events are told; equal for all who get the same bytes."""

    def render(self, record: Record) -> bytes:
        """The bytes that tell `record`, b"" when this flavour does not."""


class _Silence:
    """The flavour of one that is told nothing."""

    def render(self, record: Record) -> bytes:
        return b""


SILENCE: Flavour = _Silence()

# Writing takes a quarter of the time at most, while that delays nothing by more than the longest pause. With a message
# every half millisecond in rooms of two it saves half of the CPU time, most of it for commits.
LEAST_PAUSE = 0.002  # seconds between two flushes
LONGEST_PAUSE = 0.025
LONGEST_TURN = 0.01  # seconds of reading, after which a turn is ended before its end
_SHARE = 3.0  # how many times as long as the last flush took the pause is
_RARELY = 8.0  # the same, for how long a turn may go on: with thousands in a room a flush takes tens of milliseconds


Later = Callable[[float, Callable[[], None]], Any]


class Outbox:
    """What waits to be sent to one connection.

    `echo` tells the connection what it caused itself, `notice` what it watches, each in its own way.
    """

    __slots__ = ("_flavour", "delivery", "echo", "held", "is_ended", "is_lagging", "notice", "pending", "telling")

    def __init__(self, delivery: Delivery, echo: Callable[[Record], None]) -> None:
        self.delivery = delivery
        self.echo = echo
        self.notice: Callable[[Record], None] = lambda record: None
        self.pending: list[bytes] = []  # of this turn
        self.held: list[bytes] = []  # of the turn whose commit failed
        self.is_ended = False
        self.is_lagging = False  # told nothing as it happens, but from the log, later
        self.flavour = SILENCE

    @property
    def flavour(self) -> Flavour:
        """The form in which this connection wants to be told."""
        return self._flavour

    @flavour.setter
    def flavour(self, flavour: Flavour) -> None:
        self._flavour = flavour
        self.telling = SILENCE if self.is_lagging else flavour  # what is really told now; read in the hot path

    def write(self, data: bytes) -> None:
        """Send `data` after all that was written before, at the end of this turn."""
        if data and not self.is_ended:
            if not self.pending:
                self.delivery.touch(self)
            self.pending.append(data)

    def write_alive(self, data: bytes) -> None:
        """Like `write`, for what only tells that the server is there: it goes out also when the disk refuses."""
        self.write(data)
        self.delivery.note_alive(self, data)

    def noticed(self, record: Record) -> None:
        """`record` is something this connection watches."""
        self.notice(record)

    def flush(self) -> None:
        """Hand this turn's bytes to the transport and clear them; the delivery calls it."""
        raise NotImplementedError

    def hold(self) -> None:
        """Keep the bytes of this turn back, as it is not on disk. Answers written from now on pass them."""
        self.held += self.pending
        self.pending.clear()

    def miss(self, record: Record) -> None:
        """`record` happens while the disk refuses: it will be told from the log."""
        raise NotImplementedError

    def go_on(self) -> None:
        """The disk takes writes again: send what was held back."""
        self.pending[:0] = self.held
        self.held.clear()
        self.flush()

    def cut(self) -> None:
        """End the connection now, whatever waits."""
        raise NotImplementedError


class Delivery:
    """The one place where bytes leave.

    `commit` makes durable what was recorded; `schedule` has the loop call back at the end of this turn, `later` after
    so many seconds (None: every turn is flushed at its end); `trouble` is told when a commit failed and who had caused
    what it was to write, and None when it works again.
    """

    def __init__(
        self,
        commit: Callable[[], None],
        schedule: Callable[[Callable[[], None]], Any],
        trouble: Callable[[Exception | None, Collection[Outbox]], None],
        later: Later | None = None,
    ) -> None:
        self._commit = commit
        self._schedule = schedule
        self._later = later
        self._trouble = trouble
        self._touched: list[Outbox] = []
        self._unnoticed: list[tuple[Record, Outbox]] = []  # what watchers are told when the disk takes writes again
        self._waiting: dict[Outbox, None] = {}  # outboxes that go on when the disk takes writes again
        self._causes: list[Outbox | None] = []  # who caused what happened in this turn
        self._alive: list[tuple[Outbox, bytes]] = []  # signs of life among what is pending
        self._is_scheduled = False
        self._read_since = 0.0  # when the first packet after that had been read
        self._next = 0.0  # before which there is no other flush, unless a turn takes very long
        self._took = 0.0  # the last flush, in seconds
        self._has_records = False  # whether this turn has something to commit
        self.is_failing = False

    def recorded(self) -> None:
        """Something was appended to the log in this turn."""
        self._has_records = True
        if not self._is_scheduled:
            self._plan()

    def touch(self, outbox: Outbox) -> None:
        """`outbox` has something to send in this turn."""
        self._touched.append(outbox)
        if not self._is_scheduled:
            self._plan()

    def note_alive(self, outbox: Outbox, data: bytes) -> None:
        """`data`, which `outbox` has to send in this turn, tells nothing of the chat."""
        self._alive.append((outbox, data))

    def _plan(self) -> None:
        """Have this turn flushed: at its end, or when the pause since the last flush is over."""
        self._is_scheduled, self._read_since = True, 0.0
        pause = self._next - time.monotonic() if self._later else 0.0
        if self._later and pause > 0:
            self._later(pause, self.flush)
        else:
            self._schedule(self.flush)

    def breathe(self, now: float) -> None:
        """A packet has been dealt with: end this turn here if it has been going on for very long."""
        if not self._is_scheduled:
            return
        self._read_since = self._read_since or now
        if now - self._read_since > max(LONGEST_TURN, _RARELY * self._took):
            self.flush()

    def deliver(
        self, record: Record, hearers: Collection[User], origin: Outbox | None, watchers: Iterable[Outbox] = ()
    ) -> None:
        """Append what tells `record` to the outboxes of all who hear. The hot path: a look-up, an append."""
        if self.is_failing:
            self._miss(record, hearers, watchers)
            return
        self._causes.append(origin)
        rendered: dict[Flavour, bytes] = {}
        touched = self._touched
        is_echoed = False
        for user in hearers:
            for outbox in user.outboxes:
                if outbox is origin:
                    is_echoed = True
                    continue
                flavour = outbox.telling
                data = rendered.get(flavour)
                if data is None:
                    data = rendered[flavour] = flavour.render(record)
                if data:
                    pending = outbox.pending
                    if not pending:
                        touched.append(outbox)
                    pending.append(data)
        if touched and not self._is_scheduled:
            self._plan()
        if is_echoed and origin is not None:
            origin.echo(record)
        self._notice(record, watchers)

    @staticmethod
    def _notice(record: Record, watchers: Iterable[Outbox]) -> None:
        for outbox in watchers:
            outbox.noticed(record)

    def flush(self) -> None:
        """End the turn: commit, then write."""
        began = time.monotonic()
        self._write()
        ended = time.monotonic()
        self._took = ended - began
        self._next = ended + min(LONGEST_PAUSE, max(LEAST_PAUSE, _SHARE * self._took))

    def _write(self) -> None:
        self._is_scheduled = False
        touched, self._touched = self._touched, []
        causes, self._causes = self._causes, []
        alive, self._alive = self._alive, []
        if self._has_records and not self.is_failing and (error := self._failed()):
            self._hold(touched, causes, alive, error)
            return
        for outbox in touched:
            try:
                outbox.flush()
            except Exception as error:
                self._give_up(outbox, error)

    @staticmethod
    def _give_up(outbox: Outbox, error: Exception) -> None:
        """A bug met with one outbox must not keep the others from being served."""
        logger.opt(exception=error).error("a bug, while writing to a client; its connection ends")
        outbox.cut()

    def _hold(
        self, touched: list[Outbox], causes: list[Outbox | None], alive: list[tuple[Outbox, bytes]], error: Exception
    ) -> None:
        """Nothing of this turn is shown; who caused it hears that it waits, and nobody is taken for dead."""
        for outbox in touched:
            outbox.hold()
            self.wait_for_disk(outbox)
        self._trouble(error, dict.fromkeys(filter(None, causes)))
        for outbox, data in alive:
            if data in outbox.held:
                outbox.held.remove(data)
                outbox.write(data)

    def _failed(self) -> Exception | None:
        """Commit; why it failed, if it did."""
        try:
            self._commit()
        except Exception as error:
            self.is_failing = True
            return error
        self._has_records = False
        return None

    def _miss(self, record: Record, hearers: Collection[User], watchers: Iterable[Outbox]) -> None:
        """Somebody left while the disk refuses: all who hear are told from the log, when it is there."""
        self._unnoticed += [(record, outbox) for outbox in watchers]
        for user in hearers:
            for outbox in user.outboxes:
                outbox.miss(record)
                self.wait_for_disk(outbox)

    def wait_for_disk(self, outbox: Outbox) -> None:
        """Have `outbox` go on when the disk takes writes again."""
        self._waiting[outbox] = None

    def retry(self) -> None:
        """Try the failed commit again; when it succeeds, what was held back goes out and all is as before."""
        if not self.is_failing:
            return
        if error := self._failed():
            self._trouble(error, ())
            return
        self.is_failing = False
        unnoticed, self._unnoticed = self._unnoticed, []
        for record, outbox in unnoticed:
            outbox.noticed(record)
        waiting, self._waiting = self._waiting, {}
        for outbox in waiting:
            try:
                outbox.go_on()
            except Exception as error:
                self._give_up(outbox, error)
        self._trouble(None, ())
