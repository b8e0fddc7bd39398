"""HTTP/1.1, one request after the other, without I/O.

Strategy: the library `h11` has the protocol; here its events become whole requests and answers become bytes. What a
request may be long is bounded, its head by the library, its body by whoever asks for it. What is no HTTP ends with
one answer that says so.

Sources: RFC 9110, RFC 9112.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import h11

MAX_HEAD = 16384  # bytes
MAX_BODY = 65536
# What every answer says, whatever it holds.
SAFE: tuple[tuple[str, str], ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
NOTHING = ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")  # for what is no page
Headers = Iterable[tuple[str, str]]


class BadRequest(Exception):
    """What came is no request that can be answered as it asks; `answer` is what to say, and then to close."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.answer = plain(status, sentence)


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `path` is decoded; `headers` are by their names in small letters."""

    method: str
    target: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def is_upgrade(self) -> bool:
        """Whether it asks to go on in WebSocket (RFC 6455 section 4.1)."""
        return "websocket" in self.tokens("upgrade") and "upgrade" in self.tokens("connection")

    def tokens(self, header: str) -> list[str]:
        """The words of a header that is a list, in small letters, without their parameters."""
        return [word.partition(";")[0].strip().lower() for word in self.headers.get(header, "").split(",")]

    def head(self) -> bytes:
        """The request's head once more, as bytes."""
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, whole. `is_last`: the connection is to close after it."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    is_last: bool = field(default=False, kw_only=True)


def plain(status: int, sentence: str, *headers: tuple[str, str]) -> Response:
    """An answer in words, for whoever reads it."""
    about = (("Content-Type", "text/plain; charset=utf-8"), NOTHING, *SAFE)
    return Response(status, (*about, *headers), f"{sentence}\n".encode())


def in_json(status: int, content: Any, *headers: tuple[str, str]) -> Response:
    """An answer for a program."""
    body = json.dumps(content, ensure_ascii=False).encode() + b"\n"
    return Response(status, (("Content-Type", "application/json"), NOTHING, *SAFE, *headers), body)


class Conversation:
    """The server's side of one connection."""

    def __init__(self) -> None:
        self._protocol = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._request: h11.Request | None = None  # whose body is coming
        self._body: list[bytes] = []
        self._size = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing has come since the last answer."""
        return self._protocol.their_state is h11.IDLE and not self._protocol.trailing_data[0]

    @property
    def is_over(self) -> bool:
        """Whether no other request can follow: the answer is given, and one side wanted it to be the last."""
        return self._protocol.our_state in (h11.MUST_CLOSE, h11.CLOSED, h11.ERROR)

    @property
    def is_waited_for(self) -> bool:
        """Whether the client waits for a word before it sends the body (Expect: 100-continue)."""
        return self._protocol.they_are_waiting_for_100_continue

    def receive_data(self, data: bytes) -> None:
        """Take what came."""
        self._protocol.receive_data(data)

    def request(self) -> Request | None:
        """The next whole request, if it is there. Raises BadRequest, after which nothing more can come."""
        try:
            return self._next()
        except h11.RemoteProtocolError as error:
            raise BadRequest(error.error_status_hint, f"That can't be answered: {error}.") from error

    def _next(self) -> Request | None:
        while (event := self._protocol.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
            match event:
                case h11.Request():
                    self._begin(event)
                case h11.Data():
                    self._add(bytes(event.data))
                case h11.EndOfMessage():
                    return self._whole()
                case h11.ConnectionClosed():
                    return None
        return None

    def _begin(self, request: h11.Request) -> None:
        self._request, self._size = request, 0
        self._body.clear()

    def _add(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > MAX_BODY:
            raise BadRequest(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"That is too long: {MAX_BODY} bytes are the most.")
        self._body.append(data)

    def _whole(self) -> Request:
        assert self._request is not None
        target = self._request.target.decode("latin-1")
        parts = urlsplit(target)
        return Request(
            self._request.method.decode(),
            target,
            unquote(parts.path),
            dict(parse_qsl(parts.query)),
            _joined(self._request.headers),
            b"".join(self._body),
        )

    @property
    def rest(self) -> bytes:
        """What came behind the last request."""
        return bytes(self._protocol.trailing_data[0])

    # ---- out

    def go_on(self) -> bytes:
        """Tell a client that waits for it to send the body."""
        return self._protocol.send(h11.InformationalResponse(status_code=100, headers=[])) or b""

    def answer(self, response: Response) -> bytes:
        """The bytes of a whole answer."""
        body = response.body
        length = () if response.status == HTTPStatus.NOT_MODIFIED else (("Content-Length", str(len(body))),)
        close = (("Connection", "close"),) if response.is_last else ()
        head = self.begin(Response(response.status, (*response.headers, *length, *close)))
        pieces = b"" if self._is_head or response.status == HTTPStatus.NOT_MODIFIED else self.piece(body)
        return head + pieces + self.end()

    @property
    def _is_head(self) -> bool:
        return self._request is not None and self._request.method == b"HEAD"

    def begin(self, response: Response) -> bytes:
        """The head of an answer whose body follows in pieces."""
        event = h11.Response(
            status_code=response.status,
            reason=HTTPStatus(response.status).phrase.encode(),
            headers=[(name.encode(), value.encode("latin-1")) for name, value in response.headers],
        )
        return self._protocol.send(event) or b""

    def piece(self, data: bytes) -> bytes:
        """Some of the body."""
        return self._protocol.send(h11.Data(data=data)) or b""

    def last(self, response: Response) -> bytes:
        """The bytes of an answer after which the connection closes; nothing where another has begun."""
        if self._protocol.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return b""
        return self.answer(replace(response, is_last=True))

    def end(self) -> bytes:
        """The end of an answer; what comes now is the next request."""
        data = self._protocol.send(h11.EndOfMessage()) or b""
        if self._protocol.our_state is h11.DONE and self._protocol.their_state is h11.DONE:
            self._protocol.start_next_cycle()
            self._request = None
        return data


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name; those given several times are one list (RFC 9110 section 5.3)."""
    found: dict[str, str] = {}
    for name, value in _decoded(headers):
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _decoded(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        yield name.decode("latin-1").lower(), value.decode("latin-1")
