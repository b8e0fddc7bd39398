"""The code that makes somebody the first operator of a server, shown where only who runs it looks: its standard output.

Strategy: a new one at each start while nobody has the office, eighty bits of chance, kept as a hash in memory alone and
compared in constant time. It counts once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

BYTES = 10  # of chance, in sixteen letters


class FirstCode:
    """No code at first; then perhaps one."""

    def __init__(self) -> None:
        self._hash = b""

    def made(self) -> str:
        """A new code, in place of any before it."""
        letters = base64.b32encode(secrets.token_bytes(BYTES)).decode()
        self._hash = _hash_of(letters)
        return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))

    def take(self, word: str) -> bool:
        """Whether `word` is the code, which counts no more then."""
        is_it = bool(self._hash) and hmac.compare_digest(_hash_of(word), self._hash)
        if is_it:
            self._hash = b""
        return is_it


def _hash_of(word: str) -> bytes:
    return hashlib.sha256(word.replace("-", "").upper().encode()).digest()
