"""Which of the lasting events still shape the rooms, so that a start reads few, however many there ever were.

Strategy: what an event sets has a name in its place, a slot ("topic", "+s", "+b mask"); `reshaped` says who holds the
slots of a place after one more event, and an event that holds none any more no longer matters. It mirrors what
`core.apply` and `core.room` do to a room: remembering the holders alone gives the same rooms as remembering all. Of
an event that changed several modes only those changes are told again that still hold (`remaining`).

What was set for a time is in a slot of another name (TIMED), since masks on a list for a time outlive the room.

A room that was private when it closed hides what was before: kept are the change that made it private and its
closing, and of what came after the last opening and closing, which unhid it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from chatroom.core.apply.table import AUDIT
from chatroom.core.events import (
    Change,
    Closed,
    Event,
    Granted,
    ModesChanged,
    OfficeChanged,
    Opened,
    Record,
    Registered,
    RoomEvent,
    RoomMetadataChanged,
    RoomRenamed,
    TokenChanged,
    TopicChanged,
    Unbarred,
)
from chatroom.core.modes import PRIVATE, ROOM_MODES, ModeKind
from chatroom.core.room import NEW_ROOM_MODES

Fold = Callable[[str], str]
Held = Mapping[str, int]  # the numbers of the events that hold the slots of one place

FIRST = "first"  # what first told of the place
OPENED, CLOSED = "opened", "closed"
TOPIC = TopicChanged.slot
MADE_PRIVATE, HIDDEN = "made private", "hidden"  # of the last closing that hid what was before
RENAMED, GRANTED = "renamed ", "grant "
TIMED = "@"  # before the slot of what ends by itself
_OUTLIVE = (TOPIC, MADE_PRIVATE, HIDDEN)  # what a closed room leaves


def place_of(record: Record) -> str:
    """The place an event shapes; "" for the chat as a whole."""
    return record.places[0] if record.places and record.places[0] != AUDIT else ""


def reshaped(held: Held, record: Record, fold: Fold) -> dict[str, int]:
    """Who holds which slots of a place after `record`, who held `held` before it."""
    event, number = record.event, record.number
    if isinstance(event, Closed):
        return _closed(held, number)
    first = {} if not place_of(record) or held.keys() - set(_OUTLIVE) else {FIRST: number}
    if isinstance(event, Opened):
        kept = {slot: of for slot, of in held.items() if not _is_flag(slot) and slot != CLOSED}
        return first | kept | {OPENED: number}
    if isinstance(event, ModesChanged):
        return first | _modes(held, event, number, fold)
    if _clears(event):
        emptied = _emptied(event, held, fold)
        return first | {slot: of for slot, of in held.items() if slot not in emptied}
    name = RENAMED if isinstance(event, RoomRenamed) else "event "  # each of these matters for itself
    return first | {**held, fold(event.slot) or f"{name}{number}": number}


def _clears(event: Event) -> bool:
    """Whether `event` leaves its slot empty, as if nobody had ever set it."""
    match event:
        case TopicChanged(text=""):
            return True
        case Unbarred() | OfficeChanged(is_operator=False):
            return True
        case RoomMetadataChanged(value="") | Registered(account="") | Granted(letters=""):
            return True
        case TokenChanged(digest=""):
            return True
    return False


def _emptied(event: Event, held: Held, fold: Fold) -> set[str]:
    """The slots that such an event leaves empty: who has what in a room goes with the one it belongs to."""
    granted = {slot for slot in held if slot.startswith(GRANTED)} if isinstance(event, Registered) else set()
    return {fold(event.slot)} | granted


def _closed(held: Held, number: int) -> dict[str, int]:
    """All goes with a room but its topic (unless what was is hidden), what else it was called, masks with an end."""
    rest = {slot: of for slot, of in held.items() if slot in _OUTLIVE or slot.startswith(RENAMED) or _is_timed(slot)}
    private = (f"{sign}{letter}" for letter in PRIVATE for sign in ("+", f"{TIMED}+"))
    by = next((held[slot] for slot in private if slot in held), 0)
    if by:
        rest.pop(TOPIC, None)
        return {**rest, MADE_PRIVATE: by, HIDDEN: number}
    if HIDDEN in held and OPENED in held:
        return {**rest, OPENED: held[OPENED], CLOSED: number}
    return rest


def _modes(held: Held, event: ModesChanged, number: int, fold: Fold) -> dict[str, int]:
    after = dict(held)
    for change in event.changes:
        slot = _slot(change, fold)
        if slot is None:
            continue
        for one in (slot, _opposite(slot)):
            after.pop(one, None)
            after.pop(TIMED + one, None)
        if change.adding or slot[1:] in NEW_ROOM_MODES:
            after[_held_as(event, change, slot)] = number
    return after


def _held_as(event: ModesChanged, change: Change, slot: str) -> str:
    """What `slot` is called: something else where it ends by itself."""
    return TIMED + slot if event.seconds and change.adding else slot


def _slot(change: Change, fold: Fold) -> str | None:
    """What a change of mode sets; None for a member's privilege, which ends with the server at the latest."""
    kind, sign = ROOM_MODES.get(change.letter), "+" if change.adding else "-"
    if kind is ModeKind.PRIVILEGE:
        return None
    return f"{sign}{change.letter} {fold(change.value)}" if kind is ModeKind.LIST else f"{sign}{change.letter}"


def _opposite(slot: str) -> str:
    return ("-" if slot[0] == "+" else "+") + slot[1:]


def _is_flag(slot: str) -> bool:
    return slot.removeprefix(TIMED)[0] in "+-" and " " not in slot


def _is_timed(slot: str) -> bool:
    """Whether it is a mask on a list that ends by itself."""
    return slot.startswith(TIMED) and not _is_flag(slot)


def remaining(event: Event, slots: set[str], fold: Fold) -> Event:
    """What is left of `event` for one that remembers it by the `slots` it still holds."""
    if slots == {FIRST} and isinstance(event, RoomEvent):
        return ModesChanged(event.who, event.room, ())
    if not isinstance(event, ModesChanged):
        return event
    return replace(event, changes=tuple(_in_force(event, slots, fold)))


def _in_force(event: ModesChanged, slots: set[str], fold: Fold) -> Iterator[Change]:
    for change in event.changes:
        is_private = MADE_PRIVATE in slots and change.letter in PRIVATE
        slot = _slot(change, fold)
        if is_private or (slot is not None and _held_as(event, change, slot) in slots):
            yield change
