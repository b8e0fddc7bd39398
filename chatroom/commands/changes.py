"""Changes of a room's modes: what was asked for, and what of it comes true.

Strategy: the letters are read with their values (`asked_for`), then each change is judged by the room as those before
it would leave it, and by the rank that who asks had at the beginning (`Trial`). What would change nothing is left
out; what is refused does not keep the others from happening.

Sources: Modern IRC "MODE message", "Channel Modes", ERR_INVALIDMODEPARAM, ERR_INVALIDKEY; RFC 2812 section 3.2.3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from chatroom.commands.call import Call
from chatroom.commands.table import find_user
from chatroom.core.events import Change
from chatroom.core.listed import Listed
from chatroom.core.modes import (
    MAX_LIST,
    MAX_MASK,
    OPERATOR,
    RANK_TO_CHANGE,
    ROOM_MODES,
    SET_BY_SERVER,
    SET_BY_SERVER_OPERATORS,
    SLOWEST,
    ModeKind,
    list_mask,
)
from chatroom.core.names import as_number
from chatroom.core.refusals import Refused, Why
from chatroom.core.room import Room

MAX_CHANGES = 12  # with a value, in one call
_TAKES = {
    "k": "a word as its key",
    "l": "a number above zero",
    "f": "the name of another room",
    "W": f"a number of seconds up to {SLOWEST}",
    "": "a mask",
}


class Wanted(NamedTuple):
    """One change somebody asks for; `is_lacking`: it takes a value, and none was given."""

    change: Change
    is_lacking: bool = False


def asked_for(letters: str, values: list[str]) -> tuple[list[Wanted], dict[str, None]]:
    """The changes asked for, of those with a value so many as there may be, and the lists asked about."""
    adding, with_value = True, 0
    wanted: list[Wanted] = []
    asked: dict[str, None] = {}
    for letter in letters:
        if letter in "+-":
            adding = letter == "+"
            continue
        kind = ROOM_MODES.get(letter)
        takes_value = kind not in (None, ModeKind.FLAG) and not (kind is ModeKind.SETTING and not adding)
        is_lacking = takes_value and not values
        value = values.pop(0) if takes_value and values else ""
        if kind is ModeKind.LIST and not value:
            asked[letter] = None
            continue
        with_value += takes_value
        if with_value <= MAX_CHANGES or not takes_value:
            wanted.append(Wanted(Change(adding, letter, value), is_lacking))
    return wanted, asked


class Trial:
    """Changes judged in their order: `done` are those that change something, `refusals` why others do not.

    Raises Refused when the caller may change nothing here at all.
    """

    def __init__(self, call: Call, room: Room, wanted: list[Wanted]) -> None:
        self.done: list[Change] = []
        self.refusals: dict[str, Refused] = {}  # each once
        self._call = call
        self._room = room
        self._draft = room.draft()
        known = [one.change for one in wanted if one.change.letter in ROOM_MODES]
        if known and not any(map(self._is_laid_down, known)):
            self._check_may_change()
        for one in wanted:
            try:
                self._judge(one)
            except Refused as refused:
                self.refusals.setdefault(f"{refused.why} {refused.facts}", refused)

    def _check_may_change(self) -> None:
        user = self._call.user
        if user not in self._room.members and not user.is_server_operator:
            raise Refused(Why.NOT_MEMBER, room=self._room.name)
        self._room.check_rank(user, min(RANK_TO_CHANGE.values()))

    def _is_laid_down(self, change: Change) -> bool:
        """Whether it is a privilege of their own that the caller gives up, as everybody may."""
        is_own = self._call.chat.user(change.value) is self._call.user and self._call.user in self._room.members
        return not change.adding and ROOM_MODES.get(change.letter) is ModeKind.PRIVILEGE and is_own

    def _judge(self, wanted: Wanted) -> None:
        call, letter = self._call, wanted.change.letter
        if letter not in ROOM_MODES:
            raise Refused(Why.MODE_UNKNOWN, letter=letter)
        if not self._is_laid_down(wanted.change):
            self._check_rank(wanted.change)
        change = _CHECKS[ROOM_MODES[letter]](call, self._draft, wanted)
        if not is_change(call, self._draft, change):
            return
        self.done.append(change)
        if ROOM_MODES[letter] is ModeKind.PRIVILEGE:
            self._draft.change_privilege(find_user(call, change.value), change)
        else:
            self._draft.change_mode(change, call.chat.names.fold(change.value), Listed(change.value, call.who.mask, 0))

    def _check_rank(self, change: Change) -> None:
        room, user, letter = self._room, self._call.user, change.letter
        room.check_rank(user, RANK_TO_CHANGE.get(letter, OPERATOR))
        if letter in SET_BY_SERVER:
            raise Refused(Why.MODE_OF_SERVER, letter=letter, room=room.name)
        if letter in SET_BY_SERVER_OPERATORS and not user.is_server_operator:
            raise Refused(Why.SERVER_OPERATORS_ONLY)
        other = self._call.chat.user(change.value) if ROOM_MODES[letter] is ModeKind.PRIVILEGE else None
        if other is not None and not change.adding:
            room.check_not_above(user, other)


# ---- what each kind of mode takes


def _check_privilege(call: Call, room: Room, wanted: Wanted) -> Change:
    _check_not_lacking(room, wanted, "nick")
    user = find_user(call, wanted.change.value)
    if user not in room.members:
        raise Refused(Why.PERSON_NOT_MEMBER, nick=user.nick, room=room.name)
    return wanted.change._replace(value=user.nick)


def _check_list(call: Call, room: Room, wanted: Wanted) -> Change:
    return checked_mask(call, room, wanted.change)


def checked_mask(call: Call, room: Room, change: Change) -> Change:
    """A change of a list with its mask completed; Refused when it can't be one, or there is no room for it."""
    mask = list_mask(change.value)
    if not mask.isprintable() or " " in mask:
        raise _bad_value(room, change.letter, _TAKES[""])
    if change.adding and len(mask.encode()) > MAX_MASK:
        raise Refused(Why.MASK_TOO_LONG, room=room.name, letter=change.letter, mask=mask, limit=MAX_MASK)
    masks = room.lists[change.letter]
    if change.adding and len(masks) >= MAX_LIST and call.chat.names.fold(mask) not in masks:
        raise Refused(Why.LIST_FULL, room=room.name, mask=mask, limit=MAX_LIST, letter=change.letter)
    return change._replace(value=mask)


