"""Tokens: by which a script speaks in a room without coming in, under a name that is nobody else's meanwhile.

Strategy: who has the secret may speak; only its digest is kept, here and in the log. A token belongs to one room and
goes when the room closes. The secret is long and random, so a digest without salt is enough, and finds it at once.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, NamedTuple

from chatroom.core.event import Who

if TYPE_CHECKING:
    from chatroom.core.room import Room

USERNAME = "hook"  # of whoever speaks by a token
_BYTES = 32  # of a secret


class Token(NamedTuple):
    """One token: `by` whom (a mask) and when (ms since 1970) it was made."""

    name: str
    room: Room
    digest: str
    by: str
    time: int

    def speaker(self, host: str) -> Who:
        """Who speaks by it, as events name them; `host` is the server's own name."""
        return Who(self.name, USERNAME, host, is_bot=True)


def new_secret() -> str:
    """What a script shows to speak: nobody can guess it."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
