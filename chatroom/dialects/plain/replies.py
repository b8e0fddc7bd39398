"""Replies as sentences: one function for each, giving lines. Warm, short, and saying what to do next."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any

from chatroom.core import replies as re_
from chatroom.core.events import Record
from chatroom.core.names import is_room
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import EVERYTHING, HelpEntry, Reply
from chatroom.core.room import Room
from chatroom.dialects.plain.events import sentence
from chatroom.dialects.plain.text import count, listing, safe, span

WIDTH = 78
MOST_NAMES = 12  # named when somebody comes in; /names has the rest


class Context:
    """What sentences depend on beside the reply: the zone of times, and the reader's own nick."""

    def __init__(self, zone: tzinfo | None, nick: str) -> None:
        self.zone = zone
        self.nick = nick

    def moment(self, time: int) -> datetime:
        """`time` (ms) as the reader's clock shows it."""
        return datetime.fromtimestamp(time / 1000, self.zone).astimezone(self.zone)


def lines(reply: Reply, context: Context) -> Iterator[str]:
    """The lines that tell `reply`."""
    yield from _TELL[type(reply)](reply, context)


def _welcomed(reply: re_.Welcomed, context: Context) -> Iterator[str]:
    yield f"-- Welcome, {reply.user.nick}. Type to talk; /help shows what else you can do."


def _room_shown(reply: re_.RoomShown, context: Context) -> Iterator[str]:
    room = reply.room
    yield from _page(reply.tail, context)
    others = [user.nick for user in room.members if user.nick != context.nick]
    if others:
        more = len(others) - MOST_NAMES
        named = others[:MOST_NAMES] + ([f"{more} more"] if more > 0 else [])
        yield f"-- You are in {room.name} with {listing(named)}."
    else:
        yield f"-- You are in {room.name}, alone for now. What you say is kept; /rooms shows other rooms."
    if room.topic:
        yield f"-- Topic: {safe(room.topic.text)}"


def _has_left(reply: re_.HasLeft, context: Context) -> Iterator[str]:
    after = f"You are talking in {reply.facing.name} now." if reply.facing else "/rooms lists where to go."
    yield f"-- You left {reply.name}. {after}"


def _names(reply: re_.NamesShown, context: Context) -> Iterator[str]:
    members = sorted(reply.room.members, key=lambda user: (not reply.room.is_operator(user), user.folded))
    names = " ".join(f"{reply.room.prefixes(user)[:1]}{user.nick}" for user in members)
    yield f"-- {count(len(members), 'person', 'people')} in {reply.room.name}:"
    yield from textwrap.wrap(names, WIDTH, initial_indent="   ", subsequent_indent="   ")


def _topic(reply: re_.TopicShown, context: Context) -> Iterator[str]:
    room = reply.room
    if room.topic is None:
        yield f"-- {room.name} has no topic. /topic <text> gives it one."
        return
    nick = room.topic.by.partition("!")[0]
    yield f"-- Topic of {room.name}: {safe(room.topic.text)}"
    yield f"   set by {nick}, {context.moment(room.topic.time):%Y-%m-%d %H:%M}"


def _rooms(reply: re_.RoomsShown, context: Context) -> Iterator[str]:
    yield f"-- {count(len(reply.rooms), 'room')}:"
    for room in reply.rooms:
        about = f"  {safe(room.topic.text)}" if room.topic else ""
        yield f"   {room.name:<20} {_inside(room):>10}{about}"
    yield "   /join #name goes to one, or makes a new one."


def _inside(room: Room) -> str:
    return f"{len(room.members)} here" if room.members else "nobody"


def _people(reply: re_.PeopleShown, context: Context) -> Iterator[str]:
    if is_room(reply.query) and reply.room is None:
        yield f"-- {safe(Refused(Why.NO_SUCH_ROOM, room=reply.query).sentence)}"
        return
    where = f" in {reply.query}" if reply.room else f" called {safe(reply.query)}" if reply.query else ""
    yield f"-- {count(len(reply.people), 'person', 'people')}{where}:"
    for user in reply.people:
        rooms = "" if reply.room else f"  {' '.join(room.name for room in user.rooms.values() if not room.is_private)}"
        away = f"  (away: {safe(user.away)})" if user.away else ""
        yield f"   {user.nick:<20}{rooms}{away}".rstrip()


