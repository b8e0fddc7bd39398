"""Reading what was said. Who may read what is decided here, never in storage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from chatroom.commands.call import Call
from chatroom.commands.table import Needs, Section
from chatroom.core.events import Event
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Page, Reply
from chatroom.core.room import Room

history = Section("History")
DEFAULT, MOST = 20, 200  # lines of one page
_AGO = re.compile(r"(\d{1,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DAYS = {"today": 0, "yesterday": 1}
_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S")


@history.command("last [room] [count]", needs=Needs.MEMBER, cost=2, aliases=("history",))
def last(call: Call, room: Room, count: int = DEFAULT) -> Iterator[Event | Reply]:
    """Show the last lines of a room: "/last 50"."""
    count = min(count, MOST)
    records = call.server.history.page([room.folded], after=room.history_from, limit=count + 1)
    yield Page(room.name, records[-count:], "last", len(records) > count)


@history.command("since [room] time", needs=Needs.MEMBER, cost=2)
def since(call: Call, room: Room, time: str) -> Iterator[Event | Reply]:
    """Show a room from a time on: "/since 14:00", "/since yesterday", "/since 2026-11-22", "/since 90m"."""
    start = _moment(call, time)
    records = call.server.history.page(
        [room.folded], after=room.history_from, since=int(start.timestamp() * 1000), limit=MOST + 1, oldest=True
    )
    yield Page(room.name, records[:MOST], "since", len(records) > MOST)


@history.command("search words...", cost=4)
def search(call: Call, words: str) -> Iterator[Event | Reply]:
    """Find what was said in your rooms; all the words must be in it."""
    places = {room.folded: room.history_from for room in call.user.rooms.values()}
    records = call.server.history.search(places, words, limit=DEFAULT + 1)
    yield Page(words, records[-DEFAULT:], "search", len(records) > DEFAULT)


def _moment(call: Call, word: str) -> datetime:
    """The time meant by `word`, in the zone times are shown in. Raise Refused when it means none."""
    zone = call.server.zone
    now = datetime.fromtimestamp(call.server.now() / 1000, zone).astimezone(zone)
    if ago := _AGO.fullmatch(word):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    naive = _shown_time(word.lower(), now.replace(tzinfo=None))
    if naive is None:
        raise Refused(Why.NOT_A_TIME, word=word)
    try:
        return naive.replace(tzinfo=zone) if zone else naive.astimezone()  # the offset is that day's, not today's
    except (ValueError, OverflowError):  # the machine's zone has no such year
        return naive.replace(tzinfo=UTC)


def _shown_time(word: str, now: datetime) -> datetime | None:
    """What `word` means on a clock and a calendar that show `now`."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if word in _DAYS:
        return today - timedelta(days=_DAYS[word])
    if clock := re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", word):
        moment = today.replace(hour=int(clock[1]), minute=int(clock[2]))
        return moment if moment <= now else moment - timedelta(days=1)
    for form in _FORMATS:
        with suppress(ValueError):
            return datetime.strptime(word.upper(), form)
    return None
