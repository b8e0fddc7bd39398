"""Lines out of a stream of bytes.

Strategy: the common packet is one whole line, or several, so a packet is split in one go and only a
remainder is kept. A line longer than the limit is dropped as it arrives and reported once, in its place,
so memory is bounded and the lines around it are unharmed; one that still goes on after that is reported again, to
those who want to know. This parser cannot raise.
"""

from __future__ import annotations

from typing import Final


class TooLong:
    """Stands in the list of lines where a line over the limit was dropped."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


TOO_LONG: Final = TooLong("TOO_LONG")
ENDLESS: Final = TooLong("ENDLESS")  # follows when it goes on and on


class LineReader:
    """Splits received bytes into lines ended by LF, with or without a CR before it.

    `limit` is the most bytes a line may have, its end not counted. One of more than `patience` bytes is no line at all:
    ENDLESS is reported after TOO_LONG, unless it is 0.
    """

    __slots__ = ("_dropped", "_rest", "limit", "patience")

    def __init__(self, limit: int, patience: int = 0) -> None:
        self.limit = limit
        self.patience = patience
        self._rest = b""
        self._dropped = 0  # bytes of the unfinished line, when it is over the limit

    @property
    def waiting(self) -> int:
        """How many bytes of an unfinished line are held."""
        return len(self._rest)

    def receive_data(self, data: bytes) -> list[bytes | TooLong]:
        """The lines that `data` completes, without their ends; empty lines included."""
        *ended, rest = (self._rest + data).split(b"\n")
        lines: list[bytes | TooLong] = []
        if self._dropped and ended:  # the first of them is only the tail of what was dropped and reported
            self._drop(ended.pop(0), lines)
            self._dropped = 0
        for line in ended:
            self._take(line, lines)
        self._keep(rest, lines)
        return lines

    def _take(self, line: bytes, lines: list[bytes | TooLong]) -> None:
        text = line.removesuffix(b"\r")
        if len(text) <= self.limit:
            lines.append(text)
        else:
            self._report(line, lines)
            self._dropped = 0

    def _keep(self, rest: bytes, lines: list[bytes | TooLong]) -> None:
        """Hold an unfinished line, unless it is over the limit already (a CR may still belong to its end)."""
        if self._dropped:
            self._drop(rest, lines)
            rest = b""
        elif len(rest) > self.limit + 1:
            self._report(rest, lines)
            rest = b""
        self._rest = rest

    def _report(self, start: bytes, lines: list[bytes | TooLong]) -> None:
        lines.append(TOO_LONG)
        self._drop(start, lines)

    def _drop(self, piece: bytes, lines: list[bytes | TooLong]) -> None:
        before, self._dropped = self._dropped, self._dropped + len(piece)
        if self.patience and before <= self.patience < self._dropped:
            lines.append(ENDLESS)
