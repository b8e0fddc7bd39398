"""A running hash over the log, so that a changed, lost or added event is noticed wherever the log is read again.

Strategy: every event has a digest of its own, over all that is stored of it, kept in its row; the log's hash is folded
from these, one after the other. Thus an event whose words were erased keeps the place it had in the hash, and the
oldest events can go: the hash up to where they ended is kept in their stead.

Source: BLAKE2, RFC 7693.
"""

from __future__ import annotations

from collections.abc import Collection
from hashlib import blake2b
from typing import NamedTuple

SIZE = 16  # bytes: against accidents and idle hands; who can write the file can also hash it anew
BETWEEN = "\n"  # stands between places; no name holds it


class Link(NamedTuple):
    """The running hash up to and including event `number`."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number} {self.hash.hex()}"

    def after(self, number: int, digest: bytes) -> Link:
        """The hash with the event `number` taken in."""
        return Link(number, blake2b(self.hash + digest, digest_size=SIZE).digest())


START = Link(0, bytes(SIZE))


def parse(text: str) -> Link:
    """A link from its text. Raises ValueError when it is none."""
    number, _, digits = text.partition(" ")
    return Link(int(number), bytes.fromhex(digits))


def digest_of(number: int, time: int, kind: str, places: str, body: str) -> bytes:
    """An event's own digest; `places` and `body` as they stand in its row."""
    return blake2b(f"{number} {time} {kind}\n{places}\n\n{body}".encode(), digest_size=SIZE).digest()


def joined(places: Collection[str]) -> str:
    """Places as they stand in a row."""
    return BETWEEN.join(places)


def separate(places: str) -> tuple[str, ...]:
    """Places from a row."""
    return tuple(places.split(BETWEEN)) if places else ()
