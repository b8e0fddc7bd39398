"""Calming a whole room: only voices speak, nobody new comes in, everybody speaks less often.

Strategy: modes of the room, set for a reason and a time: a lock is +m, a lockdown +i and +M, a slowed room +W. Whoever
meets one is told how long it holds, by whom and why.
"""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.moderation import moderation
from chatroom.commands.table import Needs
from chatroom.core.events import Change, Event, ModesChanged
from chatroom.core.modes import SLOWEST
from chatroom.core.names import clip
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Reply
from chatroom.core.room import Room
from chatroom.core.spans import Span

LOCK, LOCKDOWN = "m", "iM"
LOCKDOWN_SECONDS = 3600  # of one without a time: whoever is in a hurry forgets to take it back
Outcome = Iterator[Event | Reply]


@moderation.command("lock [room] [span] [reason...]", needs=Needs.OPERATOR)
def lock(call: Call, room: Room, span: Span | None = None, reason: str = "") -> Outcome:
    """Let only operators and voices speak: "/lock 10m spam"; without a time until /unlock."""
    if span == 0:
        return unlock(call, room, reason)
    return _set(call, room, LOCK, int(span or 0), reason)


@moderation.command("lockdown [room] [span] [reason...]", needs=Needs.OPERATOR)
def lockdown(call: Call, room: Room, span: Span | None = None, reason: str = "") -> Outcome:
    """Let nobody new in but whom /allow names, and no guest speak: "/lockdown 30m raid"; without a time for an hour."""
    if span == 0:
        return unlock(call, room, reason)
    return _set(call, room, LOCKDOWN, int(span or LOCKDOWN_SECONDS), reason)


@moderation.command("unlock [room] [reason...]", needs=Needs.OPERATOR)
def unlock(call: Call, room: Room, reason: str = "") -> Outcome:
    """Take back /lock and /lockdown."""
    letters = [letter for letter in LOCK + LOCKDOWN if letter in room.modes]
    if not letters:
        raise Refused(Why.NOT_LOCKED, room=room.name)
    yield _changed(call, room, [Change(False, letter) for letter in letters], reason)


@moderation.command("slow [room] every [span] [reason...]", needs=Needs.OPERATOR)
def slow(call: Call, room: Room, every: Span, span: Span | None = None, reason: str = "") -> Outcome:
    """Let everybody say something once in so long: "/slow 30s", "/slow 30s 2h" for two hours; "/slow off" ends it."""
    if not every and "W" not in room.modes:
        raise Refused(Why.NOT_SLOWED, room=room.name)
    change = Change(bool(every), "W", str(min(every, SLOWEST)) if every else "")
    yield _changed(call, room, [change], reason, int(span or 0))


def _set(call: Call, room: Room, letters: str, seconds: int, reason: str) -> Outcome:
    """Switch modes on; those that are on already, and for good, stay so."""
    wanted = [Change(True, letter) for letter in letters if letter not in room.modes or room.until(letter, "")]
    if not wanted:
        raise Refused(Why.LOCKED_ALREADY, room=room.name)
    yield _changed(call, room, wanted, reason, seconds)


def _changed(call: Call, room: Room, changes: list[Change], reason: str, seconds: int = 0) -> ModesChanged:
    return ModesChanged(call.who, room.name, tuple(changes), clip(reason, call.chat.names.reason_length), seconds)
