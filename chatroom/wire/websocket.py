"""IRC over WebSocket: one line in each message. A framing, not a dialect.

Strategy: the library `websockets` has the protocol, without I/O; here messages become lines and lines messages. A
message may be a little longer than a line, so that a line that is too long is refused like any other and costs no
connection. What is sent to many is the same object for all of them, so what was framed last is remembered.

Sources: RFC 6455; IRCv3 websocket.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from chatroom.wire.irc import MAX_RECEIVED

MAX_MESSAGE = 4 * MAX_RECEIVED  # bytes
MAX_HEAD = 16384  # bytes of the HTTP request
_NO_HTTP = b"ERROR :This port speaks WebSocket only. Open it with a program that does, as ws:// or wss://.\r\n"
_NO_UPGRADE = (
    "This is a chat server, and this port speaks WebSocket only. Open it with an IRC program for the web,\n"
    "as ws://<this host>:<this port>, or wss:// where it has TLS.\n"
)


class Framer:
    """Puts lines into messages of one kind."""

    def __init__(self, opcode: Opcode) -> None:
        self._opcode = opcode
        self._lines = self._framed = b""

    def frames(self, lines: bytes) -> bytes:
        """A message for each line, without the line's end; empty lines are left out."""
        if lines is not self._lines:
            self._framed = b"".join(self._pieces(lines))
            self._lines = lines
        return self._framed

    def _pieces(self, lines: bytes) -> Iterator[bytes]:
        for line in lines.split(b"\n"):
            if line := line.removesuffix(b"\r"):
                yield _head(self._opcode, len(line))
                yield line


@lru_cache(maxsize=4096)
def _head(opcode: Opcode, length: int) -> bytes:
    """What stands before a message of `length` bytes."""
    return Frame(opcode, bytes(length)).serialize(mask=False)[:-length]


TEXT = Framer(Opcode.TEXT)  # each shared by all connections, so that all profit from what was framed last
BINARY = Framer(Opcode.BINARY)
SUBPROTOCOLS = {Subprotocol("text.ircv3.net"): TEXT, Subprotocol("binary.ircv3.net"): BINARY}


class WebSocket:
    """The server's side of one connection: bytes of the wire to lines and back, and what the protocol itself says.

    `is_open` when lines can be sent, `is_closed` when no more will come; `trouble` says why, if not by the client's
    wish.
    """

    def __init__(self) -> None:
        self.is_open = False
        self.is_closed = False
        self.trouble = ""
        self._protocol = ServerProtocol(select_subprotocol=_chosen, max_size=MAX_MESSAGE)
        self._framer = TEXT
        self._head_size = 0
        self._parts: list[bytes] = []  # of a message in several frames
        self._is_text = True  # that message

    def receive_data(self, data: bytes) -> bytes:
        """The lines in the messages that `data` completes, each with its end.

        A frame that completes none (a ping, a part) is an empty line: for flood control it counts as one.
        """
        protocol = self._protocol
        protocol.receive_data(data)
        lines = []
        for event in protocol.events_received():
            if isinstance(event, Request):
                self._answer(event)
            elif isinstance(event, Frame):
                lines.append(self._line(event))
        if not self.is_open:
            self._check_head(data)
        self.is_closed = protocol.close_expected() or protocol.eof_sent
        if protocol.parser_exc is not None:
            self.trouble = self.trouble or str(protocol.parser_exc)
        return b"".join(lines)

    def wrapped(self, data: bytes) -> bytes:
        """`data`, whole lines, as messages; nothing before the connection is open."""
        return self._framer.frames(data) if self.is_open else b""

    def data_to_send(self) -> bytes:
        """What the protocol owes the other side since the last call: the opening, pongs, the closing."""
        owed = self._protocol.data_to_send()  # b"" among them is the end
        return _NO_HTTP if owed == [b""] and not self.is_open else b"".join(owed)

    def finish(self) -> None:
        """Say the end: nothing is sent after it."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
        elif not (self._protocol.close_expected() or self._protocol.eof_sent):
            self._reject(408, "The request did not come to its end in time. Try again.\n")

    # ---- the opening

    def _answer(self, request: Request) -> None:
        if self._protocol.parser_exc is not None:  # what came right behind the request has ended it already
            self.trouble = "no WebSocket"
            return
        response = self._protocol.accept(request)
        if response.status_code == 426:
            self._reject(426, _NO_UPGRADE)
            return
        self._protocol.send_response(response)
        self.is_open = response.status_code == 101
        if not self.is_open:
            self.trouble = f"no WebSocket (HTTP {response.status_code})"
        self._framer = SUBPROTOCOLS.get(self._protocol.subprotocol or Subprotocol(""), TEXT)

    def _check_head(self, data: bytes) -> None:
        """Bound the length of the request's head as a whole; the library bounds that of a line."""
        self._head_size += len(data)
        if self._protocol.close_expected():
            self.trouble = self.trouble or "no WebSocket"
        elif self._head_size > MAX_HEAD:
            self._reject(431, f"The request's head is longer than {MAX_HEAD} bytes.\n")

    def _reject(self, status: int, sentence: str) -> None:
        response = self._protocol.reject(status, sentence)
        if status == 426:
            response.headers["Upgrade"] = "websocket"  # RFC 9110 section 15.5.22
        self._protocol.send_response(response)
        self.trouble = f"no WebSocket (HTTP {status})"

    # ---- messages

    def _line(self, frame: Frame) -> bytes:
        """The line that `frame` completes."""
        if frame.opcode is Opcode.CLOSE or self.trouble:
            return b""
        if frame.opcode in (Opcode.PING, Opcode.PONG):
            return b"\n"
        if frame.opcode is not Opcode.CONT:
            self._is_text = frame.opcode is Opcode.TEXT
        self._parts.append(bytes(frame.data))
        if not frame.fin:
            return b"\n"
        message = b"".join(self._parts)
        self._parts.clear()
        return message + b"\n" if self._is_sound(message) else b""

    def _is_sound(self, message: bytes) -> bool:
        """Whether a text is text; one that is not ends the connection (RFC 6455 section 8.1)."""
        if not self._is_text:
            return True
        try:
            message.decode()
        except UnicodeDecodeError:
            self.trouble = "a text message that is not UTF-8"
            self._protocol.fail(CloseCode.INVALID_DATA, "That message is not UTF-8. Send text as UTF-8.")
            return False
        return True


def _chosen(protocol: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """The first of the offered subprotocols that is known: the client's order is the one that counts."""
    return next((name for name in offered if name in SUBPROTOCOLS), None)
