"""Keeping order in a room: its modes, its operators, putting somebody out."""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.table import Needs, Section, find_user
from chatroom.core.events import Change, Event, Kicked, ModesChanged, UserModesChanged
from chatroom.core.modes import MAX_LIST, MAX_MASK, ROOM_MODES, USER_MODES, ModeKind, full_mask
from chatroom.core.names import as_number, clip
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import ListShown, ModesShown, Reply, UserModesShown
from chatroom.core.room import Room
from chatroom.core.user import User

moderation = Section("Keeping order")
MAX_CHANGES = 12  # with a value, in one call


@moderation.command("kick nick [room] [reason...]", needs=Needs.OPERATOR)
def kick(call: Call, nick: User, room: Room, reason: str = "") -> Iterator[Event | Reply]:
    """Put somebody out of a room."""
    if nick not in room.members:
        raise Refused(Why.PERSON_NOT_MEMBER, nick=nick.nick, room=room.name)
    yield Kicked(call.who, room.name, nick.nick, clip(reason, call.chat.names.reason_length))


@moderation.command("op nick [room]", needs=Needs.OPERATOR)
def op(call: Call, nick: User, room: Room) -> Iterator[Event | Reply]:
    """Make somebody an operator of a room."""
    return _grant(call, room, nick, Change(True, "o", nick.nick))


@moderation.command("deop nick [room]", needs=Needs.OPERATOR)
def deop(call: Call, nick: User, room: Room) -> Iterator[Event | Reply]:
    """Make somebody an operator no longer."""
    return _grant(call, room, nick, Change(False, "o", nick.nick))


@moderation.command("voice nick [room]", needs=Needs.OPERATOR)
def voice(call: Call, nick: User, room: Room) -> Iterator[Event | Reply]:
    """Let somebody speak even while the room is moderated."""
    return _grant(call, room, nick, Change(True, "v", nick.nick))


def _grant(call: Call, room: Room, nick: User, change: Change) -> Iterator[Event | Reply]:
    if nick not in room.members:
        raise Refused(Why.PERSON_NOT_MEMBER, nick=nick.nick, room=room.name)
    if not _is_change(call, room, change):
        raise Refused(Why.CHANGES_NOTHING, nick=nick.nick, room=room.name)
    yield ModesChanged(call.who, room.name, (change,))


@moderation.command("mode [room] [changes...]")
def mode(call: Call, room: Room, changes: str = "") -> Iterator[Event | Reply]:
    """Show or change a room's modes as in IRC: "/mode +m", "/mode +b bob!*@*", "/mode b" lists the bans."""
    if not changes.strip("+- "):
        yield ModesShown(room, call.user in room.members)
        return
    wanted, asked = _parse(changes)
    for letter in asked:
        yield ListShown(room, letter)
    trial = _Trial(call, room, wanted)
    if trial.is_asking:
        if call.user not in room.members:
            raise Refused(Why.NOT_MEMBER, room=room.name)
        room.check_operator(call.user)
    if trial.done:
        yield ModesChanged(call.who, room.name, tuple(trial.done))
    for refused in trial.refusals.values():
        call.session.refuse(refused, call)


def _parse(changes: str) -> tuple[list[Change], dict[str, None]]:
    """The changes asked for, and the lists asked about."""
    letters, *values = [word for word in changes.split(" ") if word] or [""]
    adding, with_value = True, 0
    wanted: list[Change] = []
    asked: dict[str, None] = {}
    for letter in letters:
        if letter in "+-":
            adding = letter == "+"
            continue
        kind = ROOM_MODES.get(letter)
        takes_value = kind not in (None, ModeKind.FLAG) and not (kind is ModeKind.LIMIT and not adding)
        value = values.pop(0) if takes_value and values else ""
        if kind is ModeKind.LIST and not value:
            asked[letter] = None
            continue
        with_value += takes_value
        if with_value <= MAX_CHANGES or not takes_value:
            wanted.append(Change(adding, letter, value))
    return wanted, asked


