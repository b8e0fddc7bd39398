"""What one person is told when they ask: lists, pages of history, confirmations.

Strategy: a reply carries facts, never words; each dialect tells as much of it as it wants. Replies are rendered at
once, in the same breath, so they may point at living rooms and people. Refusals are in `refusals`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chatroom.core.events import Record
from chatroom.core.gone import Gone
from chatroom.core.room import Room
from chatroom.core.user import User


@dataclass(frozen=True, slots=True)
class Reply:
    """Something told to the one who asked."""


@dataclass(frozen=True, slots=True)
class Welcomed(Reply):
    """You are in the chat now."""

    user: User


@dataclass(frozen=True, slots=True)
class Page(Reply):
    """A piece of history, oldest first. `subject` is a room or what was searched for; `asked` how it was asked for."""

    subject: str
    records: Sequence[Record]
    asked: str = "last"
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class MarkerShown(Reply):
    """Up to when you have read `target` (ms since 1970, 0: not known); `is_new`: all your connections are told."""

    target: str
    time: int
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class RoomShown(Reply):
    """You are in this room now: its topic, who is here that you may know of (None: all), the last that was said."""

    room: Room
    tail: Page
    people: Collection[User] | None = None


@dataclass(frozen=True, slots=True)
class Forwarded(Reply):
    """You may not come into `room`, and go to `to` instead, where such people are sent."""

    room: str
    to: str


@dataclass(frozen=True, slots=True)
class HasLeft(Reply):
    """You are no longer in `name`; you face another room, or none."""

    name: str
    facing: Room | None


@dataclass(frozen=True, slots=True)
class NamesShown(Reply):
    """Who is in a room, as far as you may know (None: all)."""

    room: Room
    people: Collection[User] | None = None


@dataclass(frozen=True, slots=True)
class TopicShown(Reply):
    """What a room is about."""

    room: Room


@dataclass(frozen=True, slots=True)
class TopicKept(Reply):
    """The topic you gave is the one there is."""

    room: Room


@dataclass(frozen=True, slots=True)
class RoomsShown(Reply):
    """The rooms there are, that the asker may know of."""

    rooms: Sequence[Room]


@dataclass(frozen=True, slots=True)
class PeopleShown(Reply):
    """People, found by `query` (a room, a mask, or "" for all); `options` as the asker wrote them."""

    query: str
    people: Sequence[User]
    room: Room | None = None
    asker: User | None = None
    options: str = ""
    time: int = 0  # when that was, milliseconds since 1970


@dataclass(frozen=True, slots=True)
class PersonShown(Reply):
    """One person, with those of their rooms that the asker may know of.

    `sees_address`: the asker is that person, or an operator of the server, and may know where from and with which
    modes.
    """

    user: User
    rooms: Sequence[Room]
    idle_seconds: int
    sees_address: bool


@dataclass(frozen=True, slots=True)
class PastShown(Reply):
    """Who was called `nick` before, the last first; `sees_address`: also where from."""

    nick: str
    gone: Sequence[Gone]
    sees_address: bool = False


@dataclass(frozen=True, slots=True)
class RealnameMarked(Reply):
    """Your real name, from now on."""

    realname: str


@dataclass(frozen=True, slots=True)
class HostMarked(Reply):
    """Others see somebody with this host now."""

    nick: str
    host: str


@dataclass(frozen=True, slots=True)
class AcceptedShown(Reply):
    """Whom you hear in private, whoever else you hear."""

    nicks: Sequence[str]


@dataclass(frozen=True, slots=True)
class AcceptChanged(Reply):
    """You hear somebody in private from now on, whoever else you hear; or no longer."""

    nick: str
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class MetadataShown(Reply):
    """What is said of `target`, somebody or a room."""

    target: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MetadataMarked(Reply):
    """What is said of `target` under `key` now; "" for nothing."""

    target: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class MetadataCleared(Reply):
    """Nothing is said of `target` any more; `keys` are those under which something was."""

    target: str
    keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class IgnoredShown(Reply):
    """Whom you ignore."""

    nicks: Sequence[str]


@dataclass(frozen=True, slots=True)
class IgnoreChanged(Reply):
    """You ignore somebody from now on, or no longer."""

    nick: str
    is_ignored: bool


@dataclass(frozen=True, slots=True)
class AwayMarked(Reply):
    """You are away, or here (no message); `is_new`: and were not before; `is_seen`: so you are for others, too."""

    message: str
    is_new: bool = True
    is_seen: bool = True  # unless another of your connections says otherwise


@dataclass(frozen=True, slots=True)
class Skipped(Reply):
    """You read so slowly that what was said between two times (ms since 1970) was gone before you were told."""

    since: int
    until: int


@dataclass(frozen=True, slots=True)
class SaidBefore(Reply):
    """What you sent was said already, and is not said again; `record` is how, None where that is not told."""

    record: Record | None


@dataclass(frozen=True, slots=True)
class IsAway(Reply):
    """The one you wrote to is away."""

    user: User


@dataclass(frozen=True, slots=True)
class IsAbsent(Reply):
    """The one you wrote to is not here; it is kept for when they, who have the account `name`, are back."""

    name: str


@dataclass(frozen=True, slots=True)
class InviteSent(Reply):
    """Your invitation was passed on."""

    room: Room
    nick: str


@dataclass(frozen=True, slots=True)
class InvitationsShown(Reply):
    """The rooms whose operators asked you in, and where you have not been since."""

    rooms: Sequence[Room]


@dataclass(frozen=True, slots=True)
class OwnerChanged(Reply):
    """A room belongs to an account now, or to nobody any more ("")."""

    room: Room
    account: str


@dataclass(frozen=True, slots=True)
class AccessShown(Reply):
    """To whom a room belongs, and which accounts have what in it."""

    room: Room


@dataclass(frozen=True, slots=True)
class AccessChanged(Reply):
    """What an account has in a room from now on: the letters of privileges, or none."""

    room: Room
    account: str
    letters: str


@dataclass(frozen=True, slots=True)
class ModesShown(Reply):
    """A room's modes; values only for its members."""

    room: Room
    with_values: bool


