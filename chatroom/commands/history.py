"""Reading what was said, marking it as read, taking it back. Who may read what is decided in `shelves`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from chatroom.commands.call import Call, Server
from chatroom.commands.shelves import Shelf, is_same, partner_of, private_shelf, room_shelf, talks
from chatroom.commands.table import Needs, Section
from chatroom.core.account_replies import Unread, UnreadTalk
from chatroom.core.events import Event, ReadMarked, Record, Redacted, Said, Tagged, Told, Who
from chatroom.core.modes import addressed
from chatroom.core.names import clip, is_room
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import MarkerShown, Page, Reply
from chatroom.core.room import Room
from chatroom.core.spans import span_of
from chatroom.core.user import User

history = Section("History")
doors = Section("")  # nobody types these; a dialect calls them
DEFAULT, MOST = 20, 200  # lines of one page
REACH = 200  # lines back in which what was said last is looked for
MAX_MARKERS = 1000  # of one person
TALKS = 100  # rooms and people, those heard of last, among whom private talk that waits is looked for
_DAYS = {"today": 0, "yesterday": 1}
_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S")


@history.command("last [room] [count]", needs=Needs.MEMBER, cost=2, aliases=("history",))
def last(call: Call, room: Room, count: int = DEFAULT) -> Iterator[Event | Reply]:
    """Show the last lines of a room: "/last 50"."""
    count = min(count, MOST)
    records = room_shelf(room, call.user).page(call.server.history, limit=count + 1)
    yield Page(room.name, records[-count:], "last", len(records) > count)


@history.command("since [room] time", needs=Needs.MEMBER, cost=2)
def since(call: Call, room: Room, time: str) -> Iterator[Event | Reply]:
    """Show a room from a time on: "/since 14:00", "/since yesterday", "/since 2026-11-22", "/since 90m"."""
    start = int(_moment(call, time).timestamp() * 1000)
    records = room_shelf(room, call.user).page(call.server.history, since=start, limit=MOST + 1, oldest=True)
    yield Page(room.name, records[:MOST], "since", len(records) > MOST)


@history.command("search words...", cost=4)
def search(call: Call, words: str) -> Iterator[Event | Reply]:
    """Find what was said in your rooms; all the words must be in it."""
    records = search_in(call, words, DEFAULT + 1)
    if call.session.outbox.is_ended:  # meanwhile
        return
    yield Page(words, records[-DEFAULT:], "search", len(records) > DEFAULT)


def search_in(call: Call, words: str, limit: int, name: str = "") -> list[Record]:
    """The newest records that hold all of `words`, in the caller's rooms or the one of that name, oldest first.

    It takes a while: the caller may have gone meanwhile.
    """
    room = call.chat.room(name) if name else None
    readable = _readable(call).items()
    places = {place: shelf.after for place, shelf in readable if not name or shelf.room is room}
    return list(_still_readable(call, call.server.search(places, words, limit)))


def _still_readable(call: Call, records: list[Record]) -> Iterator[Record]:
    """What the caller may read of `records` now: they may have left, and words been taken back."""
    shelves = _readable(call)
    for record in records:
        shelf = shelves.get(record.places[0])
        if shelf is not None and shelf.has(record) and call.server.history.record(record.number) is not None:
            yield from shelf.told_now([record])


def _readable(call: Call) -> dict[str, Shelf]:
    """What the caller may read of their rooms, by place."""
    shelves = [room_shelf(room, call.user) for room in call.user.rooms.values()]
    return {place: shelf for shelf in shelves for place in shelf.places}


@history.command("private nick [count]", cost=2)
def private(call: Call, nick: str, count: int = DEFAULT) -> Iterator[Event | Reply]:
    """Show your last private talk with somebody: "/private bob"; it is kept for those with an account."""
    count = min(count, MOST)
    shelf = private_shelf(call, nick)
    if shelf is None:
        raise Refused(Why.PRIVATE_UNKEPT)
    records = shelf.page(call.server.history, limit=count + 1)
    yield Page(nick, records[-count:], "private", len(records) > count)
    known = marker_of(call.server, call.user, nick)
    if records and records[-1].time > known and not call.chat.sealed and _has_place(call, known):
        yield from _marked(call, nick, records[-1].time)


@doors.command("waiting")
def waiting(call: Call) -> Iterator[Event | Reply]:
    """Be told of private talk that was written to the caller's account while nobody was there, and is not read yet."""
    found = [one for talk in talks(call, limit=TALKS) if (one := _unread(call, talk.name))]
    if found:
        yield UnreadTalk(found)


def _unread(call: Call, nick: str) -> Unread | None:
    """What of the talk with `nick` waits for the caller; None when nothing does. What they were here for was read."""
    shelf, read = private_shelf(call, nick), marker_of(call.server, call.user, nick)
    if shelf is None or is_room(nick):
        return None
    records = shelf.page(call.server.history, limit=MOST, since=read + 1)
    places = [place for place, record in enumerate(records) if _is_kept_for(call, record)]
    return Unread(nick, len(places), len(records) - places[0]) if places else None


def _is_kept_for(call: Call, record: Record) -> bool:
    """Whether it was written to the caller while they were not here: then there was no host of theirs."""
    event = record.event
    if not isinstance(event, Told) or event.to.host:
        return False
    return call.chat.names.fold(event.to.account) == call.chat.names.fold(call.who.account)


