"""Events as sentences: one function for each kind that people on a terminal are told of.

Strategy: a flavour is the room a reader faces and the line ending their program wants; whoever shares both shares the
bytes. Talk in the faced room has no room's name before it. System lines begin with "--", further lines of what
somebody said with "|", so that nobody can fake a line of the server's or of somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from chatroom.core import events as ev
from chatroom.core.events import Change, Manner, Record
from chatroom.core.modes import ACCOUNT, MUTE, ROOM_MODES, ModeKind
from chatroom.core.names import is_room
from chatroom.core.refusals import Why
from chatroom.core.spans import in_words
from chatroom.dialects.plain.text import because, safe

CONTINUED = "\n  | "  # between the lines of one message
NOWHERE = f"-- {Why.NO_ROOM.sentence}"


@dataclass(frozen=True, eq=False, slots=True)
class PlainFlavour:
    """How one group of readers is told events; made by `flavour`, so that equal ones are one object."""

    facing: str  # the name of the room they face
    ending: str

    def render(self, record: Record) -> bytes:
        """The lines that tell `record`, or nothing."""
        line = sentence(record.event, self.facing)
        if "\n" in line:
            line = line.replace("\n", self.ending)
        return f"{line}{self.ending}".encode() if line else b""


@lru_cache(maxsize=65536)
def flavour(facing: str, ending: str) -> PlainFlavour:
    """The one flavour for these readers."""
    return PlainFlavour(facing, ending)


def sentence(event: ev.Event, facing: str = "") -> str:
    """`event` in a line, or in several with LF between them; "" for what people are not told."""
    tell = _TELL.get(type(event))
    if tell is None:
        return ""
    line: str = tell(event)
    if line and isinstance(event, ev.Said) and (event.to or event.room != facing):
        return f"{event.to}{event.room} {line}"
    return line


def _talk(nick: str, text: str, manner: Manner) -> str:
    if text.startswith("\x01"):  # a program's question to a program (CTCP)
        return ""
    text = safe(text) if "\n" not in text else CONTINUED.join(map(safe, text.split("\n")))
    if manner is Manner.ACTION:
        return f"* {nick} {text}"
    return f"-{nick}- {text}" if manner is Manner.NOTICE else f"{nick}: {text}"


def _said(event: ev.Said) -> str:
    nick, answers = event.speaker.nick, event.answers
    if answers and not event.text.startswith(answers):  # many programs put the name before an answer themselves
        nick = f"{nick} (to {answers})"
    return _talk(nick, event.text, event.manner)


def _told(event: ev.Told) -> str:
    line = _talk(f"{event.who.nick} to {event.to.nick}", event.text, event.manner)
    return line and f"(private) {line}"


def _quit(event: ev.Quit) -> str:
    return f"-- {event.who.nick} left the chat{because(event.reason)}"


def _left(event: ev.Left) -> str:
    return f"-- {event.who.nick} left {event.room}{because(event.reason)}"


def _kicked(event: ev.Kicked) -> str:
    return f"-- {event.who.nick} put {event.nick} out of {event.room}{because(event.reason)}"


def _joined(event: ev.Joined) -> str:
    return f"-- {event.who.nick} joined {event.room}."


def _faced(event: ev.Faced) -> str:
    return f"-- You are talking in {event.room} now." if event.room else NOWHERE


def _renamed(event: ev.Renamed) -> str:
    return f"-- {event.who.nick} is now {event.nick}."


def _invited(event: ev.Invited) -> str:
    return f"-- {event.who.nick} invites you to {event.room}: /join {event.room}"


def _invite_seen(event: ev.InviteSeen) -> str:
    return f"-- {event.who.nick} invited {event.nick} to {event.room}."


def _room_renamed(event: ev.RoomRenamed) -> str:
    return f"-- {event.who.nick} renamed {event.room}: it is {event.name} now{because(event.reason)}"


def _topic(event: ev.TopicChanged) -> str:
    if not event.text:
        return f"-- {event.who.nick} cleared the topic of {event.room}."
    return f"-- {event.who.nick} changed the topic of {event.room}: {safe(event.text)}"


def _modes(event: ev.ModesChanged) -> str:
    """Masks about somebody are told as their name, once for all of them."""
    told = dict.fromkeys(_change(change, event.about) for change in event.changes)
    is_over = not event.who.host and not any(change.adding for change in event.changes)
    why = ": the time was up." if is_over and event.changes else because(event.reason)
    for_long = f" for {in_words(event.seconds)}" if event.seconds else ""
    return f"-- In {event.room}, {event.who.nick} {', '.join(told)}{for_long}{why}"


def _user_modes(event: ev.UserModesChanged) -> str:
    signed = (f"{'+' if change.adding else '-'}{change.letter}" for change in event.changes)
    return f"-- Your modes changed: {' '.join(signed)}."  # only their owner hears of it


def _change(change: Change, about: str = "") -> str:
    (switched_on, switched_off), value = _CHANGES[change.letter], change.value
    if value.startswith(MUTE) and change.letter in _MUTES:
        (switched_on, switched_off), value = _MUTES[change.letter], value.removeprefix(MUTE)
    if about and ROOM_MODES[change.letter] is ModeKind.LIST:
        value = about
    elif value.startswith(ACCOUNT):
        value = f"the account {value.removeprefix(ACCOUNT)}"
    return (switched_on if change.adding else switched_off).format(safe(value))


_MUTES = {
    "b": ("muted {}", "unmuted {}"),
    "e": ("excepted {} from mutes", "no longer excepts {} from mutes"),
}
_CHANGES = {
    "q": ("made {} a founder", "made {} a founder no longer"),
    "a": ("protected {} from operators", "protected {} from operators no longer"),
    "h": ("made {} half an operator", "made {} half an operator no longer"),
    "o": ("made {} an operator", "made {} an operator no longer"),
    "v": ("gave {} a voice", "took the voice of {}"),
    "b": ("banned {}", "unbanned {}"),
    "e": ("excepted {} from bans", "no longer excepts {} from bans"),
    "I": ("lets {} in also while it is closed", "no longer lets {} in while it is closed"),
    "k": ("set a key", "took the key off"),
    "f": ("sent those who may not come in to {}", "sent those who may not come in nowhere else any more"),
    "l": ("limited the room to {} people", "took the limit of people off"),
    "W": ("slowed the room: everybody speaks once in {} s", "let everybody speak as often as they like"),
    "C": ("kept out questions from program to program", "let in questions from program to program"),
    "M": ("let only people with an account speak", "let guests speak again"),
    "O": ("closed the room to all but operators of the server", "opened the room to other people"),
    "R": ("closed the room to people without an account", "opened the room to people without an account"),
    "U": ("let only operators hear who has no voice", "let everybody hear who has no voice"),
    "i": ("closed the room to all but invited people", "opened the room to all"),
    "m": ("moderated the room: only operators and voices speak", "let everybody speak again"),
    "n": ("kept out messages from outside", "let in messages from outside"),
    "r": ("registered the room", "registered the room no longer"),
    "s": ("made the room secret", "made the room public"),
    "t": ("kept the topic for operators", "let everybody change the topic"),
    "u": ("hid those without a voice from each other", "let everybody see everybody again"),
}


def _tagged(event: ev.Tagged) -> str:
    whom = f" to {event.answers}" if event.answers else ""
    return _reaction(event, f"{whom} in {event.room}")


def _tagged_to(event: ev.TaggedTo) -> str:
    return _reaction(event, " in private")


def _reaction(event: ev.Tagged | ev.TaggedTo, where: str) -> str:
    """Nothing for other tags: that somebody is typing is of no interest without a screen that can take it back."""
    for name, value in event.tags:
        if name in _REACTIONS and safe(value):
            return f"-- {event.who.nick} {_REACTIONS[name]}{where}: {safe(value)[:LONGEST_REACTION]}"
    return ""


def _redacted(event: ev.Redacted) -> str:
    what = f"a message in {event.target}" if is_room(event.target) else "a private message"
    return f"-- {event.who.nick} took back {what}{because(event.reason)}"


def _announced(event: ev.Announced) -> str:
    return f"-- {event.who.nick}, who runs the server, says to all: {safe(event.text)}"


LONGEST_REACTION = 32  # characters shown of it
_REACTIONS = {
    "+draft/react": "reacted",
    "+react": "reacted",
    "+draft/unreact": "took back a reaction",
    "+unreact": "took back a reaction",
}

_TELL: dict[type[ev.Event], Callable[[Any], str]] = {
    ev.Said: _said,
    ev.Told: _told,
    ev.Announced: _announced,
    ev.Tagged: _tagged,
    ev.TaggedTo: _tagged_to,
    ev.Redacted: _redacted,
    ev.Quit: _quit,
    ev.Left: _left,
    ev.Kicked: _kicked,
    ev.Joined: _joined,
    ev.Faced: _faced,
    ev.Renamed: _renamed,
    ev.Invited: _invited,
    ev.InviteSeen: _invite_seen,
    ev.RoomRenamed: _room_renamed,
    ev.UserModesChanged: _user_modes,
    ev.TopicChanged: _topic,
    ev.ModesChanged: _modes,
}
# What a bare terminal is not told of, on purpose; a test holds that each kind is in one of the two tables.
UNTOLD = frozenset(
    (
        *(ev.Barred, ev.Unbarred, ev.OfficeChanged),  # operators of the server are told by a reply
        *(ev.Entered, ev.AccountChanged, ev.AwayChanged, ev.Ignored, ev.Unignored, ev.Opened, ev.Closed),
        *(ev.Registered, ev.Granted),  # the modes that follow tell it
        ev.TokenChanged,
        *(ev.Killed, ev.Ghosted, ev.ReadMarked),
        *(ev.Accepted, ev.Unaccepted, ev.RealnameChanged, ev.HostChanged, ev.MetadataChanged, ev.RoomMetadataChanged),
    )
)
