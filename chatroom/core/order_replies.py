"""What one person is told of keeping order: who is kept out or quiet, who did what, who runs the server."""

from __future__ import annotations

from dataclasses import dataclass

from chatroom.core.events import ModesChanged
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
