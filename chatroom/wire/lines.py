"""Lines out of a stream of bytes.

Strategy: the common packet is one whole line, or several, so a packet is split in one go and only a
remainder is kept. A line longer than the limit is dropped as it arrives and reported once, in its place,
so memory is bounded and the lines around it are unharmed. This parser cannot raise.
"""

from __future__ import annotations

from typing import Final


class TooLong:
    """Stands in the list of lines where a line over the limit was dropped."""

    def __repr__(self) -> str:
        return "TOO_LONG"


TOO_LONG: Final = TooLong()


class LineReader:
    """Splits received bytes into lines ended by LF, with or without a CR before it.

    `limit` is the most bytes a line may have, its end not counted.
    """

    __slots__ = ("_dropping", "_rest", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._rest = b""
        self._dropping = False

    @property
    def waiting(self) -> int:
        """How many bytes of an unfinished line are held."""
        return len(self._rest)

    def receive_data(self, data: bytes) -> list[bytes | TooLong]:
        """The lines that `data` completes, without their ends; empty lines included."""
        *ended, rest = (self._rest + data).split(b"\n")
        lines: list[bytes | TooLong] = [self._checked(line) for line in ended]
        if self._dropping and lines:  # the first of them is only the tail of what was dropped and reported
            del lines[0]
            self._dropping = False
        self._keep(rest, lines)
        return lines

    def _checked(self, line: bytes) -> bytes | TooLong:
        line = line.removesuffix(b"\r")
        return line if len(line) <= self.limit else TOO_LONG

    def _keep(self, rest: bytes, lines: list[bytes | TooLong]) -> None:
        """Hold an unfinished line, unless it is over the limit already (a CR may still belong to its end)."""
        if self._dropping:
            rest = b""
        elif len(rest) > self.limit + 1:
            lines.append(TOO_LONG)
            self._dropping = True
            rest = b""
        self._rest = rest
