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
from chatroom.dialects.irc import props
from chatroom.dialects.irc.lines import fit_line, packed, room_after, size_of
from chatroom.wire.irc import MAX_LINE, format_tags, split_text

Capabilities = frozenset[str]
RELAYMSG = "draft/relaymsg"  # the capability, and the tag that says who passed something on
_WITH_TAGS = (ev.Said, ev.Told, ev.Tagged, ev.TaggedTo)
EVERYBODY = "$*"  # the target of what is said to all (RFC 2812 section 3.3.1)
MOST_REPEATED = 512  # bytes of tags that every line of a message may have
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
        """The same, with tags of the occasion, such as the batch it belongs to."""
        event = record.event
        if isinstance(event, (ev.Said, ev.Told)):
            return self._talk(record, event, more_tags)
        tell = _TELL.get(type(event))
        lines = list(tell(event, self.capabilities)) if tell else []
        return _tagged(lines, self._tags(record, more_tags))

    def _talk(self, record: Record, event: ev.Said | ev.Told, more_tags: dict[str, str]) -> bytes:
        if isinstance(event, ev.Said):
            mask, target = event.speaker.mask, event.to + event.room
        else:
            mask, target = event.who.mask, event.to.nick
        start = f":{mask} {_COMMANDS[event.manner]} {target} :"
        end = ""
        if event.manner is Manner.ACTION:
            start, end = start + "\x01ACTION ", "\x01"
        pieces = _pieces(event, MAX_LINE - size_of(start) - len(end))
        tags = self._tags(record, more_tags)
        if len(pieces) > 1 and {"batch", "draft/multiline"} <= self.capabilities:
            lines = [(start + piece + end, is_joined) for piece, is_joined in pieces]
            return _batched(mask, f"m{record.number}", target, lines, tags)
        return _tagged([start + piece + end for piece, _ in pieces if piece], tags)

    def _tags(self, record: Record, more_tags: dict[str, str]) -> dict[str, str]:
        """Those of clients come last: only they can be long (IRCv3 message-tags)."""
        capabilities, event = self.capabilities, record.event
        if not capabilities:
            return more_tags
        tags = {}
        if "server-time" in capabilities:
            tags["time"] = timestamp(record.time)
        if "message-tags" in capabilities:
            if event.stored and record.number:
                tags["msgid"] = f"{self.log}-{record.number}"
            if event.who.is_bot:
                tags["bot"] = ""
        if "account-tag" in capabilities and event.who.account:
            tags["account"] = event.who.account
        if isinstance(event, ev.Said) and event.relayed and RELAYMSG in capabilities:
            tags[RELAYMSG] = event.who.nick
        tags.update(more_tags)
        if isinstance(event, _WITH_TAGS) and event.tags and "message-tags" in capabilities:
            tags.update(event.tags)
        return tags


def _tagged(lines: Sequence[str], tags: dict[str, str]) -> bytes:
    """Lines with their tags; the msgid names the first alone, and long tags of a client's own come once."""
    first = format_tags(tags)
    if len(lines) < 2:
        return "".join([f"{first}{line}\r\n" for line in lines]).encode()
    once = ("msgid",) if len(first) < MOST_REPEATED else ("msgid", *(name for name in tags if name.startswith("+")))
    later = format_tags({name: value for name, value in tags.items() if name not in once})
    return "".join([f"{first}{lines[0]}\r\n", *(f"{later}{line}\r\n" for line in lines[1:])]).encode()


def _batched(mask: str, reference: str, target: str, lines: list[tuple[str, bool]], tags: dict[str, str]) -> bytes:
    """A message of several lines, as a batch of its own (IRCv3 multiline); with each whether it continues one."""
    plain, joined = {"batch": reference}, {"batch": reference, "draft/multiline-concat": ""}
    outer = {name: value for name, value in tags.items() if name == "batch"}
    told = [
        f"{format_tags(tags)}:{mask} BATCH +{reference} draft/multiline {target}",
        *(format_tags(joined if is_joined else plain) + line for line, is_joined in lines),
        f"{format_tags(outer)}:{mask} BATCH -{reference}",
    ]
    return "".join(f"{line}\r\n" for line in told).encode()


def _pieces(event: ev.Said | ev.Told, room: int) -> list[tuple[str, bool]]:
    """What was said in pieces of at most `room` bytes; with each, whether it goes on in the same line."""
    text = event.text
    if len(text) * 4 <= room and not event.cuts and "\n" not in text:  # nearly always
        return [(text, False)]
    return _split(text, event.cuts, room)


def _split(text: str, cuts: Sequence[int], room: int) -> list[tuple[str, bool]]:
    pieces, at = [], 0
    for line in text.split("\n"):
        ends = [cut - at for cut in cuts if at < cut < at + len(line)]
        parts = [line[start:end] for start, end in zip([0, *ends], [*ends, len(line)], strict=True)]
        split = [piece for part in parts for piece in split_text(part, room)]
        pieces += [(piece, index > 0) for index, piece in enumerate(split)]
        at += len(line) + 1
    return pieces


@lru_cache(maxsize=1024)
def flavour(capabilities: frozenset[str], log: str) -> IrcFlavour:
    """The one flavour for connections with these capabilities."""
    return IrcFlavour(capabilities, log)


def timestamp(time: int) -> str:
    """`time` (ms) as IRCv3 server-time writes it."""
    return f"{datetime.fromtimestamp(time // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{time % 1000:03d}Z"


def _tagmsg(event: ev.Tagged, capabilities: Capabilities) -> Iterator[str]:
    if "message-tags" in capabilities:
        yield fit_line("TAGMSG", event.to + event.room, source=event.who.mask)


