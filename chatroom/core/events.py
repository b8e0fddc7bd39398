"""What can happen in the chat: one frozen class per fact.

Strategy: an event is plain data that can be written to disk and read back years later. It names people and rooms by
what they were called then, says nothing about sentences or numerics, and carries all that any dialect needs to tell
it. A kind is never renamed; a field that comes later comes last, with a default, so that old logs can be read.

`lasting` events shape the chat beyond a restart; the others pass. `stored` is False for what nobody asks about
later.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, NamedTuple


class Who(NamedTuple):
    """A person as others saw them at that moment. `host` is what others may see, never an address."""

    nick: str
    username: str
    host: str
    account: str = ""
    is_bot: bool = False

    @property
    def mask(self) -> str:
        """`nick!username@host`, as IRC names people; the server itself has a name alone."""
        return f"{self.nick}!{self.username}@{self.host}" if self.host else self.nick


class Manner(StrEnum):
    """How something was said."""

    SAY = "say"
    NOTICE = "notice"  # to be shown, never to be answered by a program
    ACTION = "action"  # "* alice waves"


class Change(NamedTuple):
    """One change of a room's mode: `letter` as in IRC, `value` a nick, a mask, a key or a number."""

    adding: bool
    letter: str
    value: str = ""


Tags = tuple[tuple[str, str], ...]  # what clients tag their talk with (IRCv3 message-tags), names beginning with +
PASSING = frozenset(("+typing", "+draft/typing"))  # of no interest a moment later


def is_kept(tags: Tags) -> bool:
    """Whether any of `tags` is of interest later."""
    return any(name not in PASSING for name, _ in tags)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, done by `who`."""

    kind: ClassVar[str]
    lasting: ClassVar[bool] = False
    stored: ClassVar[bool] = True
    slot: ClassVar[str] = ""  # a later lasting event with the same, in the same place, leaves nothing of this one

    who: Who

    @property
    def erases(self) -> int:
        """The number of the event whose words this one takes back; 0 for none."""
        return 0


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
class RoomEvent(Event):
    """Something that happened in a room."""

    room: str


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
    """What a room permits, or who may do what in it, has changed."""

    kind: ClassVar[str] = "modes"
    lasting: ClassVar[bool] = True
    changes: tuple[Change, ...]


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
        *(InviteSeen, TopicChanged, ModesChanged, RoomRenamed, Registered, Granted),
    )
}
