"""What happens between accepting a client and its first line: whose address it is, what is wrapped, who speaks.

Strategy: what can lie around a conversation lies there in one order, a proxy's header, TLS, WebSocket; each is looked
for where it may be and taken off, and what is inside is looked at anew. Nobody is waited for longer than it takes to
see that they are silent, unless the door says what must come; the time limit for newcomers holds for all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import gevent

from chatroom.dialects.irc.session import IrcSession
from chatroom.server.doors import HTTP_SCHEMES, TLS_SCHEMES, WEBSOCKET_SCHEMES
from chatroom.server.transport import Layer
from chatroom.wire import proxy
from chatroom.wire.first import TLS, Guest, is_proxied, is_undecided, wrong_door
from chatroom.wire.proxy import BadHeader, Header

if TYPE_CHECKING:
    from chatroom.server.connection import Connection

_STRICT = (*TLS_SCHEMES, *WEBSOCKET_SCHEMES, *HTTP_SCHEMES)  # doors where the client has to speak first

_HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"
_ANSWERS = {
    Guest.HTTP: _HTTP
    + b"This is a chat server, and this port does not speak HTTP. Join with: nc <this host> <this port>,\n"
    b"or with any IRC program.\n",
    Guest.SSH: b"This is a chat server, and it does not speak SSH. Join with: nc <this host> <this port>\r\n",
    Guest.TLS: b"\x15\x03\x01\x00\x02\x02\x28",  # a fatal alert, handshake_failure (RFC 8446 section 6)
}
_TLS_ONLY = "This port speaks TLS only. Join with: openssl s_client -quiet -connect <this host>:<this port>"
_UNTRUSTED = "A PROXY header is taken from trusted addresses only. Add yours to limits.trusted_proxies."


class _TurnedAway(Exception):
    """Nobody is served here; they have been told why."""


class Arrival:
    """One client's arrival by the door of a listener, whose URL has `scheme`."""

    def __init__(self, connection: Connection, scheme: str) -> None:
        self._connection = connection
        self._scheme = scheme

    def first_bytes(self) -> bytes | None:
        """What the conversation begins with; b"" when there is none, None when it is for us to begin."""
        try:
            return self._first_bytes()
        except _TurnedAway:
            return self._connection.receive()  # which is not listened to; but who does not read can't be told

    def _first_bytes(self) -> bytes | None:
        if self._connection.site is not None:
            self._connection.receive_visit(self._connection.site)
        data = self._without_header(self._whole(self._next(self._scheme in _STRICT)))
        if not self._is_for_others and not self._connection.admit():
            return b""
        if self._scheme in TLS_SCHEMES or (data and data.startswith(TLS)):
            data = self._inside_tls(data or b"")
        if self._scheme in WEBSOCKET_SCHEMES:
            return self._inside_websocket(data or b"")
        if self._scheme in HTTP_SCHEMES:
            return self._inside_http(data or b"")
        if data and (guest := wrong_door(data)) is not None:
            self._turn_away(guest)
        return data

    @property
    def _is_for_others(self) -> bool:
        """Whether this is a proxy whose requests say for whom they are: then it is those who are counted."""
        return self._scheme in HTTP_SCHEMES and self._connection.is_trusted

    def _next(self, is_strict: bool) -> bytes | None:
        """What comes next; b"" at the end, None when they wait to be greeted, which at a strict door nobody is."""
        return self._connection.receive() if is_strict else self._connection.receive_soon()

    def _whole(self, data: bytes | None) -> bytes | None:
        """`data`, with what follows at once as long as it takes that to know what it is."""
        while data and is_undecided(data) and (more := self._connection.receive_soon()):
            data += more
        return data

    def _turn_away(self, guest: Guest) -> NoReturn:
        turn_away(self._connection, guest)
        raise _TurnedAway

    def _refuse(self, sentence: str) -> NoReturn:
        self._connection.log.info("turned away: {}", sentence)
        self._connection.say_last(sentence)
        raise _TurnedAway

    # ---- a proxy's header

    def _without_header(self, data: bytes | None) -> bytes | None:
        """`data` without the header it begins with, if it does; the address is the one in the header then."""
        if not data or not is_proxied(data):
            return data
        if not self._connection.is_trusted:
            self._refuse(_UNTRUSTED)
        header, data = self._header(data)
        if header.address:
            self._connection.speak_for(header.address)
        self._connection.is_secure = header.is_secure
        return self._whole(data or self._next(self._scheme in _STRICT))

    def _header(self, data: bytes) -> tuple[Header, bytes]:
        """The header, and what came after it."""
        try:
            while (header := proxy.parse(data)) is None:
                if not (more := self._connection.receive()):
                    raise _TurnedAway
                data += more
        except BadHeader as error:
            self._refuse(f"That PROXY header can't be read: {error}.")
        return header, data[header.size :]

    # ---- wrappings

    def _inside_tls(self, data: bytes) -> bytes | None:
        """What is inside; the handshake begins with `data`."""
        connection = self._connection
        if not data.startswith(TLS):
            self._refuse_text(data)
        if connection.house.tls is None:
            self._turn_away(Guest.TLS)
        self._await_handshake()
        is_of_the_web = self._scheme in (*WEBSOCKET_SCHEMES, *HTTP_SCHEMES)
        layer = connection.house.tls.layer(asks=not is_of_the_web)
        inside = self._inside(layer, data)
        connection.is_secure, connection.certificate = True, layer.certificate
        return inside or self._next(is_of_the_web)

    def _await_handshake(self) -> None:
        """Handshakes are dear, so there are only so many a second; who could not begin in time is turned away."""
        house = self._connection.house
        if house.door.handshakes.wait(house.seconds()) > house.settings.limits.registration_seconds:
            self._turn_away(Guest.TLS)
        if wait := house.door.handshakes.take(1, house.seconds()):
            gevent.sleep(wait)

    def _refuse_text(self, data: bytes) -> NoReturn:
        """Somebody speaks no TLS where nothing else is spoken."""
        if not data:
            raise _TurnedAway  # it went before it said anything
        if wrong_door(data) is Guest.HTTP:
            self._connection.outbox.write(_HTTP)
        self._refuse(_TLS_ONLY)

    def _inside_websocket(self, data: bytes) -> bytes:
        """What is inside; the request begins with `data`."""
        from chatroom.wire.websocket import WebSocket  # which takes time to load, and few servers need

        inside = self._inside(WebSocket(), data)
        self._connection.use(IrcSession)
        return inside or self._connection.receive()

    def _inside_http(self, data: bytes) -> bytes:
        """What is inside, when somebody who speaks HTTP wants to go on in WebSocket."""
        visit = self._connection.visit
        if visit is None or not (data := visit.run(data)):
            raise _TurnedAway
        return self._inside_websocket(data)

    def _inside(self, layer: Layer, data: bytes) -> bytes:
        """Wrap in `layer`, which begins with `data`; what came inside by the time it is open."""
        connection = self._connection
        inside = connection.wrap(layer, data)
        while not layer.is_open and not layer.is_closed:
            more = connection.read()
            if more is None:
                raise _TurnedAway
            inside += more
        if not layer.is_open:
            connection.log.info("turned away: {}", layer.trouble or "ended it before it had begun")
            raise _TurnedAway
        return inside


def turn_away(connection: Connection, guest: Guest) -> None:
    """Answer, in its own protocol, a program that came to the wrong door."""
    connection.log.info("turned away: speaks {}", guest.value)
    connection.outbox.write(_ANSWERS[guest])
    connection.outbox.end()
