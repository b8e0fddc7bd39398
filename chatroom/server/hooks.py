"""Scripts: what is posted to a room by a token, and the room's events for whoever shows one.

Strategy: a token speaks by the same door as everybody (`Chat.happen`), and is answered when its words are on disk. The
key that a script sends lest its words come twice is kept with them, as programs do it for people (core.once). A stream
of events is a place in the log that moves on: a slow reader costs a page.

Sources: RFC 6750 (bearer tokens), draft-ietf-httpapi-idempotency-key-header, the HTML standard (server-sent events).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import gevent
import msgspec

from chatroom.core.events import KINDS, Manner, Record, Said
from chatroom.core.names import ROOM_SIGIL, as_number
from chatroom.core.once import TAG
from chatroom.core.refusals import Refused, Why
from chatroom.core.tokens import Token, digest_of
from chatroom.server.limits import Tries
from chatroom.server.visit import Stream, Visit
from chatroom.storage.exporting import as_plain
from chatroom.wire.http import NOTHING, SAFE, Request, Response, in_json

if TYPE_CHECKING:
    from chatroom.server.house import House

STORE_SECONDS = 10.0  # that a script waits for the disk
BEAT_SECONDS = 15.0  # of silence on a stream, before a sign of life
GATHER_SECONDS = 0.02  # events of so long go out together
PAGE = 200  # events read at once
MOST_STREAMS = 10  # of one token
WRONG_TRIES, WRONG_PAUSE = 20, 3.0  # tokens that are none, from one address: at once, then one in so many seconds
# What a room's own readers are told; neither its key nor who may speak.
SHOWN = ("said", "tagged", "redacted", "joined", "left", "quit", "kicked", "renamed", "topic", "roomrenamed")
assert set(SHOWN) <= set(KINDS)


class _No(Exception):
    """A request that is not fulfilled; `answer` says why."""

    def __init__(self, status: int, error: str, message: str, *headers: tuple[str, str]) -> None:
        super().__init__(message)
        self.answer = in_json(status, {"error": error, "message": message}, *headers)


class Hooks:
    """The part of a site that scripts use."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._wrong = Tries(WRONG_TRIES, WRONG_PAUSE)
        self._streams: Counter[str] = Counter()  # by digest
        limits = house.settings.limits
        self._spoken = Tries(limits.burst, 1 / limits.rate) if limits.rate else None

    def answer(self, request: Request, visit: Visit) -> Response | Stream | None:
        """The answer to a request; None when it is not for this part."""
        parts = request.path.strip("/").split("/")
        try:
            match parts:
                case ["hook", room]:
                    return self._say(self._token(request, visit, "POST", room), request)
                case ["rooms", room, "events"]:
                    return self._listen(self._token(request, visit, "GET", room), request)
        except _No as no:
            return no.answer
        return None

    # ---- who may

    def _token(self, request: Request, visit: Visit, method: str, room: str) -> Token:
        """The token that `request` shows, if it is one of that room."""
        if request.method != method:
            raise _No(405, "method", f"This takes {method} only.", ("Allow", method))
        client, now = visit.client(request), self._house.seconds()
        if wait := self._wrong.wait(client, now):
            raise _No(429, "too_many_tries", "Too many wrong tokens from your address.", _later(wait))
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        digest = digest_of(secret.strip())
        token = next((one for one in self._house.chat.tokens.values() if one.digest == digest), None)
        if scheme.lower() != "bearer" or token is None:
            self._wrong.take(client, now)
            message = "Show a token: Authorization: Bearer <token>. An operator makes one: /token add <name> <room>."
            raise _No(401, "token", message, ("WWW-Authenticate", 'Bearer realm="chat"'))
        name = room if room.startswith(ROOM_SIGIL) else ROOM_SIGIL + room
        if self._house.chat.room(name) is not token.room:
            raise _No(403, "room", f"This token is for {token.room.name}.")
        return token

    # ---- speaking

    def _say(self, token: Token, request: Request) -> Response:
        text, manner = _said_in(request)
        tags = ((TAG, _key(token, request)),) if "idempotency-key" in request.headers else ()
        try:
            if number := self._before(tags, token, text):
                return self._stored(200, number, token)
            self._check(token, text)
            who = token.speaker(self._house.server.name)
            return self._stored(
                201, self._house.chat.happen(Said(who, token.room.name, text, manner, tags)).number, token
            )
        except Refused as refused:
            if refused.why is Why.DISK:
                raise _No(503, "disk", refused.sentence, _later(1)) from refused
            raise _No(422, refused.why.name.lower(), refused.sentence) from refused

    def _before(self, tags: tuple[tuple[str, str], ...], token: Token, text: str) -> int:
        """The number of the message that came with that key already; 0 for none."""
        number = self._house.chat.once.find(tags, token.room.name)
        record = self._house.history.record(number) if number else None
        if record is not None and isinstance(record.event, Said) and record.event.text != text:
            raise _No(422, "key_used", "That Idempotency-Key came with other words before.")
        return number

    def _check(self, token: Token, text: str) -> None:
        self._house.chat.names.check_text(text)
        token.room.check_text(text)
        if self._spoken is not None:
            now = self._house.seconds()
            if wait := self._spoken.wait(token.digest, now):
                raise _No(429, "too_fast", "That is more than a room can follow.", _later(wait))
            self._spoken.take(token.digest, now)

    def _stored(self, status: int, number: int, token: Token) -> Response:
        """The answer for event `number`, when that is on disk."""
        if not self._house.stored.wait(number, STORE_SECONDS):
            raise _No(503, "disk", "It is not on disk yet. Send it again, with the same Idempotency-Key.", _later(5))
        msgid = self._house.server.msgid(number)
        return in_json(status, {"msgid": msgid, "number": number, "room": token.room.name, "name": token.name})

    # ---- listening

    def _listen(self, token: Token, request: Request) -> Stream:
        after = self._after(request)
        if self._streams[token.digest] >= MOST_STREAMS:
            raise _No(429, "too_many_streams", f"This token has {MOST_STREAMS} streams open.", _later(5))
        as_events = "text/event-stream" in request.tokens("accept")
        kind = "text/event-stream" if as_events else "application/x-ndjson"
        headers = (("Content-Type", kind), ("Cache-Control", "no-store"), ("X-Accel-Buffering", "no"), NOTHING, *SAFE)

        def pump(send: Callable[[bytes], None]) -> None:
            self._streams[token.digest] += 1
            try:
                self._pump(token, after, send, as_events)
            finally:
                self._streams[token.digest] -= 1

        return Stream(Response(200, headers), pump)

    def _after(self, request: Request) -> int:
        """After which event a stream begins; without a word, after the newest."""
        word = request.headers.get("last-event-id", request.query.get("after", ""))
        number = as_number(word, 18) if word else self._house.stored.number
        if number is None:
            raise _No(400, "after", "after (or Last-Event-ID) is the number of an event.")
        return number

    def _pump(self, token: Token, after: int, send: Callable[[bytes], None], as_events: bool) -> None:
        """Tell what is on disk after event `after`, and then what comes, for as long as the token is one."""
        form, beat = (_event, b":\n\n") if as_events else (_line, b"\n")
        send(beat)
        while self._is_valid(token):
            upto = self._house.stored.number
            if records := self._page(token, after, upto):
                send(b"".join(map(form, self._told(token, records))))
                after = records[-1].number
            elif self._house.stored.wait(max(after, upto) + 1, BEAT_SECONDS):
                after = max(after, upto)
                gevent.sleep(GATHER_SECONDS)
            else:
                send(beat)

    def _page(self, token: Token, after: int, upto: int) -> list[Record]:
        first = max(after, token.room.history_from - 1)
        return self._house.history.page(
            (token.room.place,), after=first, before=upto + 1, limit=PAGE, kinds=SHOWN, oldest=True
        )

    def _told(self, token: Token, records: list[Record]) -> Iterator[dict[str, Any]]:
        for record in token.room.told_now(records):
            yield as_plain(record) | {"msgid": self._house.server.msgid(record.number)}

    def _is_valid(self, token: Token) -> bool:
        now = self._house.chat.tokens.get(self._house.chat.names.fold(token.name))
        return now is not None and now.digest == token.digest


