"""What all clients of one process share: counts, complaints, and the round being judged.

Strategy: one plain object per process that clients write to directly; a reading client touches nothing else, so a
delivery costs a few attribute accesses and no event, queue or switch.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from time import monotonic_ns

from gevent.lock import BoundedSemaphore
from hdrh.histogram import HdrHistogram

from chatroom.load.ledger import Book, Tally
from chatroom.load.marks import NO_MARKS, Mark, Marker

AT_ONCE = 32  # connections being opened at a time: more only overflow the accept queue of a modest server
_MOST_NOTES = 20
_HOUR_US = 3_600_000_000


def new_histogram() -> HdrHistogram:
    """For times in microseconds, up to an hour, to three digits."""
    return HdrHistogram(1, _HOUR_US, 3)


@dataclass
class Steps:
    """How far clients have come. `*_ns` is when the last of them took that step, on the monotonic clock."""

    connected: int = 0
    registered: int = 0
    joined: int = 0
    failed: int = 0
    disconnected: int = 0
    connected_ns: int = 0
    registered_ns: int = 0
    joined_ns: int = 0


@dataclass
class Board:
    """Shared by the clients of one process."""

    steps: Steps = field(default_factory=Steps)
    notes: Counter[str] = field(default_factory=Counter)
    gate: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE))
    tally: Tally = field(default_factory=Tally)
    latency: HdrHistogram = field(default_factory=new_histogram)
    marker: Marker = NO_MARKS
    start_ns: int = 0
    fence: str = ""  # the PONG everyone is waited for
    fenced: int = 0

    def begin(self, marker: Marker, start_ns: int) -> None:
        """A round begins: from now on its marks count, from zero."""
        self.tally, self.latency, self.marker, self.start_ns = Tally(), new_histogram(), marker, start_ns

    def arrive(self, book: Book, marks: list[Mark]) -> None:
        """Marks that one receiver found in one chunk."""
        elapsed = (monotonic_ns() - self.start_ns) // 1000
        record = self.latency.record_value
        take = book.take
        for sender, number, sent in marks:
            take(int(sender), int(number))
            record(max(1, min(elapsed - int(sent), _HOUR_US)))

    def note(self, text: str) -> None:
        """Count a complaint; the number of different ones is bounded."""
        self.notes[text if text in self.notes or len(self.notes) < _MOST_NOTES else "other complaints"] += 1
