"""What every event is made of: who did it, how things are said and changed; what an event is.

The events themselves are in `events`; everybody takes all of this from there.
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
class RoomEvent(Event):
    """Something that happened in a room."""

    room: str
