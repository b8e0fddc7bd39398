"""Lines that fit: nothing an IRC program is sent is longer than the protocol has it.

Strategy: what can be long is split or spread over lines where it is rendered, by the room that its real prefix leaves.
What nobody foresaw, such as somebody's own long word told back to them, is cut by `fit_line`, through which every
line but talk goes; talk is split.

Sources: RFC 1459 section 2.3; Modern IRC "Message Format".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from chatroom.core.names import clip
from chatroom.wire.irc import MAX_LINE, format_line

MAX_WORD = 128  # bytes of a parameter before the last, where there is too little room; no name or mask is longer

Item = TypeVar("Item")


def size_of(text: str) -> int:
    """Bytes of `text` in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def fit_line(verb: str, *params: str, source: str = "") -> str:
    """As `format_line`; a line that were too long has its words cut first, then its end, never inside a character."""
    line = format_line(verb, *params, source=source)
    if size_of(line) <= MAX_LINE:
        return line
    words = [clip(param, MAX_WORD) for param in (verb, *params[:-1])]
    return clip(format_line(*words, *params[-1:], source=source), MAX_LINE)


def room_after(verb: str, *params: str, source: str = "") -> int:
    """Bytes left in a line for one more parameter, the last."""
    return MAX_LINE - size_of(format_line(verb, *params, "", source=source))


def packed(items: Iterable[Item], room: int, size: Callable[[Item], int], most: int = 0) -> Iterator[list[Item]]:
    """`items` in lists that take `room` bytes at most with a space between; no list is empty, or longer than `most`."""
    group: list[Item] = []
    used = 0
    for item in items:
        needed = size(item) + 1
        if group and (used + needed > room + 1 or len(group) == most):
            yield group
            group, used = [], 0
        group.append(item)
        used += needed
    if group:
        yield group


def cut_at_spaces(words: bytes, room: int) -> Iterator[bytes]:
    """`words`, none of them longer than `room`, in pieces of at most so many bytes, without the spaces between them."""
    start = 0
    while len(words) - start > room:
        end = words.rindex(b" ", start, start + room + 1)
        yield words[start:end]
        start = end + 1
    yield words[start:]
