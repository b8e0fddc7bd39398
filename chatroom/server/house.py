"""One server: the chat, its log, its clients, put together.

Strategy: what must flow up in the layers, recording and delivering, is handed down as functions when the chat is
built. Everything else here answers questions that need more than one part: who is at the door, how the server does.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from gevent.event import Event
from gevent.hub import get_hub
from loguru import logger

from chatroom import __version__
from chatroom.commands.call import Server
from chatroom.core.chat import Chat
from chatroom.core.events import Record, Who
from chatroom.core.names import Names
from chatroom.core.refusals import Refused, Why
from chatroom.dialects.plain.text import count, span
from chatroom.server.cloak import Cloak
from chatroom.server.config import ConfigError, Settings
from chatroom.server.connection import Connection
from chatroom.server.delivery import Delivery
from chatroom.server.limits import UNIX, Addresses, plain_address
from chatroom.server.precis import CASEMAPPINGS
from chatroom.storage.backups import Backup, proven
from chatroom.storage.history import FILE, History
from chatroom.storage.keep import Keep

if TYPE_CHECKING:
    from loguru import Logger


def open_history(settings: Settings) -> History:
    """The log in the data folder. Raises HistoryError, or ConfigError when it was written under another casemapping."""
    history = History(Path(settings.server.data) / FILE, settings.history.durability)
    written = history.fact("casemapping", settings.server.casemapping)
    if written != settings.server.casemapping:
        history.close()
        raise ConfigError(
            [
                f'server.casemapping: the history in {settings.server.data} was written with "{written}"; set that, '
                f"or begin a new history with another --data folder."
            ]
        )
    return history


class House:
    """Everything one server is made of. `schedule` has the loop call a function at the end of this turn.

    Raises HistoryError, ConfigError or OSError when the data folder can't be used.
    """

    def __init__(self, settings: Settings, schedule: Callable[[Callable[[], None]], object]) -> None:
        self.settings = settings
        self.data = Path(settings.server.data)
        self.backups = Path(settings.server.backups)
        self.history = open_history(settings)
        self.delivery = Delivery(self.history.commit, schedule, self._trouble)
        self.keep = Keep(self.history, self.delivery.recorded)
        self.cloak = Cloak(self.data)
        self.addresses = Addresses(settings.limits.connections_per_address)
        self.connections: dict[int, Connection] = {}
        self.most = 0  # people at once so far
        self.backup_trouble = ""
        self._accepted = 0
        self._empty = Event()
        self.chat = self._chat()
        self.server = self._server()
        self._restore_state()

    def _chat(self) -> Chat:
        mapping = CASEMAPPINGS[self.settings.server.casemapping]
        names = Names(mapping, nick_length=self.settings.limits.nick_length)
        return Chat(self.now, self._record, self.delivery.deliver, names)

    def _server(self) -> Server:
        about = self.settings.server
        return Server(
            chat=self.chat,
            history=self.history,
            name=about.name,
            network=about.network,
            description=about.description,
            password=about.password,
            version=f"chatroom {__version__}",
            motd=self.settings.motd_lines(),
            log=self.history.fact("log", _log_name()),
            default_room=self.settings.rooms.default,
            joins_irc=self.settings.rooms.join,
            user_modes=about.user_modes,
            started=self.now(),
            now=self.now,
            status=self.status,
            counts=self.counts,
        )

    def _restore_state(self) -> None:
        self.chat.remember(self.history.lasting())
        number, moment = self.history.last()
        self.chat.resume(
            number, moment, Who(self.server.name, "server", self.server.name), [self.settings.rooms.default]
        )
        self.history.commit()

    # ---- clocks

    @staticmethod
    def now() -> int:
        """Milliseconds since 1970, as the loop saw them at the start of this turn."""
        return int(get_hub().loop.now() * 1000)

    @staticmethod
    def seconds() -> float:
        """A clock for measuring spans; it has no date and never jumps."""
        return time.monotonic()

    # ---- the log

    def _record(self, record: Record) -> None:
        self.history.append(record)
        self.delivery.recorded()

    def _trouble(self, error: Exception | None) -> None:
        """The disk refuses, or takes writes again: talk stops and goes on with it."""
        if error is None:
            self.chat.sealed = None
            logger.warning("the disk takes writes again; everything goes on")
        elif self.chat.sealed is None:
            self.chat.sealed = Refused(Why.DISK)
            logger.error("the history can't be written ({}); talk is refused until it can", error)

    # ---- clients

    def handle(self, sock: socket.socket, address: tuple[str, int] | str) -> None:
        """Serve one accepted client; the greenlet of a listener."""
        self._accepted += 1
        number = self._accepted
        where = plain_address(address[0]) if isinstance(address, tuple) else UNIX
        log = logger.bind(client=f"#{number} {where}")
        with socket.socket(fileno=sock.detach()) as client:
            client.setblocking(False)
            if not self.addresses.enter(where):
                self._turn_away(client, log)
                return
            try:
                self._serve(Connection(self, _tuned(client), where, number, log))
            finally:
                self.addresses.leave(where)

    def _serve(self, connection: Connection) -> None:
        connection.log.info("connected")
        self.connections[connection.number] = connection
        try:
            connection.run()
        finally:
            del self.connections[connection.number]
            if not self.connections:
                self._empty.set()
            connection.close()
            connection.log.info("disconnected")

    def _turn_away(self, client: socket.socket, log: Logger) -> None:
        most = self.addresses.most
        log.warning("turned away: {} from that address already", count(most, "connection"))
        with contextlib.suppress(OSError):
            client.send(f"ERROR :There are {most} connections from your address already. Close one first.\r\n".encode())

    def wait_until_empty(self) -> None:
        """Block the calling greenlet until the last client is gone."""
        while self.connections:
            self._empty.clear()
            self._empty.wait()

    def look(self, now: float) -> None:
        """Look after every client; called now and then."""
        for connection in list(self.connections.values()):
            connection.look(now)
        self.most = max(self.most, len(self.chat.users))

    # ---- how it does

    def counts(self) -> Mapping[str, int]:
        """Connections that have not entered, and the most people at once."""
        self.most = max(self.most, len(self.chat.users))
        return {"unknown": len(self.connections) - self.server.entered, "most": self.most}

    def status(self) -> Mapping[str, str]:
        """How the server does, for /status."""
        return {
            "version": self.server.version,
            "up for": span((self.now() - self.server.started) // 1000),
            "people": f"{len(self.chat.users)}, over {count(len(self.connections), 'connection')}",
            "open rooms": f"{self.chat.open_rooms}",
            "events kept": f"{self.chat.number}, each on disk before it is shown ({self.settings.history.durability})",
            "disk": "refuses writes; talk waits for it" if self.chat.sealed else "takes writes",
            "newest proven backup": self._backup_age(),
        }

    def _backup_age(self) -> str:
        trouble = f"; the last try failed: {self.backup_trouble}" if self.backup_trouble else ""
        newest = self.last_backup
        if newest is None:
            return f"none yet{trouble}"
        age = int((datetime.now(UTC) - newest.taken).total_seconds())
        return f"{span(max(0, age))} old{trouble}"

    @property
    def last_backup(self) -> Backup | None:
        """The newest proven snapshot there is; one made by hand counts too."""
        return next(reversed(proven(self.backups)), None)


def _log_name() -> str:
    """A short name for a new log, so that its msgids are not those of another."""
    return f"{time.time_ns() // 1000 % 36**5:x}"


def _tuned(client: socket.socket) -> socket.socket:
    """Send small lines at once, and notice a peer that is gone even when it is never written to."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if client.family != socket.AF_UNIX:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 120)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 30)
    return client
