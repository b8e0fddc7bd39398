"""A socket whose bytes are wrapped: TLS, WebSocket, or one inside the other.

Strategy: to an outbox it looks like a socket that takes plain bytes, so what waits stays plain and shared by all who
wait for it; only what the kernel is handed next is wrapped, once. Bytes count as sent when all that carries them is
with the kernel; until then they are offered again, and what they became is not made anew.
"""

from __future__ import annotations

import socket
from typing import Protocol

PIECE = 16384  # plain bytes wrapped at once: one record of TLS


class Layer(Protocol):
    """Another form of the bytes on the wire, without I/O.

    `is_open` when it takes text, `is_closed` when no more will come; `trouble` says why, if not by the other's wish.
    """

    is_open: bool
    is_closed: bool
    trouble: str

    def receive_data(self, data: bytes) -> bytes:
        """What is inside, as far as `data` completes it."""

    def wrapped(self, data: bytes) -> bytes:
        """`data` as the other side wants it."""

    def data_to_send(self) -> bytes:
        """What the layer itself owes the other side since the last call."""

    def finish(self) -> None:
        """Say the end."""


class Transport:
    """`sock` with layers over it. `send` is that of a socket that does not block, in plain bytes."""

    __slots__ = ("_carried", "_is_finished", "_layers", "_rest", "_sock")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._layers: list[Layer] = []  # from the wire inwards
        self._rest = b""  # wrapped, and not yet with the kernel
        self._carried = 0  # plain bytes that are in the rest, and not yet counted as sent
        self._is_finished = False

    def add(self, layer: Layer, data: bytes) -> bytes:
        """Wrap in `layer` too, inside those there are; `data` is for it. What is inside that."""
        self._layers.append(layer)
        inside = layer.receive_data(data)
        self._owe(len(self._layers) - 1)
        return inside

    @property
    def is_closed(self) -> bool:
        """Whether no more will come."""
        return any(layer.is_closed for layer in self._layers)

    @property
    def waiting(self) -> int:
        """Wrapped bytes that the kernel has not taken."""
        return len(self._rest)

    # ---- in

    def receive_data(self, data: bytes) -> bytes:
        """What is inside the bytes that came from the wire. It may leave something to be sent."""
        for depth, layer in enumerate(self._layers):
            data = b"" if layer.is_closed else layer.receive_data(data)
            self._owe(depth)
            if not data:
                break
        return data

    def _owe(self, depth: int) -> None:
        """Put what a layer itself wants to say behind what waits; nothing goes behind the end."""
        owed = self._layers[depth].data_to_send()
        if owed and not self._is_finished:
            self._rest += self._wrapped(owed, depth)

    def _wrapped(self, data: bytes, depth: int) -> bytes:
        """`data` in the layers outside of `depth`."""
        for layer in reversed(self._layers[:depth]):
            data = layer.wrapped(data)
        return data

    # ---- out

    def send(self, data: bytes) -> int:
        """Hand the kernel what it takes of `data`; how many bytes are wholly sent.

        What is not has to be offered again, at the start of the next `data`. Raises BlockingIOError when the kernel
        takes nothing at all, OSError when the connection is gone.
        """
        sent = taken = 0
        while True:
            taken += self._push()
            if self._rest:
                break
            sent += self._carried
            self._carried = 0
            if sent >= len(data):
                return sent
            self._carried = self._wrap(data, sent)
        if not taken:
            raise BlockingIOError
        return sent

    def _push(self) -> int:
        """How many of the wrapped bytes the kernel takes now."""
        if not self._rest:
            return 0
        try:
            taken = self._sock.send(self._rest)
        except BlockingIOError:
            return 0
        self._rest = self._rest[taken:]
        return taken

    def _wrap(self, data: bytes, start: int) -> int:
        """Wrap the next piece of `data`, and say how long it is."""
        end = line_end(data, start, PIECE)
        piece = data if end - start == len(data) else data[start:end]  # the same object may be wrapped already
        self._rest = self._wrapped(piece, len(self._layers))
        return end - start

    def finish(self) -> None:
        """Have each layer say its end, from the inside out, behind what waits."""
        for depth in reversed(range(len(self._layers))):
            self._layers[depth].finish()
            self._owe(depth)
        self._is_finished = True


def line_end(data: bytes, start: int, most: int) -> int:
    """Where a piece of `data` of at most `most` bytes ends: behind a line, unless one is longer than that."""
    if len(data) - start <= most:
        return len(data)
    return data.rfind(b"\n", start, start + most) + 1 or start + most
