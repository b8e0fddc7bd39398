"""What one person is told of accounts, and of coming back to where they are: facts, never words, as in `replies`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chatroom.core.account import Account
from chatroom.core.events import Record
from chatroom.core.replies import Reply, RoomShown
from chatroom.core.user import User


@dataclass(frozen=True, slots=True)
class RoomResumed(RoomShown):
    """You are in this room, and were before this connection came; `tail` is what was said meanwhile."""


@dataclass(frozen=True, slots=True)
class MissedTalk(Reply):
    """What you and `nick` wrote to each other in private, while you had no connection."""

    nick: str
    records: Sequence[Record]


class Unread(NamedTuple):
    """So many `messages` of `nick`, written to you while you were not here; the first is so many `lines` back."""

    nick: str
    messages: int
    lines: int


@dataclass(frozen=True, slots=True)
class UnreadTalk(Reply):
    """Private talk that waits for you."""

    talks: Sequence[Unread]


@dataclass(frozen=True, slots=True)
class AccountMade(Reply):
    """There is an account `name` now."""

    name: str


@dataclass(frozen=True, slots=True)
class AccountGone(Reply):
    """There is no account `name` any more."""

    name: str


@dataclass(frozen=True, slots=True)
class LoggedIn(Reply):
    """You are the owner of the account `name`."""

    name: str


@dataclass(frozen=True, slots=True)
class LoggedOut(Reply):
    """You are a guest again, and no longer logged in to the account `name`."""

    name: str


@dataclass(frozen=True, slots=True)
class PasswordChanged(Reply):
    """The account `name` has another password."""

    name: str


@dataclass(frozen=True, slots=True)
class CertificatesShown(Reply):
    """The TLS certificates, by their SHA-256 fingerprints, that log you in to your account."""

    fingerprints: Sequence[str]


@dataclass(frozen=True, slots=True)
class AccountShown(Reply):
    """An account, and who is logged in to it; all of it (`is_shown_all`), or what everybody may know."""

    account: Account
    people: Sequence[User]
    is_shown_all: bool


@dataclass(frozen=True, slots=True)
class SettingsShown(Reply):
    """How your account is set up: "on" or "off" for each setting; `is_new`: from now on."""

    settings: Mapping[str, str]
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class GhostGone(Reply):
    """Nobody else is called `nick` any more."""

    nick: str


@dataclass(frozen=True, slots=True)
class HeldBack(Reply):
    """What you did last is not on disk, as the disk refuses; it waits, and is shown when it is."""
