"""From what happened to what is sent: encode once per flavour; once per turn of the loop, commit, then write.

Strategy: during a turn `deliver` only appends references to the outboxes of those who hear; the first append of the
turn asks the loop for one `flush` at its end. The flush commits the log and only then hands each touched outbox's
bytes to its socket, in one piece: nobody is shown an event that is not on disk. When the disk refuses, what is
waiting is held back, the chat is sealed, and the commit is tried again until it succeeds.

The contract of an outbox: writing never blocks, never reorders, never loses; what the socket does not take is kept,
up to a limit; what is written after the end is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol

from chatroom.core.events import Record
from chatroom.core.user import User


class Flavour(Protocol):
    """A form in which events are told; equal for all who get the same bytes."""

    def render(self, record: Record) -> bytes:
        """The bytes that tell `record`, b"" when this flavour does not."""


class Outbox:
    """What waits to be sent to one connection. `echo` tells the connection what it caused itself, in its own way."""

    __slots__ = ("delivery", "echo", "flavour", "held", "is_ended", "pending")

    def __init__(self, delivery: Delivery, flavour: Flavour, echo: Callable[[Record], None]) -> None:
        self.delivery = delivery
        self.flavour = flavour
        self.echo = echo
        self.pending: list[bytes] = []  # of this turn
        self.held: list[bytes] = []  # tells of what is not on disk yet, because it refused
        self.is_ended = False

    def write(self, data: bytes) -> None:
        """Send `data` after all that was written before, at the end of this turn."""
        if data and not self.is_ended:
            if not self.pending:
                self.delivery.touch(self)
            self.pending.append(data)

    def flush(self) -> None:
        """Hand this turn's bytes to the transport and clear them; the delivery calls it."""
        raise NotImplementedError


class Delivery:
    """The one place where bytes leave.

    `commit` makes durable what was recorded; `schedule` has the loop call back at the end of this turn; `trouble` is
    told when a commit failed, and None when it works again.
    """

    def __init__(
        self,
        commit: Callable[[], None],
        schedule: Callable[[Callable[[], None]], Any],
        trouble: Callable[[Exception | None], None],
    ) -> None:
        self._commit = commit
        self._schedule = schedule
        self._trouble = trouble
        self._touched: list[Outbox] = []
        self._holding: list[Outbox] = []  # outboxes whose bytes wait for the disk
        self._is_scheduled = False
        self._has_records = False  # whether this turn has something to commit
        self.is_failing = False

    def recorded(self) -> None:
        """Something was appended to the log in this turn."""
        self._has_records = True
        if not self._is_scheduled:
            self._is_scheduled = True
            self._schedule(self.flush)

    def touch(self, outbox: Outbox) -> None:
        """`outbox` has something to send in this turn."""
        self._touched.append(outbox)
        if not self._is_scheduled:
            self._is_scheduled = True
            self._schedule(self.flush)

    def deliver(self, record: Record, hearers: Collection[User], origin: Outbox | None) -> None:
        """Append what tells `record` to the outboxes of all who hear. The hot path: for each a look-up and an append."""
        if self.is_failing:
            self._deliver_later(record, hearers, origin)
            return
        rendered: dict[Flavour, bytes] = {}
        touched = self._touched
        is_echoed = False
        for user in hearers:
            for outbox in user.outboxes:
                if outbox is origin:
                    is_echoed = True
                    continue
                flavour = outbox.flavour
                data = rendered.get(flavour)
                if data is None:
                    data = rendered[flavour] = flavour.render(record)
                if data:
                    pending = outbox.pending
                    if not pending:
                        touched.append(outbox)
                    pending.append(data)
        if touched and not self._is_scheduled:
            self._is_scheduled = True
            self._schedule(self.flush)
        if is_echoed and origin is not None:
            origin.echo(record)

    def flush(self) -> None:
        """End the turn: commit, then write."""
        self._is_scheduled = False
        touched, self._touched = self._touched, []
        if self._has_records and not self.is_failing and not self._is_committed():
            self._hold(touched)
            return
        for outbox in touched:
            outbox.flush()

    def _is_committed(self) -> bool:
        try:
            self._commit()
        except Exception as error:
            self.is_failing = True
            self._trouble(error)
            return False
        self._has_records = False
        return True

    def _deliver_later(self, record: Record, hearers: Collection[User], origin: Outbox | None) -> None:
        """Tell `record` when the disk takes it: somebody left while it refuses."""
        for outbox in (outbox for user in hearers for outbox in user.outboxes if outbox is not origin):
            if not outbox.held:
                self._holding.append(outbox)
            outbox.held.append(outbox.flavour.render(record))

    def _hold(self, touched: list[Outbox]) -> None:
        """Keep this turn's bytes back. Answers written from now on pass them: questions still work."""
        for outbox in touched:
            if not outbox.held:
                self._holding.append(outbox)
            outbox.held += outbox.pending
            outbox.pending.clear()

    def retry(self) -> None:
        """Try the failed commit again; when it succeeds, what was held back goes out and all is as before."""
        if not self.is_failing or not self._is_committed():
            return
        self.is_failing = False
        holding, self._holding = self._holding, []
        for outbox in holding:
            outbox.pending[:0] = outbox.held
            outbox.held.clear()
            outbox.flush()
        self._trouble(None)
