"""What people say of themselves, and operators of their rooms: short texts under keys that programs know.

Strategy: what is said of a person with an account is kept with it and said again when they are back; what is said of
a room lasts as long as its modes. Questions that only one connection can ask (GET, SUB, SYNC) are answered by the
dialect, with the functions here.

Source: IRCv3 metadata (draft), which names the keys' alphabet and the limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from chatroom.commands.call import Call
from chatroom.commands.people import people
from chatroom.core.events import Event, MetadataChanged, RoomMetadataChanged
from chatroom.core.names import is_room
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import MetadataCleared, MetadataMarked, MetadataShown, Reply
from chatroom.core.room import Room
from chatroom.core.user import User

MAX_KEYS = 50  # of one person or room
MAX_KEY = 48  # bytes
MAX_VALUE = 256  # bytes; one line of IRC holds it beside the longest names
MYSELF = "*"
_KEY = re.compile(r"[a-z0-9_./-]+")

Target = User | Room


@people.command("about [target]")
def about(call: Call, target: str = MYSELF) -> Iterator[Event | Reply]:
    """Show what somebody says of themselves, or what is said of a room: "/about bob", "/about #tea"."""
    found = find_target(call, target)
    yield MetadataShown(name_of(found), seen_by(call.user, found))


@people.command("describe target key [value...]", cost=2)
def describe(call: Call, target: str, key: str, value: str = "") -> Iterator[Event | Reply]:
    """Say something of yourself (*) or of a room you run: "/describe * url example.net"; no value takes it back."""
    found = find_target(call, target)
    check_key(key)
    _check_allowed(call, found, key)
    check_value(found.metadata, name_of(found), key, value)
    if value != found.metadata.get(key, ""):
        yield _change(call, found, key, value)
        _keep(call, found, key, value)
    yield MetadataMarked(name_of(found), key, value)


@people.command("undescribe target", cost=2)
def undescribe(call: Call, target: str) -> Iterator[Event | Reply]:
    """Take back everything that is said of you (*), or of a room you run."""
    found = find_target(call, target)
    _check_allowed(call, found, "*")
    keys = list(found.metadata)
    for key in keys:
        yield _change(call, found, key, "")
        _keep(call, found, key, "")
    yield MetadataCleared(name_of(found), keys)


# ---- for the dialects too


def find_target(call: Call, name: str) -> Target:
    """Who or what `name` is, "*" the caller; Refused when it is nothing, or nothing that the caller may know of."""
    if name == MYSELF:
        return call.user
    found: Target | None = call.chat.user(name)
    if is_room(name):
        room = call.chat.room(name)
        found = room if room is not None and room.is_open and room.is_visible_to(call.user) else None
    if found is None:
        raise Refused(Why.METADATA_TARGET, target=name)
    return found


def name_of(target: Target) -> str:
    """What `target` is called."""
    return target.nick if isinstance(target, User) else target.name


def seen_by(user: User, target: Target) -> Mapping[str, str]:
    """What `user` may know of what is said of `target`: of a private room nothing, unless they are in it."""
    is_hidden = isinstance(target, Room) and target.is_private and user not in target.members
    return {} if is_hidden and not user.is_server_operator else target.metadata


def check_key(key: str) -> None:
    """Raise Refused when nothing can be said under `key`."""
    if not is_key(key):
        raise Refused(Why.METADATA_KEY, key=key, limit=MAX_KEY)


def is_key(key: str) -> bool:
    """Whether something can be said under `key`."""
    return len(key) <= MAX_KEY and _KEY.fullmatch(key) is not None


def check_value(values: Mapping[str, str], target: str, key: str, value: str) -> None:
    """Raise Refused when `value` is too long, or one more than can be said of `target`, of which `values` are."""
    if len(value.encode()) > MAX_VALUE:
        raise Refused(Why.METADATA_VALUE, key=key, limit=MAX_VALUE)
    if value and key not in values and len(values) >= MAX_KEYS:
        raise Refused(Why.METADATA_FULL, target=target, limit=MAX_KEYS)


def _check_allowed(call: Call, target: Target, key: str) -> None:
    user = call.user
    may = target.is_operator(user) if isinstance(target, Room) else target is user or user.is_server_operator
    if not may:
        who = "its operators" if isinstance(target, Room) else "them alone"
        raise Refused(Why.METADATA_DENIED, target=name_of(target), key=key, who=who)


def _change(call: Call, target: Target, key: str, value: str) -> Event:
    if isinstance(target, Room):
        return RoomMetadataChanged(call.who, target.name, key, value)
    return MetadataChanged(call.who, target.nick, key, value)


# ---- what is kept with an account


def _keep(call: Call, target: Target, key: str, value: str) -> None:
    kept = call.server.kept
    if kept is None or isinstance(target, Room) or not target.who.account:
        return
    owner = call.chat.names.fold(target.who.account)
    if value:
        kept.put_metadata(owner, key, value)
    else:
        kept.remove_metadata(owner, key)


def told_again(call: Call) -> Iterator[Event]:
    """What was said by the account that the caller has just logged in to."""
    for key, value in _kept_of(call, call.who.account).items():
        if call.user.metadata.get(key) != value:
            yield MetadataChanged(call.who, call.who.nick, key, value)


def begin(call: Call, said: Mapping[str, str]) -> None:
    """Say of the caller, who has just come in, what their account said before, and what they said at the door."""
    for event in told_again(call):
        call.chat.happen(event, call.session.outbox)
    values = call.user.metadata
    for key, value in said.items():
        if values.get(key) != value and (key in values or len(values) < MAX_KEYS):
            call.chat.happen(_change(call, call.user, key, value), call.session.outbox)
            _keep(call, call.user, key, value)


def laid_down(call: Call, account: str) -> Iterator[Event]:
    """What `account`, which the caller has just logged out of, said: it goes with it."""
    for key in _kept_of(call, account):
        if key in call.user.metadata:
            yield MetadataChanged(call.who, call.who.nick, key, "")


def _kept_of(call: Call, account: str) -> Mapping[str, str]:
    kept = call.server.kept
    return kept.metadata(call.chat.names.fold(account)) if kept is not None and account else {}
