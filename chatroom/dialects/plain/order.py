"""What is told of keeping order, as sentences: who is banned, muted, let in; who did what; who runs the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from chatroom.core import order_replies as re_
from chatroom.core.listed import Listed
from chatroom.core.modes import MUTE
from chatroom.core.replies import Reply
from chatroom.core.spans import in_words, left
from chatroom.dialects.plain.context import Context
from chatroom.dialects.plain.text import safe


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
    because = f": {entry.reason}" if entry.reason else ""
    since = f"{context.moment(entry.time):%Y-%m-%d %H:%M}"
    return safe(f"{whom}  by {entry.by.partition('!')[0]}, {since}{left(entry.until, now)}{because}")


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
    because = f": {safe(event.reason).rstrip('.')}" if event.reason else ""
    for_long = f" for {in_words(event.seconds)}" if event.seconds else ""
    if reply.is_ban:
        yield f"-- You are banned from {event.room}{for_long}, by {event.who.nick}{because}."
    else:
        yield f"-- You are muted in {event.room}{for_long}, by {event.who.nick}{because}. You can read on."


ORDER: dict[type[Reply], Callable[[Any, Context], Iterator[str]]] = {
    re_.BansShown: _bans,
    re_.AllowedShown: _allowed,
    re_.Hushed: _hushed,
}
