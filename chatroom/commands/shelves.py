"""Who may read what of the log. It is decided here and nowhere else; storage gives whatever it is asked for.

Strategy: a shelf is a piece of the log that somebody may read: the places whose events stand on it, and after which
event it begins. Those who are in a room read it from where its history is open to them; private talk is kept for
people with an account, and only they themselves read it, whatever the other one is called by now. An account begins
when it is made: who takes a name that was given up has nothing of what was kept under it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from chatroom.commands.call import Call, History
from chatroom.core.events import Record, TaggedTo, Told, Who
from chatroom.core.names import is_room
from chatroom.core.room import Room
from chatroom.core.user import User

SAID, TOLD = ("said",), ("told",)
# What else happened that one wants to be told of later. Who was away, or had which account, is of no interest any more.
ROOM_EVENTS = (*SAID, *("tagged", "redacted", "joined", "left", "quit", "kicked", "renamed", "topic", "modes"))
PRIVATE_EVENTS = (*TOLD, "taggedto", "redacted")


class Shelf(NamedTuple):
    """A piece of the log that somebody may read: events of `places` after number `after`; which kinds are talk.

    `room` is the one whose history it is, if it is one's.
    """

    places: tuple[str, ...]
    after: int = 0
    talk: tuple[str, ...] = SAID
    events: tuple[str, ...] = ROOM_EVENTS
    room: Room | None = None

    def page(
        self,
        history: History,
        *,
        limit: int,
        after: int = 0,
        before: int | None = None,
        since: int = 0,
        kinds: Collection[str] = (),
        oldest: bool = False,
    ) -> list[Record]:
        """At most `limit` records, as History.page gives them; of talk, unless `kinds` are asked for."""
        after, kinds = max(after, self.after), kinds or self.talk
        records = history.page(
            self.places, limit=limit, after=after, before=before, since=since, kinds=kinds, oldest=oldest
        )
        return self.told_now(records)

    def has(self, record: Record) -> bool:
        """Whether `record` stands on it."""
        return record.number > self.after and not set(self.places).isdisjoint(record.places)

    def told_now(self, records: list[Record]) -> list[Record]:
        """The same records under the name a room has now."""
        return self.room.told_now(records) if self.room else records


def room_shelf(room: Room, member: User) -> Shelf:
    """What `member` may read of `room`: also what was said to those who have a privilege, to whom has it."""
    return Shelf(tuple(room.places_for(member)), room.history_from, room=room)


def private_shelf(call: Call, nick: str) -> Shelf | None:
    """What the caller may read of their private talk with `nick`, here or not; None for guests."""
    if not call.who.account:
        return None
    folded = call.chat.names.fold(nick)
    other = call.chat.users.get(folded)
    keys = dict.fromkeys((other.key if other else f"={folded}", folded))  # by account, and as the guest they were
    return Shelf(tuple(f"{call.user.key} {key}" for key in keys), _before_account(call), TOLD, PRIVATE_EVENTS)


def _before_account(call: Call) -> int:
    """The number of the last event before the caller's account was made."""
    return call.server.history.number_at(_made(call)) - 1


def _made(call: Call) -> int:
    """When the caller's account was made (ms)."""
    account = call.server.accounts.find(call.who.account)
    return account.created if account is not None else 0


def shelf_of(call: Call, target: str) -> Shelf | None:
    """What the caller may read of `target`, a room or a person; None when that is nothing, whether or not it exists."""
    if not is_room(target):
        return private_shelf(call, target)
    room = call.chat.room(target)
    return room_shelf(room, call.user) if room is not None and call.user in room.members else None


class Talk(NamedTuple):
    """A room or a person the caller has talk of, and the newest of it."""

    name: str
    newest: Record


def talks(
    call: Call, after: int = 0, before: int | None = None, *, limit: int | None = None, oldest: bool = False
) -> list[Talk]:
    """All talk the caller may read whose newest event is between two numbers, that with the oldest first.

    At most `limit`: those where something was said last, or the ones before all others (`oldest`).
    """
    found = [*_newest_in_rooms(call), *_newest_in_private(call)]
    within = sorted(one for one in found if after < one[0] and (before is None or one[0] < before))
    chosen = within[:limit] if oldest else within[-(limit or len(within)) :]
    return [talk for number, place in chosen if (talk := _talk(call, number, place))]


def _newest_in_rooms(call: Call) -> Iterator[tuple[int, str]]:
    """The number of the newest that was said in each of the caller's rooms, and the room's place."""
    for room in call.user.rooms.values():
        for record in room_shelf(room, call.user).page(call.server.history, limit=1):
            yield record.number, room.place


def _newest_in_private(call: Call) -> Iterable[tuple[int, str]]:
    """The same of each person the caller talked with, who is one also if they had no account before."""
    found: dict[str, tuple[int, str]] = {}
    first = _before_account(call) if call.who.account else 0
    for place, number in call.server.history.private_places(call.user.key) if call.who.account else ():
        other = place.partition(" ")[2].removeprefix("=")
        if number > first:
            found[other] = max(found.get(other, (0, "")), (number, place))
    return found.values()


def _talk(call: Call, number: int, place: str) -> Talk | None:
    record, room = call.server.history.record(number), call.user.rooms.get(place)
    if record is None:
        return None
    return Talk(room.name if room else _other_in(call, place, record), record)


def _other_in(call: Call, place: str, record: Record) -> str:
    """By what name the caller finds the talk kept under `place`, of which `record` is a part."""
    event = record.event
    assert isinstance(event, Told)
    is_own = f"={call.chat.names.fold(event.who.account)}" == call.user.key
    other = event.to if is_own else event.who
    shelf = private_shelf(call, other.nick)
    return other.nick if not other.account or (shelf and place in shelf.places) else other.account


def is_same(call: Call, user: User, who: Who, record: Record) -> bool:
    """Whether `user` is `who` of `record`: by the same account, or the very same presence, under this name or another.

    An address says nothing: several people may share it. A guest who comes again is another one.
    """
    fold = call.chat.names.fold
    if who.account and user.who.account:
        account = call.server.accounts.find(user.who.account)
        return fold(who.account) == fold(user.who.account) and account is not None and account.created <= record.time
    return user.was_called(record.number) == fold(who.nick)


def partner_of(call: Call, record: Record) -> Who | None:
    """With whom the caller had the private talk that `record` is of; None when it was not theirs."""
    event = record.event
    if not isinstance(event, (Told, TaggedTo)):
        return None
    if is_same(call, call.user, event.who, record):
        return event.to
    return event.who if is_same(call, call.user, event.to, record) else None
