"""What one person is told when they ask: lists, pages of history, confirmations.

Strategy: a reply carries facts, never words; each dialect tells as much of it as it wants. Replies are rendered at
once, in the same breath, so they may point at living rooms and people. Refusals are in `refusals`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chatroom.core.events import Record
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
class RoomShown(Reply):
    """You are in this room now: its topic, who is here, and the last that was said."""

    room: Room
    tail: Page


@dataclass(frozen=True, slots=True)
class HasLeft(Reply):
    """You are no longer in `name`; you face another room, or none."""

    name: str
    facing: Room | None


@dataclass(frozen=True, slots=True)
class NamesShown(Reply):
    """Who is in a room."""

    room: Room


@dataclass(frozen=True, slots=True)
class TopicShown(Reply):
    """What a room is about."""

    room: Room


@dataclass(frozen=True, slots=True)
class RoomsShown(Reply):
    """The rooms there are, that the asker may know of."""

    rooms: Sequence[Room]


@dataclass(frozen=True, slots=True)
class PeopleShown(Reply):
    """People, found by `query` (a room, a mask, or "" for all)."""

    query: str
    people: Sequence[User]
    room: Room | None = None


@dataclass(frozen=True, slots=True)
class PersonShown(Reply):
    """One person, with those of their rooms that the asker may know of."""

    user: User
    rooms: Sequence[Room]
    idle_seconds: int
    sees_address: bool


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
    """You are away, or here (no message); `is_new`: and were not before."""

    message: str
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class IsAway(Reply):
    """The one you wrote to is away."""

    user: User


@dataclass(frozen=True, slots=True)
class InviteSent(Reply):
    """Your invitation was passed on."""

    room: Room
    nick: str


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
