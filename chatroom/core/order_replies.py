"""What one person is told of keeping order: who is kept out or quiet, who did what, who runs the server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chatroom.core.events import Event, ModesChanged, Record
from chatroom.core.listed import Listed
from chatroom.core.replies import Reply
from chatroom.core.room import Room


@dataclass(frozen=True, slots=True)
class BansShown(Reply):
    """Who is banned or muted in a room; `time` is now (ms)."""

    room: Room
    time: int


@dataclass(frozen=True, slots=True)
class AllowedShown(Reply):
    """Who may come into a room while it is closed to others; `time` is now (ms)."""

    room: Room
    time: int


@dataclass(frozen=True, slots=True)
class Hushed(Reply):
    """Somebody has banned or muted you in a room, or let you speak again (`is_over`)."""

    event: ModesChanged
    is_ban: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class AuditShown(Reply):
    """What was done to keep order in `subject`, a room or the server, oldest first."""

    subject: str
    records: Sequence[Record]
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class BarsShown(Reply):
    """Who may not come to the server; `time` is now (ms)."""

    entries: Sequence[Listed]
    time: int


@dataclass(frozen=True, slots=True)
class OrderTold(Reply):
    """An operator of the server is told what was done to keep its order."""

    event: Event


@dataclass(frozen=True, slots=True)
class OfficesShown(Reply):
    """Which accounts make operators of the server, and which names of its configuration do."""

    accounts: Sequence[str]
    configured: Sequence[str]


@dataclass(frozen=True, slots=True)
class OfficeGiven(Reply):
    """You are the first operator of the server: for as long as you stay, or by `account`, whenever you log in."""

    nick: str
    account: str


@dataclass(frozen=True, slots=True)
class CloakRotated(Reply):
    """Addresses are hashed with a new key from now on."""


@dataclass(frozen=True, slots=True)
class PrivacyShown(Reply):
    """What is kept, where, how long and who can read it: sentences by what they are about, in the order to be shown."""

    facts: Mapping[str, str]
