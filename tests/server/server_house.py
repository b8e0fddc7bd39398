"""A whole server inside the test: the real house, log and connections, over socket pairs.

Only the listener and the schedule are left out: what is done now and then is done when a test says so. The clients
are those of `running`, over sockets of gevent, so that waiting for a line lets the house work.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import gevent
import gevent.socket
from gevent.hub import get_hub
from running import PATIENCE, Closed, IrcClient, LineClient, PlainClient

from chatroom.server.config import Settings
from chatroom.server.connection import Connection
from chatroom.server.house import House


class HouseScene:
    """A house in a folder. `settings` are attributes to set: `limits={"outbox_bytes": 4096}`."""

    def __init__(self, folder: Path, **settings: dict[str, object]) -> None:
        self.settings = Settings()
        self.settings.server.data, self.settings.server.backups = str(folder), str(folder)
        self.settings.history.durability = "os"
        self.settings.limits.rate = 0
        for table, values in settings.items():
            for key, value in values.items():
                setattr(getattr(self.settings, table), key, value)
        self.flushes = 0
        self.house = House(self.settings, self._schedule)
        self.log = self.house.history.path
        self._clients: list[LineClient] = []
        self._made = 0  # clients so far

    def _schedule(self, flush: Callable[[], None]) -> None:
        self.flushes += 1
        get_hub().loop.run_callback(flush)

    def connect(
        self,
        client: type[LineClient],
        address: str = "192.0.2.1",
        buffer: int = 0,
        door: str = "tcp",
        wrap: Callable[[Any], Any] = lambda sock: sock,
        site: Any = None,
    ) -> LineClient:
        """A client that has just been accepted at `door`; the house can hand the kernel about `buffer` bytes for it.

        `wrap` makes of a socket one that wraps what the client sends.
        """
        ours, theirs = socket.socketpair()
        if buffer:
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
        gevent.spawn(self.house.handle, theirs, (address, 4000) if address else "", door, site)
        made = client.__new__(client)
        sock = gevent.socket.socket(fileno=ours.detach(), family=socket.AF_UNIX)
        sock.settimeout(PATIENCE)
        made.sock = wrap(sock)
        made.passed, made._rest, made._fences = [], b"", 0
        self._clients.append(made)
        self._made += 1
        self.until(lambda: self.house._accepted >= self._made)
        return made

    def irc(self, nick: str = "", capabilities: str = "", **more: object) -> IrcClient:
        client = self.connect(IrcClient, **more)
        return client.enter(nick, capabilities) if nick else client

    def plain(self, name: str = "", **more: object) -> PlainClient:
        client = self.connect(PlainClient, **more)
        return client.enter(name) if name else client

    @property
    def newest(self) -> Connection:
        """The connection that was accepted last."""
        return self.house.connections[max(self.house.connections)]

    def of(self, nick: str) -> Connection:
        """The connection of somebody who has entered."""
        return next(c for c in self.house.connections.values() if c.dialect.user and c.dialect.user.nick == nick)

    @staticmethod
    def until(condition: Callable[[], object]) -> None:
        """Let the loop go round until something is so; a test that waits in vain runs into its time limit."""
        while not condition():
            gevent.sleep(0)

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.house.wait_until_empty()
        self.house.history.close()


class Hearing:
    """Reads what a client is sent in a greenlet of its own, so that it never falls behind."""

    def __init__(self, client: LineClient) -> None:
        self.lines: list[str] = []
        self._client = client
        self._until: Callable[[str], bool] = lambda line: False
        self._greenlet = gevent.spawn(self._read)

    def _read(self) -> None:
        with suppress(Closed, OSError):
            while not self.lines or not self._until(self.lines[-1]):
                self.lines.append(self._client.line())

    def until(self, word: str) -> list[str]:
        """All lines up to the one that holds `word`; the client is free again."""
        self._until = lambda line: word in line
        if not (self.lines and self._until(self.lines[-1])):
            self._greenlet.join()
        self._greenlet.kill()
        assert self._until(self.lines[-1]), f"the end came before {word!r}: {self.lines[-3:]}"
        return self.lines
