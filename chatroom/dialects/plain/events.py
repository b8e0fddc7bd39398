"""Events as sentences: one function for each kind that people on a terminal are told of.

Strategy: a flavour is the room a reader faces and the line ending their program wants; whoever shares both shares the
bytes. Talk in the faced room has no room's name before it. System lines begin with "--", so that nobody can fake one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chatroom.core import events as ev
from chatroom.core.events import Change, Manner, Record
from chatroom.core.refusals import Why
from chatroom.dialects.plain.text import safe

NOWHERE = f"-- {Why.NO_ROOM.sentence}"


@dataclass(frozen=True, eq=False, slots=True)
class PlainFlavour:
    """How one group of readers is told events; made by `flavour`, so that equal ones are one object."""

    facing: str  # the name of the room they face
    ending: str

    def render(self, record: Record) -> bytes:
        """The line that tells `record`, or nothing."""
        line = sentence(record.event, self.facing)
        return f"{line}{self.ending}".encode() if line else b""


@lru_cache(maxsize=65536)
def flavour(facing: str, ending: str) -> PlainFlavour:
    """The one flavour for these readers."""
    return PlainFlavour(facing, ending)


def sentence(event: ev.Event, facing: str = "") -> str:
    """`event` in one line; "" for what people are not told."""
    tell = _TELL.get(type(event))
    if tell is None:
        return ""
    line: str = tell(event)
    if line and isinstance(event, ev.Said) and event.room != facing:
        return f"{event.room} {line}"
    return line


def _talk(nick: str, text: str, manner: Manner) -> str:
    if text.startswith("\x01"):  # a program's question to a program (CTCP)
        return ""
    if manner is Manner.ACTION:
        return f"* {nick} {safe(text)}"
    return f"-{nick}- {safe(text)}" if manner is Manner.NOTICE else f"{nick}: {safe(text)}"


def _said(event: ev.Said) -> str:
    return _talk(event.who.nick, event.text, event.manner)


def _told(event: ev.Told) -> str:
    line = _talk(f"{event.who.nick} to {event.to.nick}", event.text, event.manner)
    return line and f"(private) {line}"


def _quit(event: ev.Quit) -> str:
    return f"-- {event.who.nick} left the chat{_because(event.reason)}"


def _left(event: ev.Left) -> str:
    return f"-- {event.who.nick} left {event.room}{_because(event.reason)}"


def _kicked(event: ev.Kicked) -> str:
    return f"-- {event.who.nick} put {event.nick} out of {event.room}{_because(event.reason)}"


def _because(reason: str) -> str:
    return f": {safe(reason)}" if reason else "."


def _joined(event: ev.Joined) -> str:
    return f"-- {event.who.nick} joined {event.room}."


def _faced(event: ev.Faced) -> str:
    return f"-- You are talking in {event.room} now." if event.room else NOWHERE


def _renamed(event: ev.Renamed) -> str:
    return f"-- {event.who.nick} is now {event.nick}."


def _invited(event: ev.Invited) -> str:
    return f"-- {event.who.nick} invites you to {event.room}: /join {event.room}"


def _topic(event: ev.TopicChanged) -> str:
    if not event.text:
        return f"-- {event.who.nick} cleared the topic of {event.room}."
    return f"-- {event.who.nick} changed the topic of {event.room}: {safe(event.text)}"


def _modes(event: ev.ModesChanged) -> str:
    return f"-- In {event.room}, {event.who.nick} {', '.join(map(_change, event.changes))}."


def _user_modes(event: ev.UserModesChanged) -> str:
    signed = (f"{'+' if change.adding else '-'}{change.letter}" for change in event.changes)
    return f"-- Your modes changed: {' '.join(signed)}."  # only their owner hears of it


def _change(change: Change) -> str:
    switched_on, switched_off = _CHANGES[change.letter]
    return (switched_on if change.adding else switched_off).format(safe(change.value))


_CHANGES = {
    "o": ("made {} an operator", "made {} an operator no longer"),
    "v": ("gave {} a voice", "took the voice of {}"),
    "b": ("banned {}", "unbanned {}"),
    "e": ("excepted {} from bans", "no longer excepts {} from bans"),
    "I": ("invited {} for good", "no longer invites {}"),
    "k": ("set a key", "took the key off"),
    "l": ("limited the room to {} people", "took the limit of people off"),
    "i": ("closed the room to all but invited people", "opened the room to all"),
    "m": ("moderated the room: only operators and voices speak", "let everybody speak again"),
    "n": ("kept out messages from outside", "let in messages from outside"),
    "s": ("made the room secret", "made the room public"),
    "t": ("kept the topic for operators", "let everybody change the topic"),
}

_TELL: dict[type[ev.Event], Callable[[Any], str]] = {
    ev.Said: _said,
    ev.Told: _told,
    ev.Quit: _quit,
    ev.Left: _left,
    ev.Kicked: _kicked,
    ev.Joined: _joined,
    ev.Faced: _faced,
    ev.Renamed: _renamed,
    ev.Invited: _invited,
    ev.UserModesChanged: _user_modes,
    ev.TopicChanged: _topic,
    ev.ModesChanged: _modes,
}
# What a bare terminal is not told of, on purpose; a test holds that each kind is in one of the two tables.
UNTOLD = frozenset(
    (
        *(ev.Entered, ev.AccountChanged, ev.AwayChanged, ev.Ignored, ev.Unignored, ev.Opened, ev.Closed),
        *(ev.Tagged, ev.TaggedTo, ev.Redacted),
    )
)
