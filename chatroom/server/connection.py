"""One client: a reading greenlet, a dialect, an outbox.

Strategy: the greenlet waits until there is something to read, so each turn of the loop serves each client one
packet and none can starve the others. The first bytes decide the dialect: an IRC program speaks at once, a person
waits to be greeted. Three kinds of failure end in three places: a refusal in the command table, a lost connection
here, and our own bugs here too, with a traceback in the log and the loss of this one connection.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import gevent
from gevent.hub import get_hub

from chatroom.dialects.irc.session import IrcSession
from chatroom.dialects.plain.session import PlainSession
from chatroom.dialects.session import Dialect
from chatroom.server.cursor import Cursor
from chatroom.server.limits import Bucket
from chatroom.server.outbox import SocketOutbox
from chatroom.wire.first import Guest, speaker, wrong_door
from chatroom.wire.irc import MAX_RECEIVED
from chatroom.wire.lines import LineReader, TooLong
from chatroom.wire.telnet import IAC, Telnet

if TYPE_CHECKING:
    from loguru import Logger

    from chatroom.server.house import House

FIRST_BYTES_SECONDS = 0.4  # an IRC program speaks sooner; a person does not
PACKET = 16384  # bytes read at once
BYTES_BEFORE_ENTRY = 65536
LINGER_SECONDS = 2.0  # for the other side to close too
STALL_SECONDS = 300.0  # a client that takes nothing at all for so long is closed
LONGEST_WAIT = 30.0  # seconds that flood control waits before it reads on
_READABLE = 1

_ANSWERS = {
    Guest.HTTP: b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
    b"This is a chat server, and this port does not speak HTTP. Join with: nc <this host> <this port>,\n"
    b"or with any IRC program.\n",
    Guest.SSH: b"This is a chat server, and it does not speak SSH. Join with: nc <this host> <this port>\r\n",
    Guest.TLS: b"\x15\x03\x01\x00\x02\x02\x28",  # a fatal alert, handshake_failure (RFC 8446 section 6)
}


class Connection:
    """One client, from accept to close. `number` names it in the log."""

    __slots__ = (
        *("_bucket", "_first", "_is_waiting", "_probed_at", "_reader", "_readable", "_received", "_telnet"),
        *("address", "born", "dialect", "ended_at", "heard", "house", "log", "number", "outbox", "sock"),
    )

    def __init__(self, house: House, sock: socket.socket, address: str, number: int, log: Logger) -> None:
        self.house = house
        self.sock = sock
        self.address = address
        self.number = number
        self.log = log
        self.outbox = SocketOutbox(
            house.delivery, sock, house.settings.limits.outbox_bytes, lambda: house.chat.number, self._cursor
        )
        self.dialect: Dialect | None = None
        self.born = self.heard = house.seconds()
        self.ended_at = 0.0
        self._reader = LineReader(MAX_RECEIVED)
        self._readable = get_hub().loop.io(sock.fileno(), _READABLE)
        self._telnet: Telnet | None = None
        self._first = True  # nothing has been received yet
        self._received = 0  # bytes before entry
        self._is_waiting = False  # for the client, rather than for its flood allowance or its backlog
        self._probed_at = 0.0
        limits = house.settings.limits
        self._bucket = Bucket(limits.rate, limits.burst, self.born)

    @property
    def is_entered(self) -> bool:
        """Whether somebody is in the chat by this connection."""
        return self.dialect is not None and self.dialect.user is not None

    # ---- the greenlet

    def run(self) -> None:
        """Converse until either side ends it."""
        reason = "Connection lost"
        try:
            self._converse()
            reason = self.dialect.hung_up if self.dialect else ""
        except OSError:
            pass  # the network ended it
        except Exception:
            verb = self.dialect.verb if self.dialect else "the first bytes"
            self.log.exception("a bug, while handling {}; this connection ends", verb)
            reason = "Server error"
            self._say_last(reason)
            self.house.delivery.flush()  # the connection is let go of before this turn ends
        finally:
            if self.dialect is not None:
                self.dialect.leave(reason)

    def _converse(self) -> None:
        if not self._speaks_first():
            self._use(PlainSession)
        while data := self._receive():
            text = self._without_telnet(data)
            if self.dialect is None and not text:
                self._use(PlainSession)  # only telnet has spoken yet; who uses it waits to be greeted
            for line in self._reader.receive_data(text):
                if self.outbox.is_ended:
                    break  # what still comes while the connection closes is not wanted
                self._take(line)

    def _receive(self) -> bytes:
        """What the client sent next; b"" when it has closed."""
        self._is_waiting, self.heard = True, self.house.seconds()
        get_hub().wait(self._readable)
        self._is_waiting, self._probed_at = False, 0.0
        try:
            data = self.sock.recv(PACKET)
        except BlockingIOError:
            return self._receive()
        if not self.is_entered and not self.outbox.is_ended:
            self._check_newcomer(data)
        return data

    def _speaks_first(self) -> bool:
        silent = object()
        return (
            gevent.with_timeout(FIRST_BYTES_SECONDS, get_hub().wait, self._readable, timeout_value=silent) is not silent
        )

    def _take(self, line: bytes | TooLong) -> None:
        self.outbox.wait_until_level()
        if self.dialect is None or (not self.is_entered and type(self.dialect) is PlainSession):
            self._choose(line)
        dialect = self.dialect
        if dialect is None or self.outbox.is_ended:
            return
        dialect.receive(line)
        wait = self._bucket.take(dialect.cost, self.house.seconds())
        if wait > 0:
            gevent.sleep(min(wait, LONGEST_WAIT))

    # ---- who is there

    def _check_newcomer(self, data: bytes) -> None:
        """Bytes before entry are limited, and some protocols are known by their first ones."""
        self._received += len(data)
        if self._first and data:
            self._first = False
            if (guest := wrong_door(data)) is not None:
                self._turn_away(guest)
        if self._received > BYTES_BEFORE_ENTRY:
            self.log.info("closed: {} bytes and still nobody entered", self._received)
            self._say_last("Too much before coming in. Connect again, and type your name first.")

    def _turn_away(self, guest: Guest) -> None:
        self.log.info("turned away: speaks {}", guest.value)
        self.outbox.write(_ANSWERS[guest])
        self.outbox.end()

    def _choose(self, line: bytes | TooLong) -> None:
        """Let the first whole line decide what is spoken here."""
        if isinstance(line, TooLong):
            self._say_last("That is no name, and no IRC. Connect again and type your name.")
            return
        if (guest := wrong_door(line)) is not None:
            self._turn_away(guest)
        elif speaker(line) is Guest.IRC:
            self._use(IrcSession)
        elif self.dialect is None:
            self._use(PlainSession)

    def _use(self, kind: type[Dialect]) -> None:
        house = self.house
        self.dialect = dialect = kind(house.server, self.outbox, self.address, house.cloak.host(self.address))
        self._reader.limit = dialect.limit
        if isinstance(dialect, PlainSession):
            if self._telnet is not None:
                dialect.use_telnet()
            dialect.greet()

    def _without_telnet(self, data: bytes) -> bytes:
        if IAC not in data and self._telnet is None:
            return data
        if self.dialect is not None and not isinstance(self.dialect, PlainSession):
            return data
        if self._telnet is None:
            self._telnet = Telnet()
            if isinstance(self.dialect, PlainSession):
                self.dialect.use_telnet()
        text = self._telnet.receive_data(data)
        self.outbox.write(self._telnet.data_to_send())
        return text

    def _cursor(self, number: int) -> Cursor:
        """Where the client is in the log, when it begins to lag."""
        user = self.dialect.user if self.dialect else None
        return Cursor(self.house.history, self.house.chat.names, user, number)

    # ---- the end

    def _say_last(self, reason: str) -> None:
        """Close for a reason that is told, whatever state the conversation is in."""
        if self.dialect is not None:
            self.dialect.close(reason)
        else:
            self.outbox.write(f"ERROR :{reason}\r\n".encode())
            self.outbox.end()

    def look(self, now: float) -> None:
        """See, now and then, whether the other side has been silent, or deaf, for too long."""
        if self.outbox.is_ended:
            self.ended_at = self.ended_at or now
            if now - self.ended_at > LINGER_SECONDS:
                self.outbox.cut()
        elif self.outbox.stalled_since and now - self.outbox.stalled_since > STALL_SECONDS:
            self.log.info("closed: took nothing for {} s", int(STALL_SECONDS))
            self.outbox.cut()
        elif not self.is_entered:
            self._look_at_newcomer(now)
        else:
            self._look_for_silence(now)

    def _look_at_newcomer(self, now: float) -> None:
        seconds = self.house.settings.limits.registration_seconds
        if now - self.born > seconds:
            self.log.info("closed: did not come in within {} s", seconds)
            self._say_last(f"Nobody came in within {seconds} s. Connect again when you are ready.")

    def _look_for_silence(self, now: float) -> None:
        """Silence counts only while the client is waited for: not while its lines or its backlog are worked off."""
        limit = self.house.settings.limits.idle_ping_seconds
        if not self._is_waiting or self.outbox.stalled_since:
            self._probed_at = 0.0
        elif self._probed_at and now - self._probed_at > limit:
            self.log.info("closed: no answer to PING")
            self._say_last(f"Ping timeout: {int(now - self.heard)} seconds")
        elif not self._probed_at and now - self.heard > limit and self.dialect is not None and self.dialect.probe():
            self._probed_at = now

    def farewell(self, reason: str) -> None:
        """The server stops: say so and close, without telling everybody about everybody."""
        if self.dialect is not None:
            self.dialect.user = None
        self._say_last(reason)

    def close(self) -> None:
        """Let go of everything."""
        self.outbox.close()
        self._readable.stop()
        self._readable.close()
        self.sock.close()