def _person(reply: re_.PersonShown, context: Context) -> Iterator[str]:
    user = reply.user
    rooms = listing([room.name for room in reply.rooms]) or "no room you can see"
    yield f"-- {user.nick} ({user.who.username}@{user.who.host})" + (
        f": {safe(user.realname)}" if user.realname else ""
    )
    yield f"   in {rooms}"
    yield f"   here since {context.moment(user.since):%Y-%m-%d %H:%M}, silent for {span(reply.idle_seconds)}"
    if user.away:
        yield f"   away: {safe(user.away)}"
    if reply.sees_address:
        yield f"   your address: {user.address} (only you and who runs the server see it)"


def _page(reply: re_.Page, context: Context) -> Iterator[str]:
    if not reply.records:
        if reply.asked != "tail":
            yield f"-- {_NOTHING[reply.asked].format(safe(reply.subject))}"
        return
    yield f"-- {_TITLES[reply.asked].format(safe(reply.subject))} ({context.moment(reply.records[-1].time):%Z}):"
    for day, records in groupby(reply.records, lambda record: context.moment(record.time).date()):
        yield f"   {day}"
        for record in records:
            yield from _line(record, context, "" if reply.asked == "search" else reply.subject)
    if reply.has_more:
        yield f"-- {_MORE[reply.asked].format(reply.subject)}"


def _line(record: Record, context: Context, facing: str) -> Iterator[str]:
    if line := sentence(record.event, facing):
        yield f"   {context.moment(record.time):%H:%M} {line}"


_TITLES = {"tail": "Lately in {}", "last": "Last in {}", "since": "In {} since then", "search": "Found for {}"}
_NOTHING = {
    "last": "There is nothing to show of {}.",
    "since": "There is nothing to show of {} since then.",
    "search": "Nothing found for {} in your rooms. Whole words only; all of them must be in it.",
}
_MORE = {
    "tail": "There is more: /last 50",
    "last": "There is more: /last 200, or /since 2d",
    "since": "There is more after that; begin later, such as /since 1h",
    "search": "There is more; add a word to find less.",
}


def _ignored(reply: re_.IgnoredShown, context: Context) -> Iterator[str]:
    yield f"-- You are ignoring {listing(list(reply.nicks))}." if reply.nicks else "-- You are ignoring nobody."


def _ignore_changed(reply: re_.IgnoreChanged, context: Context) -> Iterator[str]:
    if reply.is_ignored:
        yield f"-- You no longer hear {reply.nick}. /unignore {reply.nick} takes that back."
    else:
        yield f"-- You hear {reply.nick} again."


def _away_marked(reply: re_.AwayMarked, context: Context) -> Iterator[str]:
    if reply.message:
        yield "-- You are marked as away. /back when you are."
    else:
        yield "-- Welcome back." if reply.is_new else "-- You are not away. To be away, and say why: /away lunch"


def _is_away(reply: re_.IsAway, context: Context) -> Iterator[str]:
    yield f"-- {reply.user.nick} is away: {safe(reply.user.away)}"


def _invite_sent(reply: re_.InviteSent, context: Context) -> Iterator[str]:
    yield f"-- {reply.nick} is invited to {reply.room.name}."


def _modes(reply: re_.ModesShown, context: Context) -> Iterator[str]:
    letters = "".join(reply.room.modes) or "none"
    yield f"-- Modes of {reply.room.name}: +{letters}. Operators change them, as in /mode +m"


def _listed(reply: re_.ListShown, context: Context) -> Iterator[str]:
    masks = reply.room.lists[reply.letter].values()
    yield f"-- {count(len(masks), 'mask')} on list {reply.letter} of {reply.room.name}:"
    for entry in masks:
        yield f"   {safe(entry.mask)}  by {entry.by.partition('!')[0]}, {context.moment(entry.time):%Y-%m-%d %H:%M}"