def _check_key(call: Call, room: Room, wanted: Wanted) -> Change:
    change, limit = wanted.change, call.chat.names.key_length
    key = change.value
    if not change.adding:
        return change._replace(value="*")
    _check_not_lacking(room, wanted, "key")
    if not key:
        raise _bad_value(room, "k", _TAKES["k"])
    if len(key) > limit or "," in key or " " in key or key.startswith(":") or not key.isprintable():
        raise Refused(Why.KEY_BAD, room=room.name, key=key, limit=limit)
    return change


def _check_setting(call: Call, room: Room, wanted: Wanted) -> Change:
    change = wanted.change
    if not change.adding:
        return change
    _check_not_lacking(room, wanted, "room" if change.letter == "f" else "number")
    return change._replace(value=_SETTINGS[change.letter](call, room, change))


def _limit(call: Call, room: Room, change: Change) -> str:
    number = as_number(change.value)
    if not number:
        raise _bad_value(room, "l", _TAKES["l"], change.value)
    return str(number)


def _pace(call: Call, room: Room, change: Change) -> str:
    number = as_number(change.value)
    if not number or number > SLOWEST:
        raise _bad_value(room, "W", _TAKES["W"], change.value)
    return str(number)


def _forward(call: Call, room: Room, change: Change) -> str:
    """Only who keeps order there as well may send people there."""
    to = call.chat.room(change.value)
    if to is None or not (to.is_open and to.is_visible_to(call.user)) or to.folded == room.folded:
        raise _bad_value(room, "f", _TAKES["f"], change.value)
    to.check_operator(call.user)
    return to.name


def _check_flag(call: Call, room: Room, wanted: Wanted) -> Change:
    return wanted.change


def _check_not_lacking(room: Room, wanted: Wanted, what: str) -> None:
    if wanted.is_lacking:
        sign = "+" if wanted.change.adding else "-"
        raise Refused(Why.USAGE, command="mode", usage=f"mode {room.name} {sign}{wanted.change.letter} {what}")


def _bad_value(room: Room, letter: str, expected: str, value: str = "") -> Refused:
    shown = value if value.isprintable() and " " not in value and not value.startswith(":") else ""
    return Refused(Why.MODE_VALUE_BAD, room=room.name, letter=letter, value=shown or "*", expected=expected)


_SETTINGS: dict[str, Callable[[Call, Room, Change], str]] = {"l": _limit, "f": _forward, "W": _pace}
_CHECKS: dict[ModeKind, Callable[[Call, Room, Wanted], Change]] = {
    ModeKind.PRIVILEGE: _check_privilege,
    ModeKind.LIST: _check_list,
    ModeKind.KEY: _check_key,
    ModeKind.SETTING: _check_setting,
    ModeKind.FLAG: _check_flag,
}


def is_change(call: Call, room: Room, change: Change) -> bool:
    """Whether the change would change anything."""
    kind = ROOM_MODES[change.letter]
    if kind is ModeKind.PRIVILEGE:
        user = call.chat.user(change.value)
        return user is not None and (change.letter in room.members.get(user, "")) != change.adding
    if kind is ModeKind.LIST:
        return (call.chat.names.fold(change.value) in room.lists[change.letter]) != change.adding
    if change.adding:
        return room.modes.get(change.letter) != change.value
    return change.letter in room.modes