# ---- taking back


@history.command("redact [room] [nick]", needs=Needs.MEMBER, cost=2)
def redact(call: Call, room: Room, nick: str = "") -> Iterator[Event | Reply]:
    """Take back what you said last in a room; its operators take back what others did: "/redact bob"."""
    for record in reversed(room_shelf(room, call.user).page(call.server.history, limit=REACH)):
        if _is_by(call, record, nick):
            return _redaction_in(call, room, record, "")
    raise Refused(Why.REDACT_UNKNOWN, target=room.name)


def _is_by(call: Call, record: Record, nick: str) -> bool:
    fold = call.chat.names.fold
    if nick:
        return fold(record.event.who.nick) == fold(nick)
    return is_same(call, call.user, record.event.who, record)


@doors.command("erase target msgid [reason...]", cost=2)
def erase(call: Call, target: str, msgid: str, reason: str = "") -> Iterator[Event | Reply]:
    """Take back a message that has this id, in a room (whoever in it could hear it) or in private."""
    target = addressed(target)[1]
    room = call.chat.room(target) if is_room(target) else None
    if is_room(target) and (room is None or call.user not in room.members):
        raise Refused(Why.REDACT_TARGET, target=target)
    number = call.server.number_of(msgid)
    record = call.server.history.record(number) if number else None
    if room is not None and record is not None and _is_message_on(room_shelf(room, call.user), record):
        return _redaction_in(call, room, record, reason)
    partner = partner_of(call, record) if room is None and record is not None else None
    if record is None or partner is None or not _is_called(call, partner, record, target):
        raise Refused(Why.REDACT_UNKNOWN, target=target, msgid=msgid)
    return _redaction_from(call, target, record, reason)


def _is_message_on(shelf: Shelf, record: Record) -> bool:
    return shelf.has(record) and isinstance(record.event, (Said, Tagged))


def _is_called(call: Call, who: Who, record: Record, nick: str) -> bool:
    """Whether `who`, of a record, is called `nick`: is so now, or was then and nobody else is now."""
    user = call.chat.user(nick)
    if user is not None:
        return is_same(call, user, who, record)
    return call.chat.names.fold(nick) in (call.chat.names.fold(who.nick), call.chat.names.fold(who.account))


def _redaction_in(call: Call, room: Room, record: Record, reason: str) -> Iterator[Event | Reply]:
    if not (is_same(call, call.user, record.event.who, record) or room.is_operator(call.user)):
        raise Refused(Why.REDACT_FORBIDDEN, target=room.name, msgid=call.server.msgid(record.number))
    sign = next(place for place in record.places if place.endswith(room.place)).removesuffix(room.place)
    yield _redacted(call, room.name, record, reason, to=sign)


def _redaction_from(call: Call, nick: str, record: Record, reason: str) -> Iterator[Event | Reply]:
    if not is_same(call, call.user, record.event.who, record):
        raise Refused(Why.REDACT_FORBIDDEN, target=nick, msgid=call.server.msgid(record.number))
    yield _redacted(call, nick, record, reason, tuple(place for place in record.places if " " in place))


def _redacted(
    call: Call, target: str, record: Record, reason: str, kept: tuple[str, ...] = (), to: str = ""
) -> Redacted:
    number, reason = record.number, clip(reason, call.chat.names.reason_length)
    return Redacted(call.who, target, number, call.server.msgid(number), reason, kept, to)


# ---- what is read


def marker_of(server: Server, user: User, target: str) -> int:
    """Up to when `user` has read what was said in a room or with a person (ms since 1970); 0 when that is not known."""
    key = server.chat.marker_key(target)
    if user.who.account:
        return server.markers.marker(server.chat.names.fold(user.who.account), key)
    return user.markers.get(key, 0)


@doors.command("marker target [time]")
def marker(call: Call, target: str, time: str = "") -> Iterator[Event | Reply]:
    """Say, or tell, up to when (ms since 1970) one has read what was said in a room or with a person."""
    known = marker_of(call.server, call.user, target)
    wanted = min(int(time), max(call.server.now(), call.chat.time)) if time else 0
    if wanted <= known:  # it only moves forward
        yield MarkerShown(target, known)
        return
    if not _has_place(call, known):
        raise Refused(Why.MARKERS_FULL, target=target, limit=MAX_MARKERS)
    yield from _marked(call, target, wanted)
    yield MarkerShown(target, wanted, True)


def _has_place(call: Call, known: int) -> bool:
    """Whether a marker that is at `known` can be moved: there may be so many of one person."""
    owner = call.chat.names.fold(call.who.account)
    return bool(known) or len(call.server.markers.markers(owner) if owner else call.user.markers) < MAX_MARKERS


def _marked(call: Call, target: str, time: int) -> Iterator[Event]:
    yield ReadMarked(call.who, target, time)
    if owner := call.chat.names.fold(call.who.account):
        call.server.markers.mark(owner, call.chat.marker_key(target), time)


# ---- times


def _moment(call: Call, word: str) -> datetime:
    """The time meant by `word`, in the zone times are shown in. Raise Refused when it means none."""
    zone = call.server.zone
    now = datetime.fromtimestamp(call.server.now() / 1000, zone).astimezone(zone)
    if ago := span_of(word):
        return now - timedelta(seconds=ago)
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
