"""The answer to a labelled line: nothing, one line, or several in a batch.

Strategy: whole lines are collected as they are written, and the label goes where the program looks for it: onto the
only line, onto the batch that the answer is already, or onto a batch made for it.

Source: IRCv3 labeled-response.
"""

from __future__ import annotations

from collections.abc import Callable

from chatroom.wire.irc import format_tags

MAX_LABEL = 64  # bytes
_END = b"\r\n"


class Answer:
    """What was written in answer to a line labelled `label`."""

    def __init__(self, label: str) -> None:
        self.label = label
        self._lines: list[bytes] = []
        self._behind = b""

    def add(self, data: bytes) -> None:
        """Take whole lines."""
        self._lines += data.split(_END)[:-1]

    def add_behind(self, data: bytes) -> None:
        """Take whole lines that are no part of it and are sent after it."""
        self._behind += data

    def finished(self, server: str, new_batch: Callable[[], str]) -> bytes:
        """All of it, with the label; `new_batch` gives a reference when one is needed."""
        return b"".join(line + _END for line in self._labelled(f":{server} ", new_batch)) + self._behind

    def _labelled(self, source: str, new_batch: Callable[[], str]) -> list[bytes]:
        label = {"label": self.label}
        if not self._lines:
            return [f"{format_tags(label)}{source}ACK".encode()]
        if len(self._lines) == 1 or self._is_batch():
            return [with_tag(self._lines[0], label), *self._lines[1:]]
        reference = new_batch()
        inside = {"batch": reference}
        return [
            f"{format_tags(label)}{source}BATCH +{reference} labeled-response".encode(),
            *(line if _is_inside_batch(line) else with_tag(line, inside) for line in self._lines),
            f"{source}BATCH -{reference}".encode(),
        ]

    def _is_batch(self) -> bool:
        """Whether the first line begins a batch that the last one ends."""
        begun, ended = _batch_of(self._lines[0]), _batch_of(self._lines[-1])
        return begun.startswith(b"+") and ended == b"-" + begun[1:]


def with_tag(line: bytes, tags: dict[str, str]) -> bytes:
    """`line` with tags before those it has."""
    added = format_tags(tags).encode()
    return added[:-1] + b";" + line[1:] if line.startswith(b"@") else added + line


def _batch_of(line: bytes) -> bytes:
    """The batch that `line` begins (+) or ends (-); b"" for any other line."""
    words = line.split(b" ")
    words = [word for word in words[:2] if word[:1] not in (b"@", b":")] + words[2:]
    return words[1] if words[0] == b"BATCH" and len(words) > 1 else b""


def _is_inside_batch(line: bytes) -> bool:
    """Whether `line` belongs to an inner batch already, which as a whole belongs to the outer one."""
    return line.startswith(b"@") and any(tag.startswith(b"batch=") for tag in line[1 : line.index(b" ")].split(b";"))
