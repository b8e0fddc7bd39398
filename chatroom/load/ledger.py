"""Judging whether each message reached each receiver exactly once and in its sender's order.

Strategy: numbers of one sender count up from 0, so a receiver remembers per sender only the next one expected. A number
skipped is remembered as a bit; if it still comes it came out of order, if it does not it is lost, and a number
that is neither expected nor missing has been here before. Nothing is guessed from time. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """What a set of receivers got, in deliveries (one message for one receiver).

    `delivered`: each due message once, on time or late. `doubled`: arrivals beyond the first. `reordered`: arrivals
    after a later message by the same sender. `stray`: arrivals nobody was due: from another room, one's own, or never
    sent. `lost`: due and never arrived; known only once settled.
    """

    delivered: int = 0
    doubled: int = 0
    reordered: int = 0
    stray: int = 0
    lost: int = 0

    def add(self, other: Tally) -> None:
        """Count what another set of receivers got as well."""
        self.delivered += other.delivered
        self.doubled += other.doubled
        self.reordered += other.reordered
        self.stray += other.stray
        self.lost += other.lost

    @property
    def clean(self) -> bool:
        """Whether everything arrived, once, in order, where it belonged."""
        return not (self.lost or self.doubled or self.reordered or self.stray)


class Book:
    """What one receiver has had from each sender it is to hear. Counts into a Tally that may be shared."""

    __slots__ = ("_limit", "_missing", "_next", "_tally")

    def __init__(self, senders: Iterable[int], limit: int, tally: Tally) -> None:
        """`limit` is the most messages one sender will send: what is numbered beyond was never sent."""
        self._next = dict.fromkeys(senders, 0)
        self._missing: dict[int, int] = {}  # sender -> a bit for each number skipped and not yet come
        self._limit = limit
        self._tally = tally

    def take(self, sender: int, number: int) -> None:
        """Message `number` of `sender` has arrived."""
        if self._next.get(sender) == number < self._limit:
            self._next[sender] = number + 1
            self._tally.delivered += 1
        else:
            self._take_odd(sender, number)

    def _take_odd(self, sender: int, number: int) -> None:
        expected = self._next.get(sender)
        if expected is None or number >= self._limit:
            self._tally.stray += 1
        elif number > expected:
            self._skip(sender, expected, number)
            self._tally.delivered += 1
        elif self._missing.get(sender, 0) >> number & 1:
            self._missing[sender] ^= 1 << number
            self._tally.delivered += 1
            self._tally.reordered += 1
        else:
            self._tally.doubled += 1

    def _skip(self, sender: int, expected: int, number: int) -> None:
        skipped = (1 << number) - (1 << expected)
        self._missing[sender] = self._missing.get(sender, 0) | skipped
        self._next[sender] = number + 1

    def due(self, sent: Mapping[int, int]) -> int:
        """How many messages this receiver is due when each sender sent `sent[sender]`."""
        return sum(sent.get(sender, 0) for sender in self._next)

    def settle(self, sent: Mapping[int, int]) -> None:
        """Nothing more will come: count what is missing as lost, and what was received unsent as stray."""
        for sender, expected in self._next.items():
            said = sent.get(sender, 0)
            missing = self._missing.get(sender, 0)
            self._tally.lost += (missing & ((1 << said) - 1)).bit_count() + max(0, said - expected)
            unsent = max(0, expected - said) - (missing >> said).bit_count()
            self._tally.stray += unsent
            self._tally.delivered -= unsent
