"""What is told of keeping order, as sentences: who is banned, muted, let in; who did what; who runs the server."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from chatroom.core import events as ev
from chatroom.core import order_replies as re_
from chatroom.core.listed import Listed
from chatroom.core.modes import MUTE
from chatroom.core.replies import Reply
from chatroom.core.spans import in_words, left
from chatroom.dialects.plain.context import Context
from chatroom.dialects.plain.events import sentence
from chatroom.dialects.plain.rooms import WIDTH, privileges
from chatroom.dialects.plain.text import because, listing, safe


def _bans(reply: re_.BansShown, context: Context) -> Iterator[str]:
    entries = reply.room.lists["b"].values()
    if not entries:
        yield f"-- Nobody is banned or muted in {reply.room.name}. /ban and /mute do that: /mute <nick> 10m <reason>"
        return
    yield f"-- Banned or muted in {reply.room.name}; /unban and /unmute take it back:"
    for entry in entries:
        what = "muted " if entry.mask.startswith(MUTE) else "banned"
        yield f"   {what}  {_held(entry, reply.time, context)}"


def _held(entry: Listed, now: int, context: Context) -> str:
    """One who is on a list: who, by which mask, by whom, since when, for how much longer, why."""
    mask = entry.mask.removeprefix(MUTE)
    whom = f"{entry.about} ({mask})" if entry.about not in ("", mask) else mask
    why = f": {entry.reason}" if entry.reason else ""
    since = f"{context.moment(entry.time):%Y-%m-%d %H:%M}"
    return safe(f"{whom}  by {entry.by.partition('!')[0]}, {since}{left(entry.until, now)}{why}")


def _allowed(reply: re_.AllowedShown, context: Context) -> Iterator[str]:
    room = reply.room
    closed = "closed to others now" if "i" in room.modes else "open to everybody now; /lockdown closes it"
    yield f"-- May come into {room.name} while it is closed: {len(room.lists['I'])}. It is {closed}."
    yield from (f"   {_held(entry, reply.time, context)}" for entry in room.lists["I"].values())


def _hushed(reply: re_.Hushed, context: Context) -> Iterator[str]:
    event = reply.event
    if reply.is_over:
        yield f"-- You may speak in {event.room} again."
        return
    why = f": {safe(event.reason).rstrip('.')}" if event.reason else ""
    for_long = f" for {in_words(event.seconds)}" if event.seconds else ""
    if reply.is_ban:
        yield f"-- You are banned from {event.room}{for_long}, by {event.who.nick}{why}."
    else:
        yield f"-- You are muted in {event.room}{for_long}, by {event.who.nick}{why}. You can read on."


def _bars(reply: re_.BarsShown, context: Context) -> Iterator[str]:
    if not reply.entries:
        yield "-- Nobody is banned from the server. To ban somebody: /serverban <nick> 1d <reason>"
        return
    yield f"-- Banned from the server: {len(reply.entries)}. /serverunban takes one back:"
    yield from (f"   {_held(entry, reply.time, context)}" for entry in reply.entries)


def _told(reply: re_.OrderTold, context: Context) -> Iterator[str]:
    yield f"-- {deed(reply.event)}"


def deed(event: ev.Event) -> str:
    """What somebody did to keep order, in a sentence; also what no terminal is told of as it happens."""
    tell = _DEEDS.get(type(event))
    return safe(tell(event)) if tell is not None else sentence(event).removeprefix("-- ")


def _barred(event: ev.Barred) -> str:
    for_long = f" for {in_words(event.seconds)}" if event.seconds else ""
    return f"{event.who.nick} banned {_whom(event)} from the server{for_long}{because(event.reason)}"


def _unbarred(event: ev.Unbarred) -> str:
    why = because(event.reason) if event.who.host else ": the time was up."
    return f"{event.who.nick} let {_whom(event)} come to the server again{why}"


def _whom(event: ev.Barred | ev.Unbarred) -> str:
    return f"{event.about} ({event.mask})" if event.about not in ("", event.mask) else event.mask


def _office(event: ev.OfficeChanged) -> str:
    now = "an operator of the server" if event.is_operator else "an operator of the server no longer"
    return f"{event.who.nick} made {event.account} {now}."


def _killed(event: ev.Killed) -> str:
    return f"{event.who.nick} ended the connections of {event.nick}{because(event.reason)}"


def _user_modes(event: ev.UserModesChanged) -> str:
    is_one = any(change.adding and change.letter == "o" for change in event.changes)
    return f"{event.who.nick} is an operator of the server{' now' if is_one else ' no longer'}."


def _registered(event: ev.Registered) -> str:
    return f"{event.who.nick} gave {event.room} {f'to the account {event.account}' if event.account else 'up'}."


def _granted(event: ev.Granted) -> str:
    return f"{event.who.nick} let the account {event.account} have this in {event.room}: {privileges(event.letters)}."


_DEEDS: dict[type[ev.Event], Callable[[Any], str]] = {
    ev.Barred: _barred,
    ev.Unbarred: _unbarred,
    ev.OfficeChanged: _office,
    ev.Killed: _killed,
    ev.UserModesChanged: _user_modes,
    ev.Registered: _registered,
    ev.Granted: _granted,
}


def _audit(reply: re_.AuditShown, context: Context) -> Iterator[str]:
    if not reply.records:
        yield f"-- Nothing was done to keep order in {reply.subject}."
        return
    yield f"-- What was done to keep order in {reply.subject} ({context.moment(reply.records[-1].time):%Z}):"
    for record in reply.records:
        yield f"   {context.moment(record.time):%Y-%m-%d %H:%M} {deed(record.event)}"
    if reply.has_more:
        yield "-- There is more: /audit 200"


def _offices(reply: re_.OfficesShown, context: Context) -> Iterator[str]:
    accounts = listing(list(reply.accounts)) or "none yet"
    yield f"-- Accounts whose owners run this server: {accounts}. /admin add <account> names another."
    if reply.configured:
        yield f"   By /oper, from its configuration: {listing(list(reply.configured))}"


def _office_given(reply: re_.OfficeGiven, context: Context) -> Iterator[str]:
    if reply.account:
        yield f"-- You run this server now, whenever you are logged in as {reply.account}."
    else:
        yield f"-- You run this server now, until you leave. For good: /register <password>, /admin add {reply.nick}"
    yield "   Somebody misbehaves? /mute <nick> 10m, /ban <nick> 1d, /serverban <nick>; /help all tells of the rest."


def _cloak(reply: re_.CloakRotated, context: Context) -> Iterator[str]:
    yield "-- Addresses are hashed with a new key. Who is here keeps the host they have until they come again."
    yield "   Bans by host fit nobody who comes: /bans lists them."


def _privacy(reply: re_.PrivacyShown, context: Context) -> Iterator[str]:
    yield "-- What this server keeps, where, how long, and who can read it:"
    for subject, fact in reply.facts.items():
        yield from textwrap.wrap(fact, WIDTH, initial_indent=f"   {subject:<13}", subsequent_indent=" " * 16)


ORDER: dict[type[Reply], Callable[[Any, Context], Iterator[str]]] = {
    re_.BansShown: _bans,
    re_.AllowedShown: _allowed,
    re_.Hushed: _hushed,
    re_.BarsShown: _bars,
    re_.OrderTold: _told,
    re_.AuditShown: _audit,
    re_.OfficesShown: _offices,
    re_.CloakRotated: _cloak,
    re_.PrivacyShown: _privacy,
    re_.OfficeGiven: _office_given,
}
