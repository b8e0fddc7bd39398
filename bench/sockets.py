"""Many connections of one process: raw sockets under one epoll.

Strategy: a client costs as little as a client can: a socket, what is left of a line, what could not be written yet. One
`recv` takes what has come and hands whole lines on; writing never waits. Who uses it says what is done with lines
(`take`) and with a client whose connection is over (`gone`).
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable

HOST = "127.0.0.1"
CHUNK = 262144
_EVENTS_AT_ONCE = 4096
_CLIENTS_PER_SOURCE = 5000
_IP_BIND_ADDRESS_NO_PORT = 24  # Linux: choose the port at connect, so that every address has all of them


class Client:
    """One connection; `opened` is when, for as long as it counts as being opened."""

    __slots__ = ("number", "opened", "receive", "rest", "sock", "unsent")

    def __init__(self, number: int) -> None:
        self.number = number
        self.opened = 0.0
        self.rest = b""
        self.unsent = b""
        self.sock = socket.socket()
        self.receive = self.sock.recv


class Sockets:
    """Clients by number, and the loop that serves them."""

    def __init__(self, port: int, network: int, take: Callable[[Client, bytes], None]) -> None:
        """Connections come from addresses 127.`network`.x.1, as one address has too few ports for all."""
        self.clients: dict[int, Client] = {}
        self.gone: Callable[[Client, str], None] = lambda client, why: None
        self._port = port
        self._network = network
        self._take = take
        self._by_descriptor: dict[int, Client] = {}
        self._poll = select.epoll()

    def open(self, client: Client, greeting: bytes) -> None:
        """Begin to connect; `greeting` is what is said first. Whether it worked turns out later."""
        sock = client.sock
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
        sock.bind((f"127.{self._network}.{client.number // _CLIENTS_PER_SOURCE}.1", 0))
        sock.connect_ex((HOST, self._port))  # an error comes again when it is read from
        client.unsent = greeting
        self.clients[client.number] = self._by_descriptor[sock.fileno()] = client
        self._poll.register(sock.fileno(), select.EPOLLIN | select.EPOLLOUT)

    def write(self, client: Client, data: bytes) -> None:
        """Send `data` after what is still unsent; never waits."""
        if client.unsent:
            client.unsent += data
            return
        client.unsent = data[self._send(client, data) :]
        if client.unsent:
            self._poll.modify(client.sock.fileno(), select.EPOLLIN | select.EPOLLOUT)

    def turn(self, seconds: float) -> None:
        """Serve whoever can be served; wait for the first for `seconds` at most."""
        for descriptor, mask in self._poll.poll(seconds, _EVENTS_AT_ONCE):
            client = self._by_descriptor.get(descriptor)
            if client is None:
                continue
            if mask & select.EPOLLOUT:
                self._write_rest(client)
            if mask & ~select.EPOLLOUT:
                self._read(client)

    def _send(self, client: Client, data: bytes) -> int:
        try:
            return client.sock.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)  # the reader will find out

    def _write_rest(self, client: Client) -> None:
        client.unsent = client.unsent[self._send(client, client.unsent) :]
        if not client.unsent:
            self._poll.modify(client.sock.fileno(), select.EPOLLIN)

    def _read(self, client: Client) -> None:
        try:
            data = client.receive(CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            self._close(client, str(error.strerror))
            return
        if not data:
            self._close(client, "the server closed the connection")
            return
        if client.rest:
            data = client.rest + data
        if data[-1] != 10:  # a line has not ended yet
            end = data.rfind(b"\n") + 1
            client.rest = data[end:]
            data = data[:end]
        else:
            client.rest = b""
        if data:
            self._take(client, data)

    def _close(self, client: Client, why: str) -> None:
        del self._by_descriptor[client.sock.fileno()]
        del self.clients[client.number]
        client.sock.close()
        self.gone(client, why)
