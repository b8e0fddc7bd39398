"""An IRC server of a few verbs that can be told to misbehave, so that the load test can be caught missing something.

Strategy: honest by default. A fault is a function that gets each delivery and says which lines to send in its place.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from gevent.event import Event
from gevent.server import StreamServer

from chatroom.wire import irc

Fault = Callable[["Guest", "Guest", bytes], list[bytes]]  # receiver, sender, line -> lines to send


def honest(_receiver: Guest, _sender: Guest, line: bytes) -> list[bytes]:
    return [line]


@dataclass(eq=False)
class Guest:
    """One connection. `number` counts from 0 in the order of joining, `heard` are the deliveries it was due so far."""

    sock: object
    nick: str = "*"
    room: str = ""
    number: int = -1
    password: str = ""
    heard: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    before_pong: list[bytes] = field(default_factory=list)

    def send(self, *lines: bytes) -> None:
        with suppress(OSError):
            self.sock.sendall(b"".join(lines))


class SmallServer:
    """Listens on 127.0.0.1, at `port`; a context manager."""

    def __init__(
        self, fault: Fault = honest, echo: bool = False, refuse: str = "", password: str = "", port: int = 0
    ) -> None:
        self.fault = fault
        self.echo = echo
        self.refuse = refuse  # the numeric and text with which every second JOIN is answered
        self.password = password
        self.rooms: dict[str, list[Guest]] = defaultdict(list)
        self.addresses: set[str] = set()
        self.said = 0
        self.talkers: set[str] = set()
        self.joined = 0
        self.here = 0
        self.on_said: Callable[[], object] = lambda: None
        self.on_left: Callable[[], object] = lambda: None
        self._server = StreamServer(("127.0.0.1", port), self._serve, backlog=256)

    def __enter__(self) -> SmallServer:
        self._server.start()
        self.port = self._server.server_port
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.stop(timeout=0)

    def _serve(self, sock: object, address: tuple[str, int]) -> None:
        self.addresses.add(address[0])
        guest = Guest(sock)
        self.here += 1
        try:
            for line in sock.makefile("rb"):
                message = irc.parse(line.decode().rstrip("\r\n"))
                getattr(self, f"_{message.verb.lower()}")(guest, message)
        except OSError:
            pass
        finally:
            if guest in self.rooms[guest.room]:
                self.rooms[guest.room].remove(guest)
            sock.close()
            self.here -= 1
            self.on_left()

    def _pass(self, guest: Guest, message: irc.Message) -> None:
        guest.password = message.param(0)

    def _nick(self, guest: Guest, message: irc.Message) -> None:
        guest.nick = message.param(0)

    def _user(self, guest: Guest, _message: irc.Message) -> None:
        if guest.password != self.password:
            guest.send(b":small 464 * :Password incorrect\r\n")
            guest.sock.close()
        guest.send(f":small 001 {guest.nick} :Welcome\r\n:small 422 {guest.nick} :No message\r\n".encode())

    def _join(self, guest: Guest, message: irc.Message) -> None:
        self.joined += 1
        if self.refuse and self.joined % 2 == 0:
            guest.send(f":small {self.refuse}\r\n".encode())
            return
        guest.room = message.param(0)
        room = self.rooms[guest.room]
        guest.number = len(room)
        room.append(guest)
        for member in room:
            member.send(f":{guest.nick}!u@h JOIN {guest.room}\r\nPING :are you there\r\n".encode())
        guest.send(
            f":small 353 {guest.nick} = {guest.room} :x\r\n:small 366 {guest.nick} {guest.room} :End\r\n".encode()
        )

    def _pong(self, _guest: Guest, message: irc.Message) -> None:
        assert message.param(0) == "are you there"

    def _ping(self, guest: Guest, message: irc.Message) -> None:
        guest.send(*guest.before_pong, f":small PONG small :{message.param(0)}\r\n".encode())

    def _privmsg(self, guest: Guest, message: irc.Message) -> None:
        self.said += 1
        self.talkers.add(guest.nick)
        self.on_said()
        line = irc.format_line("PRIVMSG", *message.params, source=f"{guest.nick}!u@h").encode() + b"\r\n"
        for member in list(self.rooms[message.param(0)]):
            if member is not guest or self.echo:
                member.send(*self.fault(member, guest, line))
                member.heard[guest.nick] += 1


if __name__ == "__main__":
    with SmallServer(port=int(sys.argv[1])):
        Event().wait()
