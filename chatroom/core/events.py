"""What can happen in the chat: one frozen class per fact.

Strategy: an event is plain data that can be written to disk and read back years later. It names people and rooms by
what they were called then, says nothing about sentences or numerics, and carries all that any dialect needs to tell
it. A kind is never renamed; a field that comes later comes last, with a default, so that old logs can be read.

`lasting` events shape the chat beyond a restart; the others pass. `stored` is False for what nobody asks about
later.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from chatroom.core.event import PASSING, Change, Event, Manner, RoomEvent, Tags, Who, is_kept
from chatroom.core.order_events import Barred, OfficeChanged, Unbarred
from chatroom.core.people_events import (
    Accepted,
    AccountChanged,
    Announced,
    AwayChanged,
    Entered,
    Faced,
    Ghosted,
    HostChanged,
    Ignored,
    Killed,
    MetadataChanged,
    Quit,
    ReadMarked,
    RealnameChanged,
    Renamed,
    Unaccepted,
    Unignored,
    UserModesChanged,
)

__all__ = [
    "KINDS",
    "PASSING",
    "Accepted",
    "AccountChanged",
    "Announced",
    "AwayChanged",
    "Barred",
    "Change",
    "Closed",
    "Entered",
    "Event",
    "Faced",
    "Ghosted",
    "Granted",
    "HostChanged",
    "Ignored",
    "InviteSeen",
    "Invited",
    "Joined",
    "Kicked",
    "Killed",
    "Left",
    "Manner",
    "MetadataChanged",
    "ModesChanged",
    "OfficeChanged",
    "Opened",
    "Quit",
    "ReadMarked",
    "RealnameChanged",
    "Record",
    "Redacted",
    "Registered",
    "Renamed",
    "RoomEvent",
    "RoomMetadataChanged",
    "RoomRenamed",
    "Said",
    "Tagged",
    "TaggedTo",
    "Tags",
    "TokenChanged",
    "Told",
    "TopicChanged",
    "Unaccepted",
    "Unbarred",
    "Unignored",
    "UserModesChanged",
    "Who",
    "is_kept",
]


@dataclass(frozen=True, slots=True)
class Told(Event):
    """Something said in private; `text` may have several lines."""

    kind: ClassVar[str] = "told"
    to: Who
    text: str
    manner: Manner = Manner.SAY
    tags: Tags = ()
    cuts: tuple[int, ...] = ()  # where a line was only cut to be sent: places in `text`, counted in characters


@dataclass(frozen=True, slots=True)
class TaggedTo(Event):
    """Tags alone, in private: a reaction, or that somebody is typing."""

    kind: ClassVar[str] = "taggedto"
    to: Who
    tags: Tags

    @property
    def stored(self) -> bool:  # type: ignore[override]
        """Whether anybody could ask about it later."""
        return is_kept(self.tags)


@dataclass(frozen=True, slots=True)
class Said(RoomEvent):
    """Something said in a room; `text` may have several lines."""

    kind: ClassVar[str] = "said"
    text: str
    manner: Manner = Manner.SAY
    tags: Tags = ()
    cuts: tuple[int, ...] = ()  # where a line was only cut to be sent: places in `text`, counted in characters
    to: str = ""  # the sign of a privilege, such as "@": for those alone who have it, or a higher one
    answers: str = ""  # who said what this answers, as far as `tags` tell
    relayed: str = ""  # what somebody in another place is called, whose words `who` passes on

    @property
    def speaker(self) -> Who:
        """Whose words these are, as they are to be shown."""
        return self.who._replace(nick=self.relayed) if self.relayed else self.who


@dataclass(frozen=True, slots=True)
class Tagged(RoomEvent):
    """Tags alone, in a room: a reaction, or that somebody is typing; `to` as in Said."""

    kind: ClassVar[str] = "tagged"
    tags: Tags
    to: str = ""
    answers: str = ""  # who said what this is about, as far as `tags` tell

    @property
    def stored(self) -> bool:  # type: ignore[override]
        """Whether anybody could ask about it later."""
        return is_kept(self.tags)


@dataclass(frozen=True, slots=True)
class Redacted(Event):
    """The words of event `number`, said in a room or to a person (`target`), were taken back."""

    kind: ClassVar[str] = "redacted"
    target: str
    number: int
    msgid: str  # what IRC calls it
    reason: str = ""
    kept: tuple[str, ...] = ()  # the places of a private one, whose history this belongs to as well
    to: str = ""  # of words in a room: the sign of the privilege of those alone who could hear them

    @property
    def erases(self) -> int:
        """The event whose words are taken back."""
        return self.number


@dataclass(frozen=True, slots=True)
class Opened(RoomEvent):
    """A room came to be, because somebody went where there was none."""

    kind: ClassVar[str] = "opened"
    lasting: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Closed(RoomEvent):
    """The last one left a room: its privileges, modes, key and bans are gone; its topic and history stay."""

    kind: ClassVar[str] = "closed"
    lasting: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Joined(RoomEvent):
    """Somebody came into a room; `away` is why they are away, if they are."""

    kind: ClassVar[str] = "joined"
    realname: str = ""
    away: str = ""


@dataclass(frozen=True, slots=True)
class Left(RoomEvent):
    """Somebody left a room."""

    kind: ClassVar[str] = "left"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Kicked(RoomEvent):
    """`who` put `nick` out of a room."""

    kind: ClassVar[str] = "kicked"
    nick: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Invited(RoomEvent):
    """`who` asked `nick` into a room."""

    kind: ClassVar[str] = "invited"
    nick: str


@dataclass(frozen=True, slots=True)
class InviteSeen(RoomEvent):
    """Those who keep order in a room hear that `who` asked `nick` in."""

    kind: ClassVar[str] = "inviteseen"
    stored: ClassVar[bool] = False
    nick: str


@dataclass(frozen=True, slots=True)
class TopicChanged(RoomEvent):
    """A room is about something else now; "" for nothing in particular."""

    kind: ClassVar[str] = "topic"
    lasting: ClassVar[bool] = True
    slot: ClassVar[str] = "topic"
    text: str


@dataclass(frozen=True, slots=True)
class RoomMetadataChanged(RoomEvent):
    """An operator says `value` of a room under `key`, or nothing any more ("")."""

    kind: ClassVar[str] = "roommetadata"
    lasting: ClassVar[bool] = True
    key: str
    value: str = ""

    @property
    def slot(self) -> str:  # type: ignore[override]
        """Each key has its own."""
        return f"metadata {self.key}"


@dataclass(frozen=True, slots=True)
class ModesChanged(RoomEvent):
    """What a room permits, or who may do what in it, has changed; perhaps for a reason, and for a time."""

    kind: ClassVar[str] = "modes"
    lasting: ClassVar[bool] = True
    changes: tuple[Change, ...]
    reason: str = ""
    seconds: int = 0  # after which what was set ends; 0: when somebody takes it back
    about: str = ""  # who is meant by the masks


@dataclass(frozen=True, slots=True)
class RoomRenamed(RoomEvent):
    """`room`, as it was called before, is now `name`: all else about it stays."""

    kind: ClassVar[str] = "roomrenamed"
    lasting: ClassVar[bool] = True
    name: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Registered(RoomEvent):
    """A room belongs to an account, whose owner is its founder; or to nobody any more ("")."""

    kind: ClassVar[str] = "registered"
    lasting: ClassVar[bool] = True
    slot: ClassVar[str] = "founder"
    account: str


@dataclass(frozen=True, slots=True)
class Granted(RoomEvent):
    """What an account has in a registered room, whenever its owner comes in: the letters of privileges, or none."""

    kind: ClassVar[str] = "granted"
    lasting: ClassVar[bool] = True
    account: str
    letters: str = ""

    @property
    def slot(self) -> str:  # type: ignore[override]
        """Each account has its own."""
        return f"grant {self.account}"


@dataclass(frozen=True, slots=True)
class TokenChanged(RoomEvent):
    """Who shows a secret with this digest speaks in a room as `name`; or nobody any more ("")."""

    kind: ClassVar[str] = "token"
    lasting: ClassVar[bool] = True
    name: str
    digest: str = ""

    @property
    def slot(self) -> str:  # type: ignore[override]
        """Each name has its own."""
        return f"token {self.name}"


class Record(NamedTuple):
    """An event with its place in the log.

    `number` counts from 1 without gaps in what is stored; `time` is in milliseconds since 1970, never less than the
    one before. `places` are the folded names of those whose history it belongs to: rooms, two people
    (`a b`), one person (`@a`).
    """

    number: int
    time: int
    event: Event
    places: tuple[str, ...]


KINDS: dict[str, type[Event]] = {
    event.kind: event
    for event in (
        *(Entered, Quit, Renamed, AccountChanged, AwayChanged, UserModesChanged, Faced, Ignored, Unignored),
        *(RealnameChanged, HostChanged, MetadataChanged, Accepted, Unaccepted, RoomMetadataChanged),
        *(ReadMarked, Announced, Killed, Ghosted, Told, TaggedTo, Said, Tagged, Redacted),
        *(Opened, Closed, Joined, Left, Kicked, Invited),
        *(InviteSeen, TopicChanged, ModesChanged, RoomRenamed, Registered, Granted, TokenChanged),
        *(Barred, Unbarred, OfficeChanged),
    )
}
