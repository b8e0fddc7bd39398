"""Sockets that wrap what clients send: WebSocket, by another implementation of it; and how one comes in by it."""

from __future__ import annotations

from typing import Any

from running import PATIENCE
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.sync.connection import Connection
from websockets.uri import parse_uri


class MessageSocket:
    """Looks like a socket over which lines go; over `sock` each of them is a message.

    `codes` are those of the close frames that came.
    """

    def __init__(self, sock: Any, *subprotocols: str) -> None:
        self.sock = sock
        self.protocol = ClientProtocol(parse_uri("ws://localhost/"), subprotocols=list(subprotocols) or None)
        self.codes: list[int] = []
        self._lines = bytearray()
        self.protocol.send_request(self.protocol.connect())
        self._push()

    def sendall(self, data: bytes) -> None:
        while self.protocol.state == 0:
            self._receive()
        for line in data.split(b"\n")[:-1]:
            self.protocol.send_text(line.removesuffix(b"\r"))
        self._push()

    def recv(self, size: int) -> bytes:
        while not self._lines:
            if not self._receive():
                return b""
        data, self._lines = bytes(self._lines[:size]), self._lines[size:]
        return data

    def settimeout(self, seconds: float) -> None:
        self.sock.settimeout(seconds)

    def shutdown(self, how: int) -> None:
        self.sock.shutdown(how)

    def close(self) -> None:
        self.sock.close()

    def _push(self) -> None:
        self.sock.sendall(b"".join(self.protocol.data_to_send()))

    def _receive(self) -> bool:
        data = self.sock.recv(65536)
        if not data:
            return False
        self.protocol.receive_data(data)
        for event in self.protocol.events_received():
            if isinstance(event, Frame):
                self._take(event)
        self._push()
        return True

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.CLOSE:
            self.codes.append(int.from_bytes(frame.data[:2], "big"))
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            assert frame.fin
            assert b"\n" not in bytes(frame.data)
            self._lines += bytes(frame.data) + b"\r\n"


def hear(client: Connection, word: str) -> str:
    """The first message that holds `word`."""
    while word not in (message := str(client.recv(PATIENCE))):
        pass
    return message


def enter(client: Connection, nick: str) -> str:
    """Come into the lobby as an IRC program; the end of its list of names."""
    for line in (f"NICK {nick}", f"USER {nick} 0 * :{nick}", "JOIN #lobby"):
        client.send(line)
    return hear(client, " 366 ")