def _user_modes(reply: re_.UserModesShown, context: Context) -> Iterator[str]:
    yield f"-- Your modes: +{''.join(reply.user.modes)}"


def _help(reply: re_.HelpShown, context: Context) -> Iterator[str]:
    if reply.subject not in ("", EVERYTHING):
        for entry in reply.entries:
            yield f"-- /{entry.usage}"
            yield f"   {entry.sentence}"
            if entry.aliases:
                yield f"   also: {' '.join('/' + alias for alias in entry.aliases)}"
        return
    yield "-- Type to talk in the room you face. A line that begins with / is a command:"
    tell = _described if reply.subject else _named
    for section, entries in groupby(reply.entries, lambda entry: entry.section):
        yield from tell(section, list(entries))
    yield f"   /help <command> says more, /help {EVERYTHING} shows everything; // says a single /."


def _named(section: str, entries: Sequence[HelpEntry]) -> Iterator[str]:
    """The commands of one section, by name: a screen of 24 lines has room for all."""
    names = " ".join(f"/{entry.usage.partition(' ')[0]}" for entry in entries)
    yield from textwrap.wrap(names, WIDTH, initial_indent=f"   {section:<14} ", subsequent_indent=" " * 18)


def _described(section: str, entries: Sequence[HelpEntry]) -> Iterator[str]:
    """The commands of one section, each with what it is for."""
    yield f"   {section}"
    width = max(map(len, (entry.usage for entry in entries)))
    for entry in entries:
        what = entry.sentence.partition(": ")[0].partition("; ")[0].rstrip(".")
        start = f"     /{entry.usage:<{width}}  "
        yield from textwrap.wrap(what, WIDTH, initial_indent=start, subsequent_indent=" " * len(start))


def _motd(reply: re_.MotdShown, context: Context) -> Iterator[str]:
    yield from (f"-- {line}" for line in reply.lines or ["There is no message of the day."])


def _counts(reply: re_.CountsShown, context: Context) -> Iterator[str]:
    people, rooms = count(reply.people, "person", "people"), count(reply.rooms, "room")
    yield f"-- {people}, {rooms}; the most at once was {reply.most}."


def _status(reply: re_.StatusShown, context: Context) -> Iterator[str]:
    yield "-- How the server does:"
    width = max(map(len, reply.facts), default=0)
    yield from (f"   {name:<{width}}  {value}" for name, value in reply.facts.items())


def _version(reply: re_.VersionShown, context: Context) -> Iterator[str]:
    yield f"-- This is {reply.version}."


def _uptime(reply: re_.UptimeShown, context: Context) -> Iterator[str]:
    yield f"-- Up for {span(reply.seconds)}, since {context.moment(reply.since):%Y-%m-%d %H:%M}."


def _time(reply: re_.TimeShown, context: Context) -> Iterator[str]:
    yield f"-- It is {context.moment(reply.time):%Y-%m-%d %H:%M:%S %Z} here."


def _goodbye(reply: re_.Goodbye, context: Context) -> Iterator[str]:
    yield f"-- {reply.reason}" if reply.reason else "-- Goodbye. Come back soon."


_TELL: dict[type[Reply], Callable[[Any, Context], Iterator[str]]] = {
    re_.Welcomed: _welcomed,
    re_.Page: _page,
    re_.RoomShown: _room_shown,
    re_.HasLeft: _has_left,
    re_.NamesShown: _names,
    re_.TopicShown: _topic,
    re_.RoomsShown: _rooms,
    re_.PeopleShown: _people,
    re_.PersonShown: _person,
    re_.IgnoredShown: _ignored,
    re_.IgnoreChanged: _ignore_changed,
    re_.AwayMarked: _away_marked,
    re_.IsAway: _is_away,
    re_.InviteSent: _invite_sent,
    re_.ModesShown: _modes,
    re_.ListShown: _listed,
    re_.UserModesShown: _user_modes,
    re_.HelpShown: _help,
    re_.MotdShown: _motd,
    re_.CountsShown: _counts,
    re_.StatusShown: _status,
    re_.VersionShown: _version,
    re_.UptimeShown: _uptime,
    re_.TimeShown: _time,
    re_.Goodbye: _goodbye,
}
