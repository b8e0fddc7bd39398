"""Rooms that belong to an account: making one yours, giving it up or away, who has what in it.

Strategy: in such a room, what is given to somebody with an account is theirs again whenever they come in, so /op and
/voice are all that is needed; /access is for those who are not there.
"""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.rooms import rooms
from chatroom.commands.table import Needs
from chatroom.core.events import Event, Granted, Registered
from chatroom.core.modes import FOUNDER, OPERATOR, PREFIXES, RANK_TO_CHANGE, rank_of
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import AccessChanged, AccessShown, OwnerChanged, Reply
from chatroom.core.room import Room

MAX_OWNED = 20  # rooms of one account
MAX_GRANTS = 200  # accounts that have something in one room


@rooms.command("claim [room]", needs=Needs.OPERATOR, cost=5)
def claim(call: Call, room: Room) -> Iterator[Event | Reply]:
    """Make a room yours: it never closes, and keeps its operators, modes and bans over restarts."""
    account = call.who.account
    if not account:
        raise Refused(Why.NOT_LOGGED_IN)
    if room.is_registered:
        raise Refused(Why.REGISTERED_ALREADY, room=room.name)
    _check_owns_few(call, account, room)
    yield Registered(call.who, room.name, account)
    yield OwnerChanged(room, account)


def _check_owns_few(call: Call, account: str, room: Room) -> None:
    folded = call.chat.names.fold(account)
    if sum(one.founder == folded for one in call.chat.rooms.values()) >= MAX_OWNED:
        raise Refused(Why.TOO_MANY_OWNED, limit=MAX_OWNED, room=room.name)


@rooms.command("release [room]", cost=5)
def release(call: Call, room: Room) -> Iterator[Event | Reply]:
    """Give a room of yours up: it belongs to nobody any more, and closes when the last one leaves."""
    _check_owner(call, room)
    yield Registered(call.who, room.name, "")
    yield OwnerChanged(room, "")


@rooms.command("transfer account [room]", cost=5)
def transfer(call: Call, account: str, room: Room) -> Iterator[Event | Reply]:
    """Give a room of yours to another account."""
    _check_owner(call, room)
    name = _account(call, account)
    if call.chat.names.fold(name) == room.founder:
        raise Refused(Why.REGISTERED_ALREADY, room=room.name)
    _check_owns_few(call, name, room)
    yield Registered(call.who, room.name, name)
    yield OwnerChanged(room, name)


def _check_owner(call: Call, room: Room) -> None:
    """Operators of the server may do as the owner does, for rooms whose owner is gone."""
    if not room.is_registered:
        raise Refused(Why.NOT_REGISTERED, room=room.name)
    if call.chat.names.fold(call.who.account) != room.founder and not call.user.is_server_operator:
        raise Refused(Why.NOT_YOURS, room=room.name)


def disowned(call: Call, account: str) -> Iterator[Event]:
    """An account is given up: its rooms belong to nobody, it has nothing in others, whoever takes the name later."""
    folded = call.chat.names.fold(account)
    for room in [room for room in call.chat.rooms.values() if room.is_registered]:
        if room.founder == folded:
            yield Registered(call.who, room.name, "")
        elif folded in room.grants:
            yield Granted(call.who, room.name, account)


def _account(call: Call, name: str) -> str:
    """The account called `name`, as it is written."""
    account = call.server.accounts.find(name)
    if account is None:
        raise Refused(Why.NO_SUCH_ACCOUNT, account=name)
    return account.name


@rooms.command("access [room] [account] [privileges]")
def access(call: Call, room: Room, account: str = "", privileges: str = "") -> Iterator[Event | Reply]:
    """Show whose a room is and which accounts have what in it; "/access bob o" makes bob its operator for good."""
    if not privileges:
        yield AccessShown(room)
        return
    if not room.is_registered:
        raise Refused(Why.NOT_REGISTERED, room=room.name)
    name = _account(call, account)
    letters = _letters(room, privileges)
    _check_may_give(call, room, name, letters)
    yield Granted(call.who, room.name, name, letters)
    yield AccessChanged(room, name, letters)


def _letters(room: Room, word: str) -> str:
    """Privileges highest first, from letters such as "o" or "+ov"; "-" is none."""
    asked = set(word.lstrip("+-"))
    if not asked <= set(PREFIXES) or (word.startswith("-") and asked):
        raise Refused(Why.PRIVILEGES_BAD, room=room.name, word=word, letters=" ".join(PREFIXES))
    return "".join(letter for letter in PREFIXES if letter in asked)


def _check_may_give(call: Call, room: Room, account: str, letters: str) -> None:
    """Raise Refused unless the caller may give what is new, and take what is gone."""
    folded = call.chat.names.fold(account)
    had = room.letters_given(folded)
    rank = max(room.rank(call.user), rank_of(room.letters_for(call.chat.names.fold(call.who.account))))
    needed = max((RANK_TO_CHANGE.get(letter, OPERATOR) for letter in set(had) ^ set(letters)), default=OPERATOR)
    if rank < max(needed, OPERATOR):
        raise Refused(Why.FOUNDERS_ONLY if needed == FOUNDER else Why.OPERATORS_ONLY, room=room.name)
    if letters and folded not in room.grants and len(room.grants) >= MAX_GRANTS:
        raise Refused(Why.TOO_MANY_GRANTS, room=room.name, limit=MAX_GRANTS)
