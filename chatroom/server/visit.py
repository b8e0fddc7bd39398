"""A client that speaks HTTP: its requests, answered one after the other, until it goes or asks for WebSocket.

Strategy: a visit is the beginning of a connection like any other: same door, same address limits, same outbox. What
is asked for is the business of the door's site. The next request is looked at when the answer to the one before has
left, so that who asks on and takes nothing costs no memory. Who asks for WebSocket becomes a client of the chat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import gevent
from loguru import logger

from chatroom.server import paying
from chatroom.server.limits import is_trusted
from chatroom.wire.forwarded import client_address, is_forwarded_over_tls, is_welcome
from chatroom.wire.http import BadRequest, Conversation, Request, Response, plain

if TYPE_CHECKING:
    from chatroom.server.connection import Connection

IDLE_SECONDS = 20.0  # between two requests
WHOLE_SECONDS = 20.0  # for a request to come whole
STALL_SECONDS = 30.0  # for a client to take something of an answer
LINGER_SECONDS = 2.0  # for the other side to close too
STREAM_BYTES = 65536  # of a stream that wait for a slow reader, beside one page of the log


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer without an end: `head`, then what `pump` gives to the function it is called with."""

    head: Response
    pump: Callable[[Callable[[bytes], None]], None]


class Site(Protocol):
    """What there is behind a door for HTTP."""

    takes_irc: bool  # over WebSocket

    def answer(self, request: Request, visit: Visit) -> Response | Stream:
        """The answer to a request. It may block."""


class Visit:
    """One client's requests to `site`."""

    def __init__(self, connection: Connection, site: Site) -> None:
        self.connection = connection
        self.site = site
        self._http = Conversation()
        self._waits_since = connection.house.seconds()  # for a request to be whole; 0 while one is answered
        self._ended_at = 0.0
        connection.outbox.limit = 0  # what does not leave at once is waited for

    def run(self, data: bytes) -> bytes:
        """Answer until the client goes: b""; or asks for WebSocket: that request's head, and what came behind it."""
        while data:
            self._http.receive_data(data)
            while (request := self._next()) is not None:
                if request.is_upgrade and self.site.takes_irc:
                    return self._upgrade(request)
                self._serve(request)
            if self.connection.outbox.is_ended:
                break
            data = self.connection.receive()
        return b""

    # ---- requests

    def _next(self) -> Request | None:
        """The next whole request; a wrong one is answered, and the last."""
        if self.connection.outbox.is_ended:
            return None
        try:
            request = self._http.request()
        except BadRequest as error:
            self._say_last(error.answer)
            return None
        if request is None and self._http.is_waited_for:
            self.connection.outbox.write(self._http.go_on())
        return request

    def _serve(self, request: Request) -> None:
        self._waits_since = 0.0
        answer = self._answer(request)
        if isinstance(answer, Stream):
            self._stream(answer)
        else:
            self.connection.outbox.write(self._http.answer(answer))
        if self._http.is_over:
            self.connection.outbox.end()
        gevent.sleep(0)  # others come first, and the answer leaves at the end of this turn
        self.connection.outbox.wait_until_level()
        self.pay()
        self._waits_since = self.connection.house.seconds()

    def _answer(self, request: Request) -> Response | Stream:
        try:
            return self.site.answer(request, self)
        except Exception:
            self.connection.log.exception("a bug, while answering {} over HTTP", request.method)
            return plain(500, "Something went wrong here; it is in the log.")

    def pay(self) -> None:
        """Slow down who asks too often; a proxy asks for many."""
        if not is_trusted(self.connection.address, self.connection.house.proxies):
            paying.pay(self.connection, 1)

    # ---- who asks

    @property
    def address(self) -> str:
        """Where the client of this connection is; that of the proxy, if one passes requests on."""
        return self.connection.address

    def client(self, request: Request) -> str:
        """The address for which `request` is made: a trusted proxy's word is taken for it."""
        proxies = self.connection.house.proxies
        if not is_trusted(self.address, proxies):
            return self.address
        header = self.connection.house.settings.web.client_header
        return client_address(header, request.headers, lambda one: is_trusted(one, proxies)) or self.address

    # ---- WebSocket

    def _upgrade(self, request: Request) -> bytes:
        """Make the visitor a client of the chat, if their page may be one."""
        house, connection = self.connection.house, self.connection
        origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
        if not is_welcome(origin, host, house.settings.web.origins):
            connection.log.info("turned away: a page of {!r} is none of ours", origin[:100])
            self._say_last(plain(403, "That page may not connect here. Add its origin to [web] origins."))
            return b""
        client, is_proxied = self.client(request), self.address != self.client(request)
        if is_proxied:
            connection.is_secure = is_forwarded_over_tls(house.settings.web.client_header, request.headers)
            connection.speak_for(client)
        if not connection.admit():
            return b""
        connection.outbox.limit = house.settings.limits.outbox_bytes
        connection.born = house.seconds()
        connection.visit = None
        return request.head() + self._http.rest

    # ---- streams

    def _stream(self, stream: Stream) -> None:
        """Send until the client goes, in a greenlet beside the one that waits for that."""
        outbox = self.connection.outbox
        outbox.limit = STREAM_BYTES
        outbox.write(self._http.begin(stream.head))

        def send(data: bytes) -> None:
            outbox.write(self._http.piece(data))
            gevent.sleep(0)
            outbox.wait_until_level()

        pump = gevent.spawn(self._pumped, stream, send)
        try:
            while self.connection.receive():
                pass  # nothing that comes now is answered
        finally:
            pump.kill()
            outbox.end()

    def _pumped(self, stream: Stream, send: Callable[[bytes], None]) -> None:
        try:
            stream.pump(send)
        except Exception as error:
            logger.opt(exception=error).error("a bug, while streaming events; that stream ends")
        self.connection.outbox.write(self._http.end())
        self.connection.outbox.end()

    # ---- the end

    def _say_last(self, answer: Response) -> None:
        """One more answer, unless one has begun."""
        outbox = self.connection.outbox
        if not outbox.is_ended:
            outbox.write(self._http.last(answer))
            outbox.end()

    def say_full(self, sentence: str) -> None:
        """There is no room for a client of that address."""
        self._say_last(plain(429, sentence))

    def end(self) -> None:
        """The server stops."""
        self.connection.outbox.end()

    def look(self, now: float) -> None:
        """See, now and then, whether the other side takes or gives nothing for too long."""
        outbox = self.connection.outbox
        if outbox.stalled_since:
            if now - outbox.stalled_since > STALL_SECONDS:
                outbox.cut()
        elif outbox.is_ended:
            self._ended_at = self._ended_at or now
            if now - self._ended_at > LINGER_SECONDS:
                outbox.cut()
        elif self._waits_since and now - self._waits_since > (IDLE_SECONDS if self._http.is_idle else WHOLE_SECONDS):
            if not self._http.is_idle:
                self._say_last(plain(408, "The request did not come to its end in time. Try again."))
            outbox.end()
