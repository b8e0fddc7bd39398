"""SCRAM-SHA-256, the server's side: what is kept for it, and one exchange.

Strategy: what is kept is text in the form of RFC 5803, so that it says its own cost. Who has nothing kept, because
there is no such account or its password can't be prepared, is answered with a salt made from the server's secret and
the name, and fails in the last step as a wrong password does: nobody learns which names are accounts. The library is
imported where it is needed, so that a server starts as fast as without it.

Sources: RFC 5802, RFC 7677, RFC 5803.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, NamedTuple

NAME = "SCRAM-SHA-256"
ROUNDS = 15_000  # of PBKDF2: each login costs the client some milliseconds
SALT_BYTES = 16


class Credentials(NamedTuple):
    """What the server keeps, in the order the library takes it."""

    salt: bytes
    stored_key: bytes
    server_key: bytes
    rounds: int


def credentials_of(password: str) -> str:
    """What is kept for `password`, salted anew each time; "" when SASLprep has no form of it. Slow on purpose."""
    from secrets import token_bytes

    from scramp import ScramException, ScramMechanism

    try:
        made = ScramMechanism(NAME).make_auth_info(password, ROUNDS, token_bytes(SALT_BYTES))
    except ScramException:
        return ""
    return _written(Credentials(*made))


def _written(credentials: Credentials) -> str:
    salt, stored, server = (b64encode(part).decode() for part in credentials[:3])
    return f"{NAME}${credentials.rounds}:{salt}${stored}:{server}"


def _read(text: str) -> Credentials:
    _, cost, keys = text.split("$")
    rounds, salt = cost.split(":")
    stored, server = keys.split(":")
    return Credentials(b64decode(salt), b64decode(stored), b64decode(server), int(rounds))


def made_up(name: str, secret: bytes) -> Credentials:
    """What nobody's password fits; always the same for one name."""
    keys = [hmac.digest(secret, f"{what} {name}".encode(), hashlib.sha256) for what in ("salt", "stored", "server")]
    return Credentials(keys[0][:SALT_BYTES], keys[1], keys[2], ROUNDS)


def load() -> None:
    """Import the library, which takes a moment."""
    import scramp  # noqa: F401


class Exchange:
    """One exchange. `name` is who wants to log in, `is_proven` whether they have shown that they may.

    `find` gives what is kept for a name, "" for nothing; `made_up` what is used then. `allow` is asked before a proof
    is looked at, and raises Refused where there were too many; `forgive` is told of one that was right.
    """

    def __init__(
        self,
        find: Callable[[str], str],
        made_up: Callable[[str], Credentials],
        allow: Callable[[str], None],
        forgive: Callable[[str], None],
    ) -> None:
        from scramp import ScramMechanism

        self.name = ""
        self.is_proven = False
        self._find, self._made_up = find, made_up
        self._allow, self._forgive = allow, forgive
        self._used = ""
        self._has_begun = False
        self._server: Any = ScramMechanism(NAME).make_server(self._look_up)

    def _look_up(self, name: str) -> Credentials:
        self.name = name
        self._used = self._find(name)
        return _read(self._used) if self._used else self._made_up(name)

    def step(self, data: bytes) -> bytes | None:
        """The answer to the client's message, first or final; None when that was wrong."""
        from scramp import ScramException

        try:
            text = data.decode()
            return self._final(text) if self._has_begun else self._first(text)
        except (ScramException, ValueError):
            return None

    def _first(self, text: str) -> bytes:
        self._has_begun = True
        self._server.set_client_first(text)
        return str(self._server.get_server_first()).encode()

    def _final(self, text: str) -> bytes | None:
        self._allow(self.name)
        self._server.set_client_final(text)
        if not self._used or self._find(self.name) != self._used:  # or changed meanwhile
            return None
        self._forgive(self.name)
        self.is_proven = True
        return str(self._server.get_server_final()).encode()