@dataclass(frozen=True, slots=True)
class ListShown(Reply):
    """One of a room's lists of masks."""

    room: Room
    letter: str


@dataclass(frozen=True, slots=True)
class UserModesShown(Reply):
    """Your own modes."""

    user: User


EVERYTHING = "all"  # what one asks /help for to be told of each command


class HelpEntry(NamedTuple):
    """One command: its usage line, its sentence, the heading it stands under, other names."""

    usage: str
    sentence: str
    section: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HelpShown(Reply):
    """The commands there are (`subject` is "", or EVERYTHING), or one of them."""

    entries: Sequence[HelpEntry]
    subject: str = ""


@dataclass(frozen=True, slots=True)
class MotdShown(Reply):
    """The message of the day."""

    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class CountsShown(Reply):
    """How many are here: people, of those invisible, connections that have not entered, open rooms."""

    people: int
    invisible: int
    unknown: int
    rooms: int
    most: int
    operators: int = 0


@dataclass(frozen=True, slots=True)
class BecameOperator(Reply):
    """You are an operator of the server now."""


@dataclass(frozen=True, slots=True)
class Reloaded(Reply):
    """The configuration was read again."""


@dataclass(frozen=True, slots=True)
class AdminShown(Reply):
    """Who runs the server."""

    text: str


@dataclass(frozen=True, slots=True)
class StatusShown(Reply):
    """How the server does, as names and values in the order to be shown."""

    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class VersionShown(Reply):
    """Which server this is."""

    version: str


@dataclass(frozen=True, slots=True)
class UptimeShown(Reply):
    """How long the server has been running, and since when (milliseconds since 1970)."""

    seconds: int
    since: int


@dataclass(frozen=True, slots=True)
class TimeShown(Reply):
    """What time it is here (milliseconds since 1970)."""

    time: int


@dataclass(frozen=True, slots=True)
class Goodbye(Reply):
    """The connection ends, for this reason."""

    reason: str