def _tagmsg_to(event: ev.TaggedTo, capabilities: Capabilities) -> Iterator[str]:
    if "message-tags" in capabilities:
        yield fit_line("TAGMSG", event.to.nick, source=event.who.mask)


def _quit(event: ev.Quit, capabilities: Capabilities) -> Iterator[str]:
    yield fit_line("QUIT", event.reason, source=event.who.mask)


def _renamed(event: ev.Renamed, capabilities: Capabilities) -> Iterator[str]:
    yield fit_line("NICK", event.nick, source=event.who.mask)


def _account(event: ev.AccountChanged, capabilities: Capabilities) -> Iterator[str]:
    if "account-notify" in capabilities:
        yield fit_line("ACCOUNT", event.account or "*", source=event.who.mask)


def _away(event: ev.AwayChanged, capabilities: Capabilities) -> Iterator[str]:
    if "away-notify" in capabilities:
        yield fit_line("AWAY", *([event.message] if event.message else []), source=event.who.mask)


def _realname(event: ev.RealnameChanged, capabilities: Capabilities) -> Iterator[str]:
    if "setname" in capabilities:
        yield fit_line("SETNAME", event.realname, source=event.who.mask)


def _host(event: ev.HostChanged, capabilities: Capabilities) -> Iterator[str]:
    if "chghost" in capabilities:
        yield fit_line("CHGHOST", event.username, event.host, source=event.who.mask)


def _user_modes(event: ev.UserModesChanged, capabilities: Capabilities) -> Iterator[str]:
    if props.CAPABILITY in capabilities:
        yield from props.told(event.who.nick, event.changes, props.USER_NAMES, event.who.mask)
    else:
        yield fit_line("MODE", event.who.nick, *changes(event.changes), source=event.who.mask)


def _joined(event: ev.Joined, capabilities: Capabilities) -> Iterator[str]:
    more = (event.who.account or "*", event.realname) if "extended-join" in capabilities else ()
    yield fit_line("JOIN", event.room, *more, source=event.who.mask)
    if event.away and "away-notify" in capabilities:
        yield fit_line("AWAY", event.away, source=event.who.mask)


def _left(event: ev.Left, capabilities: Capabilities) -> Iterator[str]:
    yield fit_line("PART", event.room, *([event.reason] if event.reason else []), source=event.who.mask)


def _kicked(event: ev.Kicked, capabilities: Capabilities) -> Iterator[str]:
    yield fit_line("KICK", event.room, event.nick, event.reason or event.who.nick, source=event.who.mask)


def _invited(event: ev.Invited, capabilities: Capabilities) -> Iterator[str]:
    yield fit_line("INVITE", event.nick, event.room, source=event.who.mask)


def _invite_seen(event: ev.InviteSeen, capabilities: Capabilities) -> Iterator[str]:
    if "invite-notify" in capabilities:
        yield fit_line("INVITE", event.nick, event.room, source=event.who.mask)


def _topic(event: ev.TopicChanged, capabilities: Capabilities) -> Iterator[str]:
    yield fit_line("TOPIC", event.room, event.text, source=event.who.mask)


def _modes(event: ev.ModesChanged, capabilities: Capabilities) -> Iterator[str]:
    source = event.who.mask
    if props.CAPABILITY in capabilities:
        yield from props.told(event.room, event.changes, props.ROOM_NAMES, source)
        return
    for some in packed(event.changes, room_after("MODE", event.room, source=source), _size_of_change):
        yield fit_line("MODE", event.room, *changes(some), source=source)


def _room_renamed(event: ev.RoomRenamed, capabilities: Capabilities) -> Iterator[str]:
    if "draft/channel-rename" in capabilities:  # see irc.watch for the others
        yield fit_line("RENAME", event.room, event.name, event.reason, source=event.who.mask)


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


def _announced(event: ev.Announced, capabilities: Capabilities) -> Iterator[str]:
    verb = ("NOTICE", EVERYBODY) if event.is_for_all else ("WALLOPS",)
    yield fit_line(*verb, event.text, source=event.who.mask)


def _redacted(event: ev.Redacted, capabilities: Capabilities) -> Iterator[str]:
    if "draft/message-redaction" in capabilities:
        reason = [event.reason] if event.reason else []
        yield fit_line("REDACT", event.target, event.msgid, *reason, source=event.who.mask)


_TELL: dict[type[ev.Event], Callable[[Any, Capabilities], Iterator[str]]] = {
    ev.Tagged: _tagmsg,
    ev.TaggedTo: _tagmsg_to,
    ev.Quit: _quit,
    ev.Renamed: _renamed,
    ev.AccountChanged: _account,
    ev.AwayChanged: _away,
    ev.RealnameChanged: _realname,
    ev.HostChanged: _host,
    ev.UserModesChanged: _user_modes,
    ev.Joined: _joined,
    ev.Left: _left,
    ev.Kicked: _kicked,
    ev.Invited: _invited,
    ev.InviteSeen: _invite_seen,
    ev.TopicChanged: _topic,
    ev.ModesChanged: _modes,
    ev.RoomRenamed: _room_renamed,
    ev.Redacted: _redacted,
    ev.Announced: _announced,
}
# What IRC has no line for, on purpose; a test holds that each kind is told somewhere or stands here.
UNTOLD = frozenset(
    (
        *(ev.Barred, ev.Unbarred, ev.OfficeChanged),  # operators of the server are told by a reply
        *(ev.ReadMarked, ev.Entered, ev.Killed, ev.Ghosted, ev.Faced, ev.Ignored, ev.Unignored, ev.Opened, ev.Closed),
        *(ev.Accepted, ev.Unaccepted, ev.MetadataChanged, ev.RoomMetadataChanged),  # see irc.watch for these two
        *(ev.Registered, ev.Granted),  # the modes that follow tell it
        ev.TokenChanged,
    )
)