def _said_in(request: Request) -> tuple[str, Manner]:
    """What a request wants to have said, and how."""
    try:
        body = request.body.decode()
        content = json.loads(body) if "application/json" in request.tokens("content-type") else {"text": body}
    except ValueError as error:
        raise _No(400, "body", f"That is no text in UTF-8, or no JSON: {error}.") from error
    text = content.get("text") if isinstance(content, dict) else None
    manner = content.get("manner", "say") if isinstance(content, dict) else "say"
    if not isinstance(text, str) or manner not in tuple(Manner):
        raise _No(422, "body", 'Send text, or JSON: {"text": "...", "manner": "say", "notice" or "action"}.')
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if "\0" in text or "\x01" in text:
        raise _No(422, "text", "Text has no control characters of value 0 or 1.")
    return text, Manner(manner)


def _key(token: Token, request: Request) -> str:
    """The key of a message, as it is kept with it: of this token alone, and of the length that keys have."""
    return hashlib.sha256(f"{token.digest} {request.headers['idempotency-key']}".encode()).hexdigest()


def _later(seconds: float) -> tuple[str, str]:
    return "Retry-After", str(max(1, math.ceil(seconds)))


def _line(event: dict[str, Any]) -> bytes:
    return msgspec.json.encode(event) + b"\n"


def _event(event: dict[str, Any]) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (event["number"], event["kind"].encode(), msgspec.json.encode(event))
