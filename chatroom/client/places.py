"""What is known of the rooms and private talks, for a face that shows more than a stream of lines.

Strategy: events go in, in the order in which they came; each is filed in the place it belongs to, once (by its msgid),
and counted as unread where nobody looks. A place keeps its newest entries only: older ones are with the server, and
come back from there when they are wanted. What has no place of its own is said where the user is.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice

from chatroom.client.events import Event
from chatroom.client.session import Session
from chatroom.client.words import t

KEPT = 2000  # entries of a place that nobody scrolls in
MOST = 20_000  # entries of a place, whoever scrolls
SPOKEN = frozenset(("message", "action", "notice"))
_OF_THE_SERVER = frozenset(("motd", "connected", "disconnected"))
_ABOUT_SAID = frozenset(("react", "redact"))
_PENDING = frozenset(("waiting",))  # what the outbox shows better


@dataclass(slots=True, eq=False)
class Entry:
    """One event where it stands. `at` never runs backwards in a place; `reactions`: what people answered it with."""

    event: Event
    at: datetime
    reactions: dict[str, list[str]] = field(default_factory=dict)  # reaction -> nicks

    @property
    def is_spoken(self) -> bool:
        """Whether somebody said it."""
        return self.event.type in SPOKEN and bool(self.event.nick)


@dataclass(eq=False)
class Place:
    """A room, a private talk, or (without a name) the server."""

    name: str
    is_room: bool = False
    entries: list[Entry] = field(default_factory=list)
    unread: int = 0
    mentions: int = 0
    read_to: datetime | None = None  # up to when all has been read
    new_from: datetime | None = None  # what came after it was new when the user turned here
    marker: str = ""  # what `read_to` was last set by, as the server wrote it
    is_whole: bool = False  # the server has nothing older than the first entry
    is_asking: bool = False  # for older entries
    is_entering: bool = False  # the names of who is there have not been told yet
    is_held: bool = False  # somebody reads further up: nothing is let go of
    _ids: dict[str, Entry] = field(default_factory=dict)

    def find(self, msgid: str) -> Entry | None:
        """The entry of a message id, while it is kept."""
        return self._ids.get(msgid)

    def position(self, entry: Entry) -> int | None:
        """The index of `entry`; None when it has been let go of."""
        first = bisect_left(self.entries, entry.at, key=lambda other: other.at)
        for index in range(first, len(self.entries)):
            if self.entries[index] is entry:
                return index
            if self.entries[index].at > entry.at:
                break
        return None

    def add(self, event: Event) -> Entry | None:
        """File `event`: what is played back by its time, the rest at the end. None when it is here already."""
        if event.msgid and event.msgid in self._ids:
            return None
        newest = self.entries[-1].at if self.entries else event.time
        if event.replayed and event.time < newest:
            entry = Entry(event, event.time)
            self.entries.insert(bisect_right(self.entries, event.time, key=lambda e: e.at), entry)
        else:
            entry = Entry(event, max(event.time, newest))
            self.entries.append(entry)
        if event.msgid:
            self._ids[event.msgid] = entry
        self._let_go()
        return entry

    def _let_go(self) -> None:
        most = MOST if self.is_held else KEPT
        if len(self.entries) > most + most // 4:
            old, self.entries = self.entries[:-most], self.entries[-most:]
            for entry in old:
                self._ids.pop(entry.event.msgid, None)
            self.is_whole = False

    def changed(self, event: Event) -> bool:
        """Put a reaction to the entry it is about, or take the words of one back; False when that is not here."""
        entry = self._ids.get(event.reply)
        if entry is None:
            return False
        if event.type == "react":
            nicks = entry.reactions.setdefault(event.text, [])
            if event.nick not in nicks:
                nicks.append(event.nick)
        else:
            entry.event = replace(entry.event, text=t("(taken back)"), mention=False)
        return True

    def add_older(self, events: Sequence[Event], is_last: bool) -> None:
        """Put a page of older events before the others; `is_last`: there is nothing before it."""
        fresh = [event for event in events if not (event.msgid and event.msgid in self._ids)]
        first = self.entries[0].at if self.entries else None
        older = [Entry(event, event.time if first is None else min(event.time, first)) for event in fresh]
        self._ids |= {entry.event.msgid: entry for entry in older if entry.event.msgid}
        self.entries[:0] = older
        self.is_asking = False
        self.is_whole = is_last or (bool(events) and not fresh)

    def oldest_said(self) -> Event | None:
        """The oldest entry that the server can find again."""
        return next((entry.event for entry in self.entries if entry.is_spoken and entry.event.msgid), None)

    def newest_said(self) -> Entry | None:
        """The newest entry that somebody said."""
        return next((entry for entry in reversed(self.entries) if entry.is_spoken), None)

    def begins_new(self, index: int) -> bool:
        """Whether the entry there is the first that was new when the user turned here."""
        new_from = self.new_from
        if new_from is None or not _is_news(self.entries[index], new_from):
            return False
        for earlier in range(index - 1, -1, -1):
            entry = self.entries[earlier]
            if entry.at <= new_from or _is_news(entry, new_from):
                return entry.at <= new_from
        return True

    def count(self, entry: Entry) -> None:
        """Count an entry nobody has looked at."""
        event = entry.event
        is_new = not event.replayed or (self.read_to is not None and entry.at > self.read_to)
        if is_new and entry.is_spoken and not event.own:
            self.unread += 1
            self.mentions += event.mention

    def looked_at(self) -> None:
        """Everything here has been read."""
        self.unread = self.mentions = 0
        if newest := self.newest_said():
            self.read_to = max(self.read_to, newest.at) if self.read_to else newest.at

    def read_elsewhere(self, time: datetime) -> None:
        """The account has read this up to `time`, with this program or another."""
        if self.read_to and time <= self.read_to:
            return
        self.read_to = time
        later = islice(reversed(self.entries), self.unread + self.mentions + 1) if self.unread else ()
        new = [entry for entry in later if entry.at > time and entry.is_spoken and not entry.event.own]
        self.unread, self.mentions = len(new), sum(entry.event.mention for entry in new)


def _is_news(entry: Entry, since: datetime) -> bool:
    return entry.at > since and entry.is_spoken and not entry.event.own


class Places:
    """Every place there is, in the order in which they were opened; the server's first."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.server = Place("")
        self.current = self.server
        self.is_looking = True  # at the end of the current place, not somewhere further up
        self._places: dict[str, Place] = {"": self.server}

    def __iter__(self) -> Iterator[Place]:
        return iter(self._places.values())

    def __len__(self) -> int:
        return len(self._places)

    def find(self, name: str) -> Place | None:
        """The place called `name`, if it is open."""
        return self._places.get(self.session.features.fold(name))

    def open(self, name: str) -> Place:
        """The place called `name`; it is opened when it was not."""
        if found := self.find(name):
            return found
        place = self._places[self.session.features.fold(name)] = Place(name, self.session.features.is_room(name))
        return place

    def close(self, place: Place) -> None:
        """Put a place away, with what is kept of it."""
        if place is not self.server:
            self._places = {name: other for name, other in self._places.items() if other is not place}
        if place is self.current:
            self.turn_to(next(reversed(self._places.values())))

    def turn_to(self, place: Place) -> None:
        """The user looks at `place` now; what was not read yet is marked as new for as long as they stay."""
        if place is not self.current:
            self.look()
        self.current = place
        place.new_from = place.read_to if place.unread else None
        self.is_looking = True

    def follow(self) -> None:
        """Turn to where the session faces: a command, or a kick, may have changed it."""
        place = self.open(self.session.facing) if self.session.facing else self.server
        if place is not self.current and (self.session.facing or self.current.is_room):
            self.turn_to(place)
        self.look()

    def look(self) -> None:
        """The user has seen the end of the current place, if they are there."""
        if self.is_looking:
            self.current.looked_at()

    def next_unread(self) -> Place | None:
        """Where to look next: where the user is meant first, then where most is unread."""
        waiting = [place for place in self if place.unread and place is not self.current]
        return max(waiting, key=lambda place: (place.mentions, place.unread), default=None)

    def take(self, event: Event) -> None:
        """File one event."""
        if event.type in _PENDING:
            return
        for place in self._places_of(event):
            if event.type in _ABOUT_SAID and place.changed(event):
                continue
            self._read_marker(place)
            entry = place.add(event)
            if entry and event.replayed and place.new_from is None and place.read_to and entry.at > place.read_to:
                place.new_from = place.read_to
            if entry and not (place is self.current and self.is_looking):
                place.count(entry)

    def read_markers(self) -> None:
        """Take in how far the account has read, with this program or another (IRCv3 read-marker)."""
        for place in self:
            self._read_marker(place)

    def _read_marker(self, place: Place) -> None:
        marker = self.session.read_until.get(self.session.features.fold(place.name), "")
        if marker != place.marker:
            place.marker = marker
            with contextlib.suppress(ValueError):
                time = datetime.fromisoformat(marker)
                place.read_elsewhere(time if time.tzinfo else time.replace(tzinfo=UTC))

    def _places_of(self, event: Event) -> list[Place]:
        if event.type in _OF_THE_SERVER:
            return [self.server] if event.type == "motd" else list(dict.fromkeys((self.server, self.current)))
        if event.room:
            return self._of_room(event)
        if event.type == "nick":
            rooms = [self.find(room) for room in self.session.roster.rooms_of(event.target)]
            return [room for room in rooms if room] or [self.current]
        if event.type in _ABOUT_SAID:
            return list(filter(None, [self.find(event.target if event.own else event.nick)]))
        if event.type in SPOKEN and event.nick and self._is_person(event):
            return [self.open(event.target if event.own else event.nick)]
        return [self.current]

    def _of_room(self, event: Event) -> list[Place]:
        is_coming = event.type == "join" and event.own
        place = self.open(event.room) if is_coming or event.type in SPOKEN else self.find(event.room)
        if place is None or event.type in ("room", "person", "invite"):
            return [self.current]
        if event.type == "names" and place.is_entering:  # told to everybody who comes in; the members show it
            place.is_entering = False
            return []
        place.is_entering = place.is_entering or is_coming
        return [place]

    def _is_person(self, event: Event) -> bool:
        """Whether a private message is of a talk: a server's notices, and a service's, are answers."""
        if event.own:
            return self.find(event.target) is not None or event.type != "notice"
        return self.find(event.nick) is not None or (event.type != "notice" and "." not in event.nick)
