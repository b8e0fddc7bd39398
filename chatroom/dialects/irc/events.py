"""Events as IRC lines: one function for each kind, giving the lines without tags.

Strategy: a flavour is the set of capabilities that change how events are told; all who share it share the bytes. A
text too long for a line is split here, at the last moment, and only the first piece carries the msgid.

Sources: Modern IRC "Message Format"; IRCv3 message-tags, server-time, message-ids, away-notify.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from chatroom.core import events as ev
from chatroom.core.events import Change, Manner, Record
from chatroom.dialects.irc.lines import fit_line, packed, room_after, size_of
from chatroom.wire.irc import MAX_LINE, format_tags, split_text

_COMMANDS = {Manner.SAY: "PRIVMSG", Manner.ACTION: "PRIVMSG", Manner.NOTICE: "NOTICE"}


@dataclass(frozen=True, eq=False, slots=True)
class IrcFlavour:
    """How one group of connections is told events; made by `flavour`, so that equal ones are one object."""

    capabilities: frozenset[str]
    log: str  # names the log in msgids

    def render(self, record: Record) -> bytes:
        """The lines that tell `record`, or nothing."""
        return self.render_with(record, {})

    def render_with(self, record: Record, more_tags: dict[str, str]) -> bytes:
        """The same, with tags of the occasion."""
        tell = (_TELL_NOTIFYING if "away-notify" in self.capabilities else _TELL).get(type(record.event))
        if tell is None:
            return b""
        tags = format_tags(self._tags(record) | more_tags)
        pieces = [f"{tags}{line}\r\n" for line in tell(record.event)]
        if len(pieces) > 1 and "msgid" in tags:
            later = format_tags({k: v for k, v in self._tags(record).items() if k != "msgid"} | more_tags)
            pieces[1:] = [later + piece[len(tags) :] for piece in pieces[1:]]
        return "".join(pieces).encode()

    def _tags(self, record: Record) -> dict[str, str]:
        tags = {}
        if "server-time" in self.capabilities:
            tags["time"] = timestamp(record.time)
        if "message-tags" in self.capabilities and record.event.stored:
            tags["msgid"] = f"{self.log}-{record.number}"
        return tags


@lru_cache(maxsize=1024)
def flavour(capabilities: frozenset[str], log: str) -> IrcFlavour:
    """The one flavour for connections with these capabilities."""
    return IrcFlavour(capabilities, log)


def timestamp(time: int) -> str:
    """`time` (ms) as IRCv3 server-time writes it."""
    return f"{datetime.fromtimestamp(time // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{time % 1000:03d}Z"


def _said(event: ev.Said) -> Iterator[str]:
    return _talk(event.who.mask, event.room, event.text, event.manner)


def _told(event: ev.Told) -> Iterator[str]:
    return _talk(event.who.mask, event.to.nick, event.text, event.manner)


def _talk(mask: str, target: str, text: str, manner: Manner) -> Iterator[str]:
    start = f":{mask} {_COMMANDS[manner]} {target} :"
    before, after = ("\x01ACTION ", "\x01") if manner is Manner.ACTION else ("", "")
    room = MAX_LINE - size_of(start) - len(before) - len(after)
    pieces = (text,) if len(text) * 4 <= room else split_text(text, room)
    for piece in pieces:
        yield f"{start}{before}{piece}{after}"


def _quit(event: ev.Quit) -> Iterator[str]:
    yield fit_line("QUIT", event.reason, source=event.who.mask)


def _renamed(event: ev.Renamed) -> Iterator[str]:
    yield fit_line("NICK", event.nick, source=event.who.mask)


def _away(event: ev.AwayChanged) -> Iterator[str]:
    yield fit_line("AWAY", *([event.message] if event.message else []), source=event.who.mask)


def _nothing(event: ev.Event) -> Iterator[str]:
    return iter(())


def _user_modes(event: ev.UserModesChanged) -> Iterator[str]:
    yield fit_line("MODE", event.who.nick, *changes(event.changes), source=event.who.mask)


def _joined(event: ev.Joined) -> Iterator[str]:
    yield fit_line("JOIN", event.room, source=event.who.mask)


def _joined_away(event: ev.Joined) -> Iterator[str]:
    yield from _joined(event)
    if event.away:
        yield fit_line("AWAY", event.away, source=event.who.mask)


def _left(event: ev.Left) -> Iterator[str]:
    yield fit_line("PART", event.room, *([event.reason] if event.reason else []), source=event.who.mask)


def _kicked(event: ev.Kicked) -> Iterator[str]:
    yield fit_line("KICK", event.room, event.nick, event.reason or event.who.nick, source=event.who.mask)


def _invited(event: ev.Invited) -> Iterator[str]:
    yield fit_line("INVITE", event.nick, event.room, source=event.who.mask)


def _topic(event: ev.TopicChanged) -> Iterator[str]:
    yield fit_line("TOPIC", event.room, event.text, source=event.who.mask)


def _modes(event: ev.ModesChanged) -> Iterator[str]:
    source = event.who.mask
    for some in packed(event.changes, room_after("MODE", event.room, source=source), _size_of_change):
        yield fit_line("MODE", event.room, *changes(some), source=source)


def _size_of_change(change: Change) -> int:
    return len("+b") + size_of(change.value)  # and a space, as everything packed


def changes(done: Sequence[Change]) -> list[str]:
    """Changes of modes as parameters: the letters with their signs, then the values."""
    letters, sign = "", ""
    for change in done:
        wanted = "+" if change.adding else "-"
        letters += change.letter if sign == wanted else wanted + change.letter
        sign = wanted
    return [letters, *(change.value for change in done if change.value)]


_TELL: dict[type[ev.Event], Callable[[Any], Iterator[str]]] = {
    ev.Said: _said,
    ev.Told: _told,
    ev.Quit: _quit,
    ev.Renamed: _renamed,
    ev.AwayChanged: _nothing,
    ev.UserModesChanged: _user_modes,
    ev.Joined: _joined,
    ev.Left: _left,
    ev.Kicked: _kicked,
    ev.Invited: _invited,
    ev.TopicChanged: _topic,
    ev.ModesChanged: _modes,
}
_TELL_NOTIFYING = _TELL | {ev.AwayChanged: _away, ev.Joined: _joined_away}  # IRCv3 away-notify
# What IRC has no line for, on purpose; a test holds that each kind is in one of the two tables.
UNTOLD = frozenset((ev.Entered, ev.Faced, ev.Ignored, ev.Unignored, ev.Opened, ev.Closed))
