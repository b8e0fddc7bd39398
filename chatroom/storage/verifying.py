"""Reading a whole log, to find the first thing that is wrong with it.

Strategy: SQLite checks its own pages and indexes first; then every event is read, decoded and hashed as it was when it
was written, and the running hash has to come out as the server noted it. What refers to events (their places, what
shapes the rooms) must refer to those there are.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import apsw
import msgspec

from chatroom.storage import chain
from chatroom.storage.records import ERASED, decoded

_MASK = (1 << 64) - 1


class Contents(NamedTuple):
    """What a log holds: how many events, the number of the last, the running hash."""

    events: int
    last: int
    hash: str

    def __str__(self) -> str:
        return f"{self.events} events up to {self.last}, running hash {self.hash}"


class VerifyError(Exception):
    """The first thing that is wrong."""


def contents(database: apsw.Connection) -> Contents:
    """What a log says that it holds; quick, and not checked."""
    [(events, last)] = database.execute("SELECT count(*), coalesce(max(number), 0) FROM events")
    return Contents(int(str(events)), int(str(last)), _link(database, "head").hash.hex())


def verify(database: apsw.Connection) -> Contents:
    """Read all of a log; what it holds. Raises VerifyError, or apsw.Error when it can't be read."""
    [(verdict,), *_] = database.execute("PRAGMA integrity_check")
    if verdict != "ok":
        raise VerifyError(str(verdict).splitlines()[-1])
    reader = _Reader(_link(database, "base"), {number for (number,) in database.execute("SELECT number FROM shaping")})
    for row in database.execute("SELECT number, time, kind, places, body, digest FROM events ORDER BY number"):
        reader.take(row)
    _check_ends(database, reader)
    return Contents(reader.count, reader.last, reader.link.hash.hex())


def _link(database: apsw.Connection, name: str) -> chain.Link:
    row = database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    try:
        return chain.parse(str(row[0])) if row else chain.START
    except ValueError as error:
        raise VerifyError(f"the running hash ({name}) can't be read") from error


class _Reader:
    """Takes in the events one by one."""

    def __init__(self, base: chain.Link, shaping: set[Any]) -> None:
        self.base = self.link = base
        self.count = self.last = 0
        self.places = 0  # a sum over what belongs where, in any order
        self._time = 0
        self._shaping = shaping  # those not yet met

    def take(self, row: Any) -> None:
        number, time, kind, places, body, digest = row
        self._check_order(number, time)
        if kind != ERASED:
            self._check_body(number, time, kind, places, body, digest)
        for place in chain.separate(places):
            self.places += hash((place, number, kind))
        self._shaping.discard(number)
        self.count, self.last, self._time = self.count + 1, number, time
        if number > self.base.number:
            self.link = self.link.after(number, digest)

    def _check_order(self, number: int, time: int) -> None:
        expected = self.link.number + 1
        if number > self.base.number and number != expected:
            raise VerifyError(f"event {expected} is missing; event {number} follows event {expected - 1}")
        if number <= self.base.number and number not in self._shaping:
            raise VerifyError(f"event {number} should be gone, as those around it are")
        if time < self._time:
            raise VerifyError(f"event {number} is earlier than the one before it")

    @staticmethod
    def _check_body(number: int, time: int, kind: str, places: str, body: str, digest: bytes) -> None:
        if chain.digest_of(number, time, kind, places, body) != digest:
            raise VerifyError(f"event {number} is not what was written")
        try:
            decoded(number, time, kind, places, body)
        except (KeyError, msgspec.MsgspecError) as error:
            raise VerifyError(f"event {number} can't be understood ({kind}: {error})") from error

    def missing(self) -> Any:
        """The first event that shapes a room and was not met; None when all were."""
        return min(self._shaping, default=None)


def _check_ends(database: apsw.Connection, reader: _Reader) -> None:
    """What can be said only after the last event."""
    head = _link(database, "head")
    if head.number > reader.link.number:
        raise VerifyError(f"event {reader.link.number + 1} is missing; the log ended with event {head.number}")
    if head != reader.link:
        raise VerifyError(f"the running hash after event {reader.link.number} is not the one that was noted")
    if (number := reader.missing()) is not None:
        raise VerifyError(f"event {number}, which shapes a room, is missing")
    found = sum(hash(row) for row in database.execute("SELECT place, number, kind FROM places"))
    if (found - reader.places) & _MASK:
        raise VerifyError("the list of what belongs to the history of which room is not what the events say")
