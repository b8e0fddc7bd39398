"""What others see instead of an address: a keyed hash of it.

Strategy: the same address gives the same name while the key lasts, so bans by host work, and without the key nobody
can try all addresses. The key is a file beside the history, readable by the server alone, and in no backup.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from chatroom.server.limits import network_of

KEY_FILE = "cloak.key"
KEY_BYTES = 32


class Cloak:
    """Names for addresses, from the key in a folder, which is made if it is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = _key_in(folder)
        self.host = lru_cache(maxsize=8192)(self._host)

    def rotate(self) -> None:
        """Have another key from now on, also after a restart. Raises OSError, and keeps the key, when that can't be."""
        _write_key(self._folder / KEY_FILE)
        self._key = _key_in(self._folder)
        self.host.cache_clear()

    def secret(self, purpose: str) -> bytes:
        """A key for something else, which tells nothing of the cloak's own."""
        return hmac.digest(self._key, f"key for {purpose}".encode(), hashlib.sha256)

    def _host(self, address: str) -> str:
        """The host others see for `address`; one for a whole IPv6 /64."""
        digest = hmac.new(self._key, network_of(address).encode(), hashlib.sha256).digest()
        return f"{base64.b32encode(digest)[:10].decode().lower()}.guest"


def _key_in(folder: Path) -> bytes:
    """The key; one that is not there, or was cut short as it was written, is made, and named when it is whole."""
    path = folder / KEY_FILE
    if path.exists() and len(key := path.read_bytes()) >= KEY_BYTES:
        return key
    _write_key(path)
    return path.read_bytes()


def _write_key(path: Path) -> None:
    part = path.with_name(f"{KEY_FILE}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
