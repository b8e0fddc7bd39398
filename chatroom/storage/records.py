"""Events as rows of the log, and back.

Strategy: an event is JSON, its kind says which class reads it; a later version's additional fields are ignored.
"""

from __future__ import annotations

import msgspec

from chatroom.core.events import KINDS, Record
from chatroom.storage import chain

ERASED = "erased"  # the kind of an event whose words were taken back: only its number and time are left
Row = tuple[int, int, str, str, str, bytes]  # number, time, kind, places, body, digest
COLUMNS = "SELECT events.number, events.time, events.kind, events.places, events.body"

_encode = msgspec.json.Encoder().encode
_decoders = {kind: msgspec.json.Decoder(event) for kind, event in KINDS.items()}


def encoded(record: Record) -> Row:
    """The row of a record."""
    number, time, event, places = record
    text, joined = _encode(event).decode(), chain.joined(places)
    return number, time, event.kind, joined, text, chain.digest_of(number, time, event.kind, joined, text)


def decoded(number: int, time: int, kind: str, places: str, body: str) -> Record:
    """The record of a row. Raises msgspec.DecodeError, or KeyError for a kind that nobody knows."""
    return Record(number, time, _decoders[kind].decode(body), chain.separate(places))