class _Trial:
    """Changes judged in their order, each by the room as those before it would leave it."""

    def __init__(self, call: Call, room: Room, wanted: list[Change]) -> None:
        self.done: list[Change] = []  # that change something
        self.refusals: dict[str, Refused] = {}  # each once
        self.is_asking = False  # for anything that can be, even if it is so already
        self._call = call
        self._draft = room.draft()
        for change in wanted:
            try:
                self._judge(_CHECKS[ROOM_MODES.get(change.letter)](call, self._draft, change))
            except Refused as refused:
                self.refusals.setdefault(f"{refused.why} {change}", refused)

    def _judge(self, change: Change) -> None:
        self.is_asking = True
        if not _is_change(self._call, self._draft, change):
            return
        self.done.append(change)
        if ROOM_MODES[change.letter] is ModeKind.PRIVILEGE:
            self._draft.change_privilege(find_user(self._call, change.value), change)
        else:
            self._draft.change_mode(change, self._call.chat.names.fold(change.value), self._call.who.mask, 0)


def _check_privilege(call: Call, room: Room, change: Change) -> Change:
    if not change.value:
        raise Refused(Why.USAGE, command="mode", usage=f"mode {room.name} +{change.letter} nick")
    user = find_user(call, change.value)
    if user not in room.members:
        raise Refused(Why.PERSON_NOT_MEMBER, nick=user.nick, room=room.name)
    return change._replace(value=user.nick)


def _check_list(call: Call, room: Room, change: Change) -> Change:
    mask = full_mask(change.value)
    if change.adding and len(mask.encode()) > MAX_MASK:
        raise Refused(Why.MASK_TOO_LONG, room=room.name, letter=change.letter, mask=mask, limit=MAX_MASK)
    if change.adding and len(room.lists[change.letter]) >= MAX_LIST:
        raise Refused(Why.LIST_FULL, room=room.name, mask=mask, limit=MAX_LIST, letter=change.letter)
    return change._replace(value=mask)


def _check_key(call: Call, room: Room, change: Change) -> Change:
    key, limit = change.value, call.chat.names.key_length
    if not change.adding:
        return change._replace(value="*")
    if not key:
        raise Refused(Why.USAGE, command="mode", usage=f"mode {room.name} +k key")
    if len(key) > limit or "," in key or key.startswith(":") or not key.isprintable():
        raise Refused(Why.KEY_BAD, room=room.name, key=key, limit=limit)
    return change


def _check_limit(call: Call, room: Room, change: Change) -> Change:
    if not change.adding:
        return change
    if not change.value:
        raise Refused(Why.USAGE, command="mode", usage=f"mode {room.name} +l number")
    number = as_number(change.value)
    if not number:
        raise Refused(Why.NOT_A_NUMBER, word=change.value, usage=f"mode {room.name} +l number", letter="l")
    return change._replace(value=str(number))


def _check_flag(call: Call, room: Room, change: Change) -> Change:
    if change.letter not in ROOM_MODES:
        raise Refused(Why.MODE_UNKNOWN, letter=change.letter)
    return change


_CHECKS = {
    ModeKind.PRIVILEGE: _check_privilege,
    ModeKind.LIST: _check_list,
    ModeKind.KEY: _check_key,
    ModeKind.LIMIT: _check_limit,
    ModeKind.FLAG: _check_flag,
    None: _check_flag,
}


def _is_change(call: Call, room: Room, change: Change) -> bool:
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


@moderation.command("usermode [changes]")
def usermode(call: Call, changes: str = "") -> Iterator[Event | Reply]:
    """Show or change your own modes: i, seen only by those who share a room with you."""
    if not changes:
        yield UserModesShown(call.user)
        return
    adding, asked, unknown = True, dict[str, bool](), False
    for letter in changes:
        if letter in "+-":
            adding = letter == "+"
        elif letter not in USER_MODES:
            unknown = True
        else:
            asked[letter] = adding  # the last word counts
    wanted = tuple(Change(on, letter) for letter, on in asked.items() if (letter in call.user.modes) != on)
    if wanted:
        yield UserModesChanged(call.who, wanted)
    if unknown:
        raise Refused(Why.USER_MODE_UNKNOWN)
