"""One client: a dialect, an outbox, and a greenlet when there is something to read.

Strategy: each turn of the loop serves each client one packet, so that none can starve the others. Until somebody has
come in, the greenlet that accepted the client waits for what it sends; from then on one of the readers' greenlets takes
it when there is something to read. What is wrapped around the conversation is found out in `arrival`; then the
first line decides the dialect: an IRC program speaks at once, a person waits to be greeted. Three kinds of failure end
in three places: a refusal in the command table, a lost connection here, and our own bugs here too, with a traceback in
the log and the loss of this one connection.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import gevent
from gevent.event import Event
from gevent.hub import get_hub
from loguru import logger

from chatroom.dialects.irc.session import IrcSession
from chatroom.dialects.plain.session import PlainSession
from chatroom.dialects.session import Dialect
from chatroom.server import looking, paying
from chatroom.server.allowance import Allowance
from chatroom.server.arrival import Arrival, turn_away
from chatroom.server.cursor import Cursor
from chatroom.server.doors import full
from chatroom.server.limits import is_loopback, is_trusted, network_of
from chatroom.server.logs import Hushed
from chatroom.server.outbox import SocketOutbox
from chatroom.server.transport import Layer, Transport
from chatroom.wire.first import Guest, speaker, wrong_door
from chatroom.wire.irc import MAX_RECEIVED
from chatroom.wire.lines import LineReader, TooLong
from chatroom.wire.telnet import IAC, Telnet

if TYPE_CHECKING:
    from chatroom.server.house import House
    from chatroom.server.visit import Site, Visit

FIRST_BYTES_SECONDS = 0.4  # an IRC program speaks sooner; a person does not
PACKET = 16384  # bytes read at once
ANSWER_BYTES = 16384  # of an answer that count as a line more
BYTES_OWED = 65536  # that a wrapping may owe a client who asks on and takes nothing
_READABLE = 1


class Connection:
    """One client, from accept to close. `number` names it in the log."""

    __slots__ = (
        *("allowance", "_is_known", "is_slowed", "is_waiting", "_lines", "_peer", "probed_at", "_reader"),
        *("_readable", "_received", "resting", "_telnet", "_transport"),
        *("address", "born", "certificate", "dialect", "ended_at", "heard", "house", "is_admitted", "is_secure"),
        *("is_trusted", "log", "number", "outbox", "scheme", "site", "sock", "visit"),
    )

    def __init__(
        self, house: House, sock: socket.socket, address: str, number: int, scheme: str, site: Site | None = None
    ) -> None:
        self.house = house
        self.sock = sock
        self.number = number
        self.scheme = scheme  # of the listener's URL
        self.site = site  # what that shows to those who speak HTTP
        self.visit: Visit | None = None  # while HTTP is spoken
        self.is_trusted = is_trusted(address, house.proxies)
        self.is_admitted = False  # and counted among those of its address
        self._peer = address  # which is a proxy's, if one speaks for the client
        self._is_known = False  # for whom it speaks
        self.is_slowed = False  # and was told so
        self.resting: Event | None = None  # for its flood allowance
        self._lines = 0  # before entry
        self.log = house.teller.log_of(number, address)
        self.is_secure = False  # over TLS, or so the proxy says
        self.certificate = ""  # the SHA-256 fingerprint of the client's
        self.born = self.heard = house.seconds()
        self.allowance = Allowance(
            house.settings.limits, house.buckets, is_exempt=house.door.is_exempt(address), now=self.born
        )
        self._has_address(address)
        self.outbox = SocketOutbox(
            house.delivery, sock, house.settings.limits.outbox_bytes, lambda: house.chat.number, self._cursor
        )
        self.dialect: Dialect | None = None
        self.ended_at = 0.0
        self._reader = LineReader(MAX_RECEIVED)
        self._readable = get_hub().loop.io(sock.fileno(), _READABLE)
        self._telnet: Telnet | None = None
        self._transport: Transport | None = None  # where bytes are wrapped
        self._received = 0  # bytes before entry
        self.is_waiting = False  # for the client, rather than for its flood allowance or its backlog
        self.probed_at = 0.0

    @property
    def is_entered(self) -> bool:
        """Whether somebody is in the chat by this connection."""
        return self.dialect is not None and self.dialect.user is not None

    # ---- the greenlet

    def run(self) -> bool:
        """Converse from the first bytes on. Whether it is to be gone on with, when there is something to read."""
        return self._guarded(self._begin)

    def go_on(self) -> bool:
        """There is something to read: converse on. Whether there will be more."""
        return self._guarded(self._resume)

    def _guarded(self, converse: Callable[[], bool]) -> bool:
        reason, is_waiting = "Connection lost", False
        try:
            is_waiting = converse()
            reason = self.dialect.hung_up if self.dialect else ""
        except OSError:
            pass  # the network ended it
        except Exception:
            verb = self.dialect.verb if self.dialect else "the first bytes"
            self.log.exception("a bug, while handling {}; this connection ends", verb)
            reason = "Server error"
            self.say_last(reason)
            self.house.delivery.flush()  # the connection is let go of before this turn ends
        finally:
            if not is_waiting:
                self._part(reason)
        return is_waiting

    def _part(self, reason: str) -> None:
        if self.allowance.is_limited:
            self.house.turns.wait(self.number, is_quiet=False)
        if self.dialect is not None:
            self.dialect.leave(reason)

    def _begin(self) -> bool:
        data = Arrival(self, self.scheme).first_bytes()
        if data is None:
            self.use(PlainSession)
        return self._converse(self.receive() if data is None else data)

    def _resume(self) -> bool:
        data = self._take_packet()
        if data is None:
            return False
        return self._converse(data) if data else self._waits()

    def _converse(self, data: bytes) -> bool:
        """Take what has come, until it has all been dealt with and somebody is there, or the client has closed."""
        while data:
            text = self._without_telnet(data)
            if self.dialect is None and not text:
                self.use(PlainSession)  # only telnet has spoken yet; who uses it waits to be greeted
            for line in paying.slices(lines := self._reader.receive_data(text), self.house.seconds):
                if self.outbox.is_ended:
                    break  # what still comes while the connection closes is not wanted
                self._take(line)
            if not lines and self.allowance.is_limited:
                paying.pay_for_bytes(self, len(data))
            if self.is_entered:
                return self._waits()
            data = self.receive()
        return False

    # ---- in

    def receive(self) -> bytes:
        """What the client sent next, unwrapped; b"" when it has closed."""
        while (data := self.read()) is not None:
            if data:
                return data
        return b""

    def receive_soon(self) -> bytes | None:
        """As `receive`, but None when nothing comes soon."""
        return gevent.with_timeout(FIRST_BYTES_SECONDS, self.receive, timeout_value=None)

    def read(self) -> bytes | None:
        """One packet, unwrapped: b"" when nothing is inside yet, None when the client has closed."""
        self._waits()
        self.house.readers.wait(self._readable)
        return self._take_packet()

    def _waits(self) -> bool:
        """All that has come has been dealt with."""
        self._answer_end()
        self.is_waiting, self.heard = True, self.house.seconds()
        self.house.delivery.breathe(self.heard)
        return True

    def wait_without_greenlet(self) -> None:
        """Be gone on with when there is something to read."""
        self.house.readers.wait_for(self, self._readable)

    def _take_packet(self) -> bytes | None:
        self.is_waiting, self.probed_at = False, 0.0
        try:
            data = self.sock.recv(PACKET)
        except BlockingIOError:
            return b""
        if not data:
            return None
        if self.outbox.is_ended or (not self.is_entered and self.visit is None):
            self._check_newcomer(len(data))
        return data if self._transport is None else self._unwrapped(data)

    def wrap(self, layer: Layer, data: bytes) -> bytes:
        """Go on inside `layer`, which begins with `data`; what is inside that."""
        if self._transport is None:
            self._transport = Transport(self.sock)
            self.outbox.wrap(self._transport)
        inside = self._transport.add(layer, data)
        self.outbox.push()
        return inside

    def _unwrapped(self, data: bytes) -> bytes:
        assert self._transport is not None
        inside = self._transport.receive_data(data)
        self.outbox.push()
        if self._transport.waiting > BYTES_OWED:
            self.log.info("closed: asks on, but takes no answers")
            self.outbox.cut()
        return inside

    def _answer_end(self) -> None:
        """When the other side has said its end inside the wrapping: say ours, and let it close."""
        if self._transport is not None and self._transport.is_closed and not self.outbox.is_ended:
            if self.dialect is not None:
                self.dialect.leave(self.dialect.hung_up)
            self.outbox.end()

    def _take(self, line: bytes | TooLong) -> None:
        self.outbox.wait_until_level()
        if self.allowance.is_limited:
            paying.await_turn(self)
        if self.dialect is None or (not self.is_entered and type(self.dialect) is PlainSession):
            self._choose(line)
        dialect = self.dialect
        if dialect is None or self.outbox.is_ended:
            return
        before = len(self.outbox.pending)
        dialect.receive(line)
        if not self.is_entered:
            self._check_newcomer(0, 1)
        paying.pay(self, dialect.cost + sum(map(len, self.outbox.pending[before:])) / ANSWER_BYTES)

    # ---- who is there

    def _has_address(self, address: str) -> None:
        self.address = address
        is_free = is_loopback(address) or self.house.door.is_exempt(address)
        self.allowance.place = "" if is_free else network_of(address)

    def speak_for(self, address: str) -> None:
        """Take the client to be at `address`: who has that of this connection is its proxy."""
        self.log.info("is a proxy for {}", address)
        if not isinstance(self.log, Hushed):
            self.log = logger.bind(client=f"#{self.number} {address}")
        self._has_address(address)
        self.is_trusted = is_trusted(address, self.house.proxies)

    def admit(self) -> bool:
        """Count this connection among those of its address, once; whether there is room. If not, it is told so.

        Where too many come at once, it waits until it is its turn.
        """
        if self.is_admitted:
            return True
        door = self.house.door
        self._let_know()
        if reason := door.enter(self.address):
            self.log.warning("turned away: {}", reason)
            self.house.figures.refused["ROOM_FOR_ADDRESS"] += 1
            self._say_full(reason)
            return False
        self.is_admitted = True
        if wait := door.pace(self.address, self.house.seconds()):
            gevent.sleep(wait)
        return True

    def _let_know(self) -> None:
        """It is known now for whom this connection speaks, or never will be."""
        if not self._is_known:
            self._is_known = True
            self.house.door.known(self._peer)

    def _say_full(self, sentence: str) -> None:
        if self.visit is not None:
            self.visit.say_full(sentence)
            return
        with contextlib.suppress(OSError):
            self.sock.send(full(self.scheme, sentence))

    def _check_newcomer(self, size: int = 0, lines: int = 0) -> None:
        """Bytes and lines before entry are limited, and what still comes while the connection closes."""
        self._received += size
        self._lines += lines
        limits = self.house.settings.limits
        if self._received <= limits.registration_bytes and self._lines <= limits.registration_lines:
            return
        if self.outbox.is_ended:
            if self._received > 2 * limits.registration_bytes:  # some is read, so that they read why
                self.outbox.cut()
            return
        self.log.info("closed: {} bytes, {} lines, and still nobody entered", self._received, self._lines)
        self.say_last("Too much before coming in. Connect again, and type your name first.")

    def _choose(self, line: bytes | TooLong) -> None:
        """Let the first whole line decide what is spoken here."""
        if isinstance(line, TooLong):
            self.say_last("That is no name, and no IRC. Connect again and type your name.")
            return
        if (guest := wrong_door(line)) is not None:
            turn_away(self, guest)
        elif speaker(line) is Guest.IRC:
            self.use(IrcSession)
        elif self.dialect is None:
            self.use(PlainSession)

    def receive_visit(self, site: Site) -> None:
        """Who is there speaks HTTP, for the time being."""
        from chatroom.server.visit import Visit  # with a library that takes time to load

        self.visit = Visit(self, site)

    def use(self, kind: type[Dialect]) -> None:
        """Speak that dialect from now on."""
        house = self.house
        self.dialect = dialect = kind(house.server, self.outbox, self.address, house.cloak.host(self.address))
        dialect.is_secure, dialect.certificate = self.is_secure, self.certificate
        dialect.pace_of = self.allowance.place or f"#{self.number}"
        dialect.settled = partial(house.knows, self.number)
        self._reader.limit, self._reader.patience = dialect.limit, dialect.patience
        if isinstance(dialect, PlainSession) and self._telnet is not None:
            dialect.use_telnet(self._telnet)
        if not dialect.is_turned_away() and isinstance(dialect, PlainSession):
            dialect.greet()

    def _without_telnet(self, data: bytes) -> bytes:
        if IAC not in data and self._telnet is None:
            return data
        if self.dialect is None:
            is_program = self._telnet is None and speaker(data) is Guest.IRC
        else:
            is_program = not isinstance(self.dialect, PlainSession)
        if is_program:
            return data
        if self._telnet is None:
            self._telnet = Telnet()
            if isinstance(self.dialect, PlainSession):
                self.dialect.use_telnet(self._telnet)
        text = self._telnet.receive_data(data)
        self.outbox.write(self._telnet.data_to_send())
        return text

    def _cursor(self, number: int) -> Cursor:
        """Where the client is in the log, when it begins to lag."""
        told = (self.dialect.user, number, self.dialect.tell) if self.dialect else (None, number)
        return Cursor(self.house.history, self.house.chat.names, *told)

    # ---- the end

    def say_last(self, reason: str) -> None:
        """Close for a reason that is told, whatever state the conversation is in."""
        if self.dialect is not None:
            self.dialect.close(reason)
        elif self.visit is not None:
            self.visit.end()
        else:
            self.outbox.write(f"ERROR :{reason}\r\n".encode())
            self.outbox.end()

    def look(self, now: float) -> None:
        """See, now and then, whether the other side has been silent, or deaf, for too long."""
        looking.look(self, now)

    def farewell(self, reason: str) -> None:
        """The server stops: say so and close, without telling everybody about everybody."""
        if self.dialect is not None:
            self.dialect.user = None
        self.say_last(reason)

    def close(self) -> None:
        """Let go of everything."""
        if self.is_admitted:
            self.house.door.leave(self.address)
        self._let_know()
        self.outbox.close()
        self._readable.stop()
        self._readable.close()
        self.sock.close()
