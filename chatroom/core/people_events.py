"""What can happen to people: coming, going, names, accounts, modes, being away, whom they hear. See `events`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chatroom.core.event import Change, Event


@dataclass(frozen=True, slots=True)
class Entered(Event):
    """Somebody came in and has a nick."""

    kind: ClassVar[str] = "entered"
    realname: str = ""


@dataclass(frozen=True, slots=True)
class Quit(Event):
    """Somebody left the chat."""

    kind: ClassVar[str] = "quit"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Renamed(Event):
    """`who`, as they were called before, is now `nick`."""

    kind: ClassVar[str] = "renamed"
    nick: str


@dataclass(frozen=True, slots=True)
class AccountChanged(Event):
    """`who` logged in to `account`, or out of theirs ("")."""

    kind: ClassVar[str] = "account"
    account: str


@dataclass(frozen=True, slots=True)
class AwayChanged(Event):
    """Somebody went away with a message, or is back (no message)."""

    kind: ClassVar[str] = "away"
    message: str = ""


@dataclass(frozen=True, slots=True)
class RealnameChanged(Event):
    """Somebody gave another real name."""

    kind: ClassVar[str] = "realname"
    realname: str


@dataclass(frozen=True, slots=True)
class HostChanged(Event):
    """`who`, as they were seen before, is seen with another username and host from now on."""

    kind: ClassVar[str] = "host"
    username: str
    host: str


@dataclass(frozen=True, slots=True)
class MetadataChanged(Event):
    """Somebody says `value` of themselves under `key`, or nothing any more (""); `nick` is whom it is said of."""

    kind: ClassVar[str] = "metadata"
    stored: ClassVar[bool] = False
    nick: str
    key: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class UserModesChanged(Event):
    """Somebody changed their own modes."""

    kind: ClassVar[str] = "usermodes"
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Faced(Event):
    """Somebody faces a room they are in, or none (no name): what they type goes there."""

    kind: ClassVar[str] = "faced"
    stored: ClassVar[bool] = False
    room: str


@dataclass(frozen=True, slots=True)
class Ignored(Event):
    """Somebody no longer wants to hear `nick`."""

    kind: ClassVar[str] = "ignored"
    stored: ClassVar[bool] = False
    nick: str


@dataclass(frozen=True, slots=True)
class Unignored(Event):
    """Somebody wants to hear `nick` again."""

    kind: ClassVar[str] = "unignored"
    stored: ClassVar[bool] = False
    nick: str


@dataclass(frozen=True, slots=True)
class Accepted(Event):
    """Somebody hears `nick` in private, though otherwise only people with an account (user mode R)."""

    kind: ClassVar[str] = "accepted"
    stored: ClassVar[bool] = False
    nick: str


@dataclass(frozen=True, slots=True)
class Unaccepted(Event):
    """Somebody no longer makes an exception for `nick`."""

    kind: ClassVar[str] = "unaccepted"
    stored: ClassVar[bool] = False
    nick: str


@dataclass(frozen=True, slots=True)
class ReadMarked(Event):
    """Somebody has read what was said in `target`, a room or with a person, up to `time` (ms); no other is told."""

    kind: ClassVar[str] = "readmarked"
    stored: ClassVar[bool] = False
    target: str
    time: int


@dataclass(frozen=True, slots=True)
class Announced(Event):
    """An operator of the server said something to everybody who wants to hear such things (user mode w)."""

    kind: ClassVar[str] = "announced"
    text: str
    is_for_all: bool = False  # whether or not they want to


@dataclass(frozen=True, slots=True)
class Killed(Event):
    """`who`, an operator of the server, ended all connections of `nick`, who quits."""

    kind: ClassVar[str] = "killed"
    nick: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Ghosted(Event):
    """`who`, its owner, took the name `nick` back: whoever has it quits, or loses all other connections."""

    kind: ClassVar[str] = "ghosted"
    nick: str
