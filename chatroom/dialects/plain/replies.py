"""Replies as sentences: one function for each, giving lines. Warm, short, and saying what to do next."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from chatroom.core import replies as re_
from chatroom.core.account_replies import HeldBack, MissedTalk, RoomResumed
from chatroom.core.events import Record
from chatroom.core.names import is_room
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import EVERYTHING, HelpEntry, Reply
from chatroom.core.spans import in_words
from chatroom.core.user import ABSENT, User
from chatroom.dialects.plain.accounts import ACCOUNTS
from chatroom.dialects.plain.context import Context
from chatroom.dialects.plain.events import sentence
from chatroom.dialects.plain.order import ORDER
from chatroom.dialects.plain.rooms import ROOMS, people_of
from chatroom.dialects.plain.text import count, listing, safe
from chatroom.dialects.plain.tokens import TOKENS

WIDTH = 78
MOST_NAMES = 12  # named when somebody comes in; /names has the rest


def lines(reply: Reply, context: Context) -> Iterator[str]:
    """The lines that tell `reply`."""
    yield from _TELL[type(reply)](reply, context)


def _welcomed(reply: re_.Welcomed, context: Context) -> Iterator[str]:
    yield f"-- Welcome, {reply.user.nick}. Type to talk; /help shows what else you can do."


def _room_shown(reply: re_.RoomShown, context: Context) -> Iterator[str]:
    room = reply.room
    yield from _page(reply.tail, context)
    others = [user.nick for user in people_of(room, reply.people) if user.nick != context.nick]
    if others:
        more = len(others) - MOST_NAMES
        named = others[:MOST_NAMES] + ([f"{more} more"] if more > 0 else [])
        yield f"-- You are in {room.name} with {listing(named)}."
    else:
        yield f"-- You are in {room.name}, alone for now. What you say is kept; /rooms shows others."
    if room.topic:
        yield f"-- Topic: {safe(room.topic.text)}"


def _people(reply: re_.PeopleShown, context: Context) -> Iterator[str]:
    if is_room(reply.query) and reply.room is None:
        yield f"-- {safe(Refused(Why.NO_SUCH_ROOM, room=reply.query).sentence)}"
        return
    where = f" in {reply.query}" if reply.room else f" called {safe(reply.query)}" if reply.query.strip("*") else ""
    who = " who run the server" if "o" in reply.options else ""
    yield f"-- {count(len(reply.people), 'person', 'people')}{where}{who}:"
    for user in reply.people:
        rooms = "" if reply.room else f"  {' '.join(room.name for room in user.rooms.values() if not room.is_private)}"
        yield f"   {user.nick:<20}{rooms}{_marks(user)}".rstrip()


def _marks(user: User) -> str:
    """What is worth a word in a list of people."""
    marks = [word for word, holds in (("bot", user.who.is_bot), ("runs the server", user.is_server_operator)) if holds]
    marks += [_away(user)] if user.away else []
    return f"  ({', '.join(marks)})" if marks else ""


def _away(user: User) -> str:
    return "away" if user.away == ABSENT else f"away: {safe(user.away)}"


def _person(reply: re_.PersonShown, context: Context) -> Iterator[str]:
    user = reply.user
    rooms = listing([room.name for room in reply.rooms]) or "no room you can see"
    yield f"-- {user.nick} ({user.who.username}@{user.who.host})" + (
        f": {safe(user.realname)}" if user.realname else ""
    )
    yield f"   in {rooms}"
    yield f"   here since {context.moment(user.since):%Y-%m-%d %H:%M}, silent for {in_words(reply.idle_seconds)}"
    if user.away:
        yield f"   {_away(user)}"
    if standing := list(_standing(user)):
        yield f"   {', '.join(standing)}"
    if reply.sees_address:
        whose, who_else = ("your ", "you") if user.nick == context.nick else ("", "they")
        yield f"   {whose}address: {user.address} (only {who_else} and who runs the server see it)"


def _standing(user: User) -> Iterator[str]:
    """What somebody is beside a person."""
    if user.is_server_operator:
        yield "runs the server"
    if user.who.is_bot:
        yield "a bot"
    if user.who.account:
        yield f"logged in as {user.who.account}"
    if user.is_secure:
        yield "here over TLS"


def _past(reply: re_.PastShown, context: Context) -> Iterator[str]:
    yield f"-- Called {safe(reply.nick)} before, the last first:"
    for gone in reply.gone:
        address = f" from {gone.address}" if reply.sees_address and gone.address else ""
        realname = f": {safe(gone.realname)}" if gone.realname else ""
        until = f"{context.moment(gone.time):%Y-%m-%d %H:%M}"
        yield f"   {gone.who.nick} ({gone.who.username}@{gone.who.host}){address}, until {until}{realname}"


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


def _missed(reply: MissedTalk, context: Context) -> Iterator[str]:
    yield from _page(re_.Page(reply.nick, reply.records, "missed"), context)


def _line(record: Record, context: Context, facing: str) -> Iterator[str]:
    if line := sentence(record.event, facing):
        first, *more = line.split("\n")
        yield f"   {context.moment(record.time):%H:%M} {first}"
        yield from (f"{'':9}{other}" for other in more)


_TITLES = {
    "tail": "Lately in {}",
    "last": "Last in {}",
    "since": "In {} since then",
    "search": "Found for {}",
    "private": "Last with {}",
    "missed": "With {}, while you were not connected",
}
_NOTHING = {
    "last": "There is nothing to show of {}.",
    "since": "There is nothing to show of {} since then.",
    "search": "Nothing found for {} in your rooms. Whole words only; all of them must be in it.",
    "private": "There is nothing to show of you and {}.",
}
_MORE = {
    "tail": "There is more: /last 50",
    "last": "There is more: /last 200, or /since 2d",
    "since": "There is more after that; begin later, such as /since 1h",
    "search": "There is more; add a word to find less.",
    "private": "There is more: /private {} 200",
}


def _marker(reply: re_.MarkerShown, context: Context) -> Iterator[str]:
    if reply.time:
        yield f"-- You have read {safe(reply.target)} up to {context.moment(reply.time):%Y-%m-%d %H:%M}."
    else:
        yield f"-- Nothing of {safe(reply.target)} is marked as read."


def _ignored(reply: re_.IgnoredShown, context: Context) -> Iterator[str]:
    yield f"-- You are ignoring {listing(list(reply.nicks))}." if reply.nicks else "-- You are ignoring nobody."


def _ignore_changed(reply: re_.IgnoreChanged, context: Context) -> Iterator[str]:
    if reply.is_ignored:
        yield f"-- You no longer hear {reply.nick}. /unignore {reply.nick} takes that back."
    else:
        yield f"-- You hear {reply.nick} again."


def _away_marked(reply: re_.AwayMarked, context: Context) -> Iterator[str]:
    if reply.message:
        seen = "" if reply.is_seen else " Others see it when all your connections are."
        yield f"-- You are marked as away. /back when you are.{seen}"
    else:
        yield "-- Welcome back." if reply.is_new else "-- You are not away. To be away, and say why: /away lunch"


def _is_absent(reply: re_.IsAbsent, context: Context) -> Iterator[str]:
    yield f"-- {reply.name} is not here. It is kept for them, and they can read it when they are back."


def _skipped(reply: re_.Skipped, context: Context) -> Iterator[str]:
    since, until = (f"{context.moment(time):%Y-%m-%d %H:%M:%S}" for time in (reply.since, reply.until))
    yield f"-- Skipped: what was said from {since} to {until}. You read too slowly, and it is not kept any more."
    yield "-- What came after that follows; /last 200 and /since 1h read it again."


def _said_before(reply: re_.SaidBefore, context: Context) -> Iterator[str]:
    yield "-- That was said already; it is not said again."


def _is_away(reply: re_.IsAway, context: Context) -> Iterator[str]:
    yield f"-- {reply.user.nick} is {_away(reply.user)}"


def _realname_marked(reply: re_.RealnameMarked, context: Context) -> Iterator[str]:
    yield f"-- Your real name is {safe(reply.realname)} now."


def _host_marked(reply: re_.HostMarked, context: Context) -> Iterator[str]:
    yield f"-- Others see {reply.nick} at {reply.host} now."


def _accepted(reply: re_.AcceptedShown, context: Context) -> Iterator[str]:
    whom = listing(list(reply.nicks)) if reply.nicks else "nobody"
    yield f"-- Guests you hear in private, also with /usermode +R: {whom}."


def _accept_changed(reply: re_.AcceptChanged, context: Context) -> Iterator[str]:
    if reply.is_accepted:
        yield f"-- You hear {reply.nick} in private. /accept -{reply.nick} takes that back."
    else:
        yield f"-- You make no exception for {reply.nick} any more."


def _said_of(reply: re_.MetadataShown, context: Context) -> Iterator[str]:
    if not reply.values:
        yield f"-- Nothing is said of {reply.target}. /describe says something of you, or of a room you run."
        return
    yield f"-- What is said of {reply.target}:"
    width = max(map(len, reply.values))
    yield from (f"   {key:<{width}}  {safe(value)}" for key, value in reply.values.items())


def _described_so(reply: re_.MetadataMarked, context: Context) -> Iterator[str]:
    if reply.value:
        yield f"-- This is said of {reply.target} now: {reply.key}: {safe(reply.value)}"
    else:
        yield f"-- Nothing is said of {reply.target} under {reply.key}."


def _undescribed(reply: re_.MetadataCleared, context: Context) -> Iterator[str]:
    yield f"-- Nothing is said of {reply.target} any more."


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


def _held_back(reply: HeldBack, context: Context) -> Iterator[str]:
    yield "-- The server can't write to its disk. What you sent last waits until it can, and is shown then."


def _uptime(reply: re_.UptimeShown, context: Context) -> Iterator[str]:
    yield f"-- Up for {in_words(reply.seconds)}, since {context.moment(reply.since):%Y-%m-%d %H:%M}."


def _time(reply: re_.TimeShown, context: Context) -> Iterator[str]:
    yield f"-- It is {context.moment(reply.time):%Y-%m-%d %H:%M:%S %Z} here."


def _goodbye(reply: re_.Goodbye, context: Context) -> Iterator[str]:
    yield f"-- {reply.reason}" if reply.reason else "-- Goodbye. Come back soon."


def _became_operator(reply: re_.BecameOperator, context: Context) -> Iterator[str]:
    yield "-- You are an operator of the server now. /usermode -o lays that down."


def _reloaded(reply: re_.Reloaded, context: Context) -> Iterator[str]:
    yield "-- The configuration was read again."


def _admin(reply: re_.AdminShown, context: Context) -> Iterator[str]:
    yield f"-- This server is run by {safe(reply.text)}"


_TELL: dict[type[Reply], Callable[[Any, Context], Iterator[str]]] = {
    **ROOMS,
    **ACCOUNTS,
    **ORDER,
    **TOKENS,
    re_.RoomShown: _room_shown,
    RoomResumed: _room_shown,
    MissedTalk: _missed,
    HeldBack: _held_back,
    re_.Welcomed: _welcomed,
    re_.Page: _page,
    re_.MarkerShown: _marker,
    re_.PeopleShown: _people,
    re_.PersonShown: _person,
    re_.IgnoredShown: _ignored,
    re_.IgnoreChanged: _ignore_changed,
    re_.AwayMarked: _away_marked,
    re_.IsAbsent: _is_absent,
    re_.Skipped: _skipped,
    re_.SaidBefore: _said_before,
    re_.IsAway: _is_away,
    re_.PastShown: _past,
    re_.RealnameMarked: _realname_marked,
    re_.HostMarked: _host_marked,
    re_.AcceptedShown: _accepted,
    re_.AcceptChanged: _accept_changed,
    re_.MetadataShown: _said_of,
    re_.MetadataMarked: _described_so,
    re_.MetadataCleared: _undescribed,
    re_.UserModesShown: _user_modes,
    re_.HelpShown: _help,
    re_.MotdShown: _motd,
    re_.CountsShown: _counts,
    re_.BecameOperator: _became_operator,
    re_.Reloaded: _reloaded,
    re_.AdminShown: _admin,
    re_.StatusShown: _status,
    re_.VersionShown: _version,
    re_.UptimeShown: _uptime,
    re_.TimeShown: _time,
    re_.Goodbye: _goodbye,
}
