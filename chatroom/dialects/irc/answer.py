"""The answer to a labelled line: nothing, one line, or several in a batch.

Strategy: whole lines are collected as they are written, and the label goes where the program looks for it: onto the
only line, onto the batch that the answer is already, or onto a batch made for it.

Source: IRCv3 labeled-response.
"""

from __future__ import annotations

from collections.abc import Callable

from chatroom.wire.irc import format_tags

_END = b"\r\n"


class Answer:
    """What was written in answer to a line labelled `label`."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.is_later = False  # whether a later line brings the answer
        self._lines: list[bytes] = []

    def add(self, data: bytes) -> None:
        """Take whole lines."""
        self._lines += data.split(_END)[:-1]

    def finished(self, server: str, new_batch: Callable[[], str]) -> bytes:
        """All of it, with the label; `new_batch` gives a reference when one is needed."""
        if self.is_later:
            return b"".join(line + _END for line in self._lines)
        source = f":{server} "
        label = {"label": self.label}
        if not self._lines:
            return f"{format_tags(label)}{source}ACK\r\n".encode()
        if len(self._lines) == 1 or self._is_batch():
            lines = [with_tag(self._lines[0], label), *self._lines[1:]]
        else:
            reference = new_batch()
            inside = {"batch": reference}
            lines = [
                f"{format_tags(label)}{source}BATCH +{reference} labeled-response".encode(),
                *(line if _is_inside_batch(line) else with_tag(line, inside) for line in self._lines),
                f"{source}BATCH -{reference}".encode(),
            ]
        return b"".join(line + _END for line in lines)

    def _is_batch(self) -> bool:
        """Whether the first line begins a batch that the last one ends."""
        first, last = self._lines[0].split(b" BATCH +"), self._lines[-1].split(b" BATCH -")
        return len(first) == len(last) == 2 and first[1].split(b" ")[0] == last[1]


def with_tag(line: bytes, tags: dict[str, str]) -> bytes:
    """`line` with tags before those it has."""
    added = format_tags(tags).encode()
    return added[:-1] + b";" + line[1:] if line.startswith(b"@") else added + line


def _is_inside_batch(line: bytes) -> bool:
    """Whether `line` belongs to an inner batch already, which as a whole belongs to the outer one."""
    return line.startswith(b"@") and any(tag.startswith(b"batch=") for tag in line[1 : line.index(b" ")].split(b";"))
