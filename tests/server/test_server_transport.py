"""Bytes in wrappings: whatever the kernel takes, and whenever, all of it arrives once and in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.server.transport import Transport, line_end

LINES = st.lists(st.integers(1, 5000).map(lambda size: b"x" * size + b"\n"), max_size=20)


class Kernel:
    """Takes as many bytes at a time as it is told; what it took is in `taken`."""

    def __init__(self, *room: int) -> None:
        self.room = list(room)
        self.taken = b""

    def send(self, data: bytes) -> int:
        size = min(len(data), self.room.pop(0) if self.room else 1_000_000)
        if not size:
            raise BlockingIOError
        self.taken += data[:size]
        return size


class Brackets:
    """A layer that puts what it wraps in brackets, and can have something to say itself."""

    def __init__(self, pair: bytes = b"[]") -> None:
        self.opening, self.closing = pair[:1], pair[1:]
        self.is_open, self.is_closed, self.trouble = True, False, ""
        self.owed = b""
        self.wrapped_pieces = 0

    def receive_data(self, data: bytes) -> bytes:
        if b"?" in data:
            self.owed += b"!"
        if b"." in data:
            self.is_closed = True
        return data.translate(None, self.opening + self.closing + b"?.")

    def wrapped(self, data: bytes) -> bytes:
        self.wrapped_pieces += 1
        return self.opening + data + self.closing

    def data_to_send(self) -> bytes:
        owed, self.owed = self.owed, b""
        return self.wrapped(owed) if owed else b""

    def finish(self) -> None:
        self.owed += b"end"


def transport(kernel: Kernel, *layers: Brackets) -> Transport:
    made = Transport(kernel)
    for layer in layers or [Brackets()]:
        made.add(layer, b"")
    return made


# ---- out


def test_what_the_kernel_takes_is_sent() -> None:
    kernel = Kernel()
    assert transport(kernel).send(b"hello\n") == 6
    assert kernel.taken == b"[hello\n]"


def test_what_it_does_not_take_is_offered_again_and_not_wrapped_again() -> None:
    kernel, layer = Kernel(3, 0), Brackets()
    wrapped = transport(kernel, layer)
    assert wrapped.send(b"hello\n") == 0  # some of it is with the kernel, but not all
    with pytest.raises(BlockingIOError):
        wrapped.send(b"hello\n")
    assert wrapped.send(b"hello\nworld\n") == 12
    assert kernel.taken == b"[hello\n][world\n]"
    assert layer.wrapped_pieces == 2


def test_much_is_wrapped_in_pieces_that_end_with_a_line() -> None:
    kernel = Kernel()
    line = b"x" * 999 + b"\n"
    assert transport(kernel).send(line * 40) == 40_000
    pieces = kernel.taken[1:-1].split(b"][")
    assert [len(piece) for piece in pieces] == [16_000, 16_000, 8000]


def test_what_is_shared_is_wrapped_as_the_same_object() -> None:
    seen = []

    class Watching(Brackets):
        def wrapped(self, data: bytes) -> bytes:
            seen.append(data)
            return data

    line = b"hello\n"
    transport(Kernel(), Watching()).send(line)
    assert seen[0] is line


def test_a_connection_that_is_gone() -> None:
    class Gone(Kernel):
        def send(self, data: bytes) -> int:
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        transport(Gone()).send(b"hello\n")


@given(LINES, st.lists(st.integers(0, 9000), max_size=60), st.booleans())
def test_all_of_it_arrives_once_and_in_order(lines: list[bytes], room: list[int], asks: bool) -> None:
    kernel = Kernel(*room)
    wrapped = transport(kernel, Brackets())
    waiting = b"".join(lines)
    asked = 0
    while waiting:
        if asks and len(kernel.room) % 3 == 1:
            wrapped.receive_data(b"?")
            asked += 1
        try:
            waiting = waiting[wrapped.send(waiting) :]
        except BlockingIOError:
            continue
    while wrapped.waiting:
        try:
            wrapped.send(b"")
        except BlockingIOError:
            continue
    assert kernel.taken.translate(None, b"[]").count(b"!") == asked
    assert kernel.taken.translate(None, b"[]!") == b"".join(lines)
    depth = 0
    for byte in kernel.taken:
        depth += {ord("["): 1, ord("]"): -1}.get(byte, 0)
        assert depth in (0, 1)


# ---- in, and what the layers say


def test_layers_lie_inside_each_other() -> None:
    kernel = Kernel()
    wrapped = transport(kernel, Brackets(b"[]"), Brackets(b"()"))
    assert wrapped.receive_data(b"[(hi)]") == b"hi"
    wrapped.send(b"hello\n")
    assert kernel.taken == b"[(hello\n)]"


def test_a_layer_is_given_what_came_with_the_one_outside() -> None:
    wrapped = transport(Kernel(), Brackets(b"[]"))
    assert wrapped.add(Brackets(b"()"), b"(first)") == b"first"


def test_what_an_inner_layer_says_is_wrapped_by_the_outer() -> None:
    kernel = Kernel()
    wrapped = transport(kernel, Brackets(b"[]"), Brackets(b"()"))
    wrapped.receive_data(b"[(.)]")
    assert wrapped.is_closed
    wrapped.finish()
    wrapped.finish()
    wrapped.send(b"")
    assert kernel.taken == b"[(end)][end]"


def test_nothing_is_said_behind_the_end() -> None:
    kernel = Kernel()
    wrapped = transport(kernel)
    wrapped.finish()
    assert wrapped.receive_data(b"more?") == b"more"
    wrapped.finish()
    wrapped.send(b"")
    assert kernel.taken == b"[end]"


def test_what_is_said_goes_behind_what_waits() -> None:
    kernel = Kernel(2)
    wrapped = transport(kernel)
    wrapped.send(b"hello\n")
    wrapped.receive_data(b"?")
    assert wrapped.waiting == len(b"ello\n][!]")
    wrapped.send(b"hello\n")
    assert kernel.taken == b"[hello\n][!]"


def test_a_closed_layer_says_nothing_more() -> None:
    wrapped = transport(Kernel())
    assert wrapped.receive_data(b"[a].") == b"a"
    assert wrapped.receive_data(b"[b]") == b""


# ---- where to cut


@pytest.mark.parametrize(
    ("data", "start", "most", "end"),
    [
        (b"", 0, 5, 0),
        (b"ab\ncd\n", 0, 9, 6),
        (b"ab\ncd\n", 0, 5, 3),
        (b"ab\ncd\n", 3, 3, 6),
        (b"ab\ncd\nef\n", 3, 4, 6),
        (b"abcdef", 1, 3, 4),
        (b"ab\ncdefgh", 3, 3, 6),
    ],
)
def test_line_end(data: bytes, start: int, most: int, end: int) -> None:
    assert line_end(data, start, most) == end
