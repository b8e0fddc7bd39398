"""Passwords, kept as hashes only: Argon2id, at the cost that is configured.

Strategy: the library is imported where a password is hashed, so that a server which never does starts as fast as
without it. A hash names its own cost, so changing the setting leaves those made before valid. Passwords are
normalised first: an accented letter is the same however a keyboard composes it.

Sources: RFC 9106 (Argon2); RFC 8265 section 4 (NFC).
"""

from __future__ import annotations

import base64
import secrets
import sys
import unicodedata
from getpass import getpass

from chatroom.server.config import AccountSettings


class PasswordError(Exception):
    """There is no password to be hashed; says why and what to do."""


def hashed(password: str, settings: AccountSettings) -> str:
    """The Argon2id hash of `password`, salted anew each time, in the form that names its parameters ($argon2id$...)."""
    from argon2 import PasswordHasher

    hasher = PasswordHasher(settings.password_rounds, settings.password_memory_kib, parallelism=1)
    return hasher.hash(_prepared(password))


def nobodys(settings: AccountSettings) -> str:
    """A hash that no password fits, as slow to compare with as a new one: for accounts that do not exist."""
    salt, digest = (base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32))
    return f"$argon2id$v=19$m={settings.password_memory_kib},t={settings.password_rounds},p=1${salt}${digest}"


def _prepared(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def verified(password_hash: str, password: str) -> bool:
    """Whether `password` is the one that was hashed. Slow on purpose; never raises, whatever the hash holds."""
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return PasswordHasher().verify(password_hash, _prepared(password))
    except (Argon2Error, InvalidHashError):
        return False


def asked() -> str:
    """A password from standard input: typed twice and not shown at a terminal, else its first line."""
    password = _typed() if sys.stdin.isatty() else _piped()
    if not password:
        raise PasswordError("There is no password. Type one, or pass it as a line on standard input.")
    return password


def _typed() -> str:
    try:
        password = getpass("Password: ")
        again = password and getpass("Once more: ")
    except (EOFError, KeyboardInterrupt):
        return ""
    if again != password:
        raise PasswordError("The two are not the same. Type the same password twice.")
    return password


def _piped() -> str:
    try:
        return sys.stdin.buffer.readline().rstrip(b"\r\n").decode()
    except UnicodeDecodeError as error:
        raise PasswordError("That is not UTF-8 text. Set your terminal to UTF-8 and try again.") from error
