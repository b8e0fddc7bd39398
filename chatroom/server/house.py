"""One server: the chat, its log, its clients, put together.

Strategy: what must flow up in the layers, recording and delivering, is handed down as functions when the chat is
built. Everything else here answers questions that need more than one part: who is at the door, how the server does.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gevent
from gevent.event import Event
from gevent.hub import get_hub
from gevent.threadpool import ThreadPool
from loguru import logger

from chatroom import __version__
from chatroom.commands.call import Server
from chatroom.core.account_replies import HeldBack
from chatroom.core.chat import Chat
from chatroom.core.events import MetadataChanged, Record, Who
from chatroom.core.names import Names
from chatroom.core.once import KEPT, TAG
from chatroom.core.refusals import Refused, Why
from chatroom.core.spans import in_words
from chatroom.dialects.plain.text import count
from chatroom.server import threads
from chatroom.server.accounts import Accounts
from chatroom.server.calm import Calm
from chatroom.server.cloak import Cloak
from chatroom.server.config import ConfigError, Settings
from chatroom.server.connection import PACKET, Connection
from chatroom.server.delivery import Delivery, Later, Outbox
from chatroom.server.door import Door
from chatroom.server.doors import full, sts
from chatroom.server.figures import Figures
from chatroom.server.firstcode import FirstCode
from chatroom.server.limits import UNIX, Buckets, Networks, network_of, plain_address
from chatroom.server.logs import Teller
from chatroom.server.opening import log_name, open_history, tls_of, tuned
from chatroom.server.passwords import verified
from chatroom.server.possible import tls_problem
from chatroom.server.precis import CASEMAPPINGS
from chatroom.server.presence import MOVING, Presences
from chatroom.server.privacy import kept
from chatroom.server.readers import Readers
from chatroom.server.searches import Searches
from chatroom.server.stored import Stored
from chatroom.server.turns import Turns
from chatroom.storage.backups import Backup, proven
from chatroom.storage.keep import Keep

if TYPE_CHECKING:
    from chatroom.server.tls import Tls
    from chatroom.server.visit import Site


MOST_WAITING = 200  # for their turn, before nobody more is accepted


class House:
    """Everything one server is made of. `schedule` has the loop call a function at the end of this turn, `later` later.

    Raises HistoryError, ConfigError or OSError when the data folder can't be used.
    """

    def __init__(
        self, settings: Settings, schedule: Callable[[Callable[[], None]], object], later: Later | None = None
    ) -> None:
        self.settings = settings
        self.data = Path(settings.server.data)
        self.backups = Path(settings.server.backups)
        self.history = open_history(settings)
        self.stored, self.figures = Stored(), Figures()
        timed = self.figures.scheduling(schedule)
        self.delivery = Delivery(self.figures.commits.timed(self._commit), timed, self._trouble, later)
        self.keep = Keep(self.history, self.delivery.recorded)
        self.cloak = Cloak(self.data)
        self.first_code = FirstCode()
        self.door = Door(settings.limits)
        self.proxies = Networks(settings.limits.trusted_proxies)
        self.turns = Turns()
        self.readers = Readers(lambda connection: self._serve(connection, connection.go_on))
        self.buckets = Buckets()  # of accounts and addresses
        self.teller = Teller(self.seconds)
        self.tls = tls_of(settings)
        self._urls: list[str] = []  # that are listened on
        self.connections: dict[int, Connection] = {}
        self._newcomers: dict[int, Connection] = {}  # those of them that have not entered yet
        self.most = 0  # people at once so far
        self.backup_trouble = ""
        self._accepted = 0
        self._empty = Event()
        self._pool = ThreadPool(max(1, (os.cpu_count() or 1) // 2))  # passwords only; a core stays for the chat
        self._searchers = ThreadPool(2)
        self.chat = self._chat()
        self.accounts = Accounts(
            self.keep, self.chat.names, settings.accounts, self.cloak.secret("scram"), self.offload, self.seconds
        )
        self.presences = Presences(self.chat, self.accounts, self.keep.metadata)
        self.server = self._server()
        self._restore_state()

    def _chat(self) -> Chat:
        mapping = CASEMAPPINGS[self.settings.server.casemapping]
        names = Names(mapping, nick_length=self.settings.limits.nick_length)
        return Chat(self.now, self._record, self.figures.counting(self.delivery.deliver), names)

    def _server(self) -> Server:
        about = self.settings.server
        return Server(
            chat=self.chat,
            history=self.history,
            markers=self.keep,
            kept=self.keep,
            accounts=self.accounts,
            presences=self.presences,
            offload=self.offload,
            calm=Calm(self.settings.limits, self.seconds, gevent.sleep),
            search=Searches(self.history, self.aside).search,
            name=about.name,
            network=about.network,
            description=about.description,
            password=about.password,
            version=f"chatroom {__version__}",
            admin=about.admin,
            motd=self.settings.motd_lines(),
            operators=self.settings.operator_hashes(),
            verify=verified,
            take_code=self.first_code.take,
            rotate_cloak=self.cloak.rotate,
            privacy=lambda: kept(self.settings),
            network_of=network_of,
            log=self.history.fact("log", log_name()),
            default_room=self.settings.rooms.default,
            joins_irc=self.settings.rooms.join,
            user_modes=about.user_modes,
            started=self.now(),
            now=self.now,
            status=self.status,
            counts=self.counts,
            refused=self.figures.refused,
        )

    def _restore_state(self) -> None:
        self.chat.remember(self.history.lasting())
        number, moment = self.history.last()
        for record in self.history.holding(TAG, number - KEPT):
            self.chat.once.note(record.number, record.event)
        itself, present = Who(self.server.name, "", ""), list(self.presences.kept(moment))
        self.chat.resume(number, moment, itself, [self.settings.rooms.default], present)
        for user in list(self.chat.users.values()):  # those who stayed say what they said before
            said = self.keep.metadata(self.chat.names.fold(user.who.account))
            for key, value in said.items():
                self.chat.happen(MetadataChanged(user.who, user.nick, key, value))
        self._commit()

    # ---- clocks

    @staticmethod
    def now() -> int:
        """Milliseconds since 1970, as the loop saw them at the start of this turn."""
        return int(get_hub().loop.now() * 1000)

    @staticmethod
    def seconds() -> float:
        """A clock for measuring spans; it has no date and never jumps."""
        return time.monotonic()

    # ---- slow work

    def offload(self, function: Callable[..., Any], *arguments: object) -> Any:
        """Run something slow in a thread and give what it gives; meanwhile the others are served."""
        return threads.apply(self._pool, function, arguments)

    def aside(self, function: Callable[..., Any], *arguments: object) -> Any:
        """The same, for what reads the log: logging in does not wait for that."""
        return threads.apply(self._searchers, function, arguments)

    # ---- the log

    def _record(self, record: Record) -> None:
        self.history.append(record)
        self.delivery.recorded()
        if type(record.event) in MOVING:
            self.presences.note(record.event)

    def _commit(self) -> None:
        self.history.commit()
        self.stored.reach(self.chat.number)

    def _trouble(self, error: Exception | None, causes: Collection[Outbox]) -> None:
        """The disk refuses, or takes writes again: talk stops and goes on with it."""
        if error is None:
            self.chat.sealed = None
            logger.warning("the disk takes writes again; everything goes on")
        elif self.chat.sealed is None:
            self.chat.sealed = Refused(Why.DISK)
            logger.error("the history can't be written ({}); talk is refused until it can", error)
            for connection in list(self.connections.values()):
                if connection.dialect is not None and connection.outbox in causes:
                    connection.dialect.tell(HeldBack())

    # ---- doors

    def listens_on(self, urls: list[str]) -> None:
        """Clients come by `urls` from now on."""
        self._urls = urls
        self.announce_tls()

    def announce_tls(self) -> None:
        """Tell IRC programs what is set about TLS, and whoever reads the log how long the certificate lasts."""
        self.server.sts = sts(self.settings.tls.sts_seconds, self._urls)
        if self.tls is not None:
            now = datetime.now(UTC)
            level = "INFO" if now < self.tls.expires else "WARNING"
            logger.log(level, "certificate {}: {}", self.settings.tls.certificate, self.tls.validity(now))

    def tls_after(self, fresh: Settings) -> Tls | None:
        """The certificate that `fresh` settings name, read anew. Raises ConfigError when they would close a door."""
        fresh.server.listen, fresh.web, fresh.metrics = (  # the doors stay
            self.settings.server.listen,
            self.settings.web,
            self.settings.metrics,
        )
        if problem := tls_problem(fresh):
            raise ConfigError([f"tls: {problem}"])
        return tls_of(fresh)

    # ---- clients

    def handle(
        self, sock: socket.socket, address: tuple[str, int] | str, scheme: str = "tcp", site: Site | None = None
    ) -> None:
        """Serve one client, accepted by a listener whose URL has `scheme`; the greenlet of that listener.

        `site` is what those who speak HTTP find there.

        Whom a trusted proxy speaks for is not known yet, so it is counted when that is.
        """
        self._accepted += 1
        number = self._accepted
        where = plain_address(address[0]) if isinstance(address, tuple) else UNIX
        client = socket.socket(fileno=sock.detach())
        client.setblocking(False)
        if reason := self.door.knock(where):
            with client:
                self._turn_away(client, where, scheme, reason)
            return
        connection = None
        try:
            connection = self._received(client, where, number, scheme, site)
        finally:
            if connection is None:
                client.close()
                self.door.closed()
        if connection is not None:
            self._serve(connection, connection.run)

    def _turn_away(self, client: socket.socket, where: str, scheme: str, reason: str) -> None:
        """Say why, in one line, to somebody for whom nothing has been made yet."""
        self.figures.refused["ROOM_AT_THE_DOOR"] += 1
        if self.teller.is_told():
            logger.warning("turned away from {}: {}", where, reason)
        with suppress(OSError):
            client.send(full(scheme, reason))
            client.shutdown(socket.SHUT_WR)
            client.recv(PACKET)  # what is unread at the closing would make the kernel throw the answer away

    def _received(
        self, client: socket.socket, where: str, number: int, scheme: str, site: Site | None
    ) -> Connection | None:
        """The connection of a client, when it is its turn; None when there is no room for it."""
        if self.settings.limits.rate:
            self.turns.wait(number, is_quiet=False)
        connection = Connection(self, tuned(client), where, number, scheme, site)
        is_in = False
        try:
            is_in = connection.is_trusted or connection.admit()
        finally:
            if not is_in:
                connection.close()
        if not is_in:
            return None
        connection.log.info("connected")
        self.connections[connection.number] = self._newcomers[connection.number] = connection
        return connection

    @property
    def is_crowded(self) -> bool:
        """Whether so many wait for their turn that nobody more had better be let to the door."""
        return self.turns.waiting > MOST_WAITING

    def _serve(self, connection: Connection, converse: Callable[[], bool]) -> None:
        """Converse, and let go of the client unless it only has nothing more to say for now."""
        is_waiting = False
        try:
            is_waiting = converse()
        finally:
            if is_waiting:
                connection.wait_without_greenlet()
            else:
                self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        del self.connections[connection.number]
        self.knows(connection.number)
        if not self.connections:
            self._empty.set()
        connection.log.info("disconnected")
        self.figures.closing(connection)
        connection.close()
        self.door.closed()

    def knows(self, number: int) -> None:
        """Connection `number` is a newcomer no longer: somebody has entered by it, or it ends."""
        self._newcomers.pop(number, None)

    def wait_until_empty(self) -> None:
        """Block the calling greenlet until the last client is gone."""
        while self.connections:
            self._empty.clear()
            self._empty.wait()

    def look(self, now: float) -> None:
        """Look after every client; called now and then."""
        for connection in list(self.connections.values()):
            connection.look(now)
        self.door.look()
        self.teller.sum_up()
        self.most = max(self.most, len(self.chat.users))

    # ---- how it does

    def counts(self) -> Mapping[str, int]:
        """Connections that have not entered, and the most people at once."""
        self.most = max(self.most, len(self.chat.users))
        return {"unknown": len(self._newcomers), "most": self.most}

    def status(self) -> Mapping[str, str]:
        """How the server does, for /status."""
        kept = self.chat.number - self.history.base.number
        return {
            "version": self.server.version,
            "up for": in_words((self.now() - self.server.started) // 1000),
            "people": f"{len(self.chat.users)}, over {count(len(self.connections), 'connection')}",
            "open rooms": f"{self.chat.open_rooms}",
            "events kept": f"{kept}, each on disk before it is shown ({self.settings.history.durability})",
            "disk": "refuses writes; talk waits for it" if self.chat.sealed else "takes writes",
            "newest proven backup": self._backup_age(),
        }

    def _backup_age(self) -> str:
        trouble = f"; the last try failed: {self.backup_trouble}" if self.backup_trouble else ""
        newest = self.last_backup
        if newest is None:
            return f"none yet{trouble}"
        age = int((datetime.now(UTC) - newest.taken).total_seconds())
        return f"{in_words(max(0, age))} old{trouble}"

    @property
    def last_backup(self) -> Backup | None:
        """The newest proven snapshot there is; one made by hand counts too."""
        return next(reversed(proven(self.backups)), None)
