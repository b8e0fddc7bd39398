"""What one person is told of tokens."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from chatroom.core.replies import Reply
from chatroom.core.room import Room
from chatroom.core.tokens import Token


@dataclass(frozen=True, slots=True)
class TokenMade(Reply):
    """A script that shows `secret` speaks in a room as `name` from now on."""

    room: Room
    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class TokenRemoved(Reply):
    """A token is worth nothing any more."""

    room: Room
    name: str


@dataclass(frozen=True, slots=True)
class TokensShown(Reply):
    """The tokens of a room."""

    room: Room
    tokens: Collection[Token]
