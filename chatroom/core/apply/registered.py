"""Rooms that belong to an account: whose they are, and who has what in them whenever they come in.

Strategy: what is given to or taken from somebody with an account in such a room is kept for the account, so that it is
theirs again the next time; what they lay down themselves is not. The founder has the highest privilege in any case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.core import events as ev
from chatroom.core.apply.table import Heard, applies, audits
from chatroom.core.events import Change, Who
from chatroom.core.modes import PREFIXES
from chatroom.core.room import Grant, Room
from chatroom.core.user import User

if TYPE_CHECKING:
    from chatroom.core.chat import Chat


def restored(chat: Chat, room: Room, user: User) -> None:
    """Give `user`, a member of a registered room, what their account has there; everybody is told by the server."""
    had, letters = room.members[user], room.letters_for(chat.names.fold(user.who.account))
    if new := [letter for letter in letters if letter not in had]:
        room.members[user] = had + "".join(new)
        changes = tuple(Change(True, letter, user.nick) for letter in new)
        chat.follow(ev.ModesChanged(chat.itself, room.name, changes))


def keep_privileges(chat: Chat, room: Room, member: User, by: Who) -> None:
    """Keep what `member` has now for their account."""
    account = member.who.account
    letters = "".join(letter for letter in PREFIXES if letter in room.members[member])
    folded = chat.names.fold(account)
    if folded == room.founder:
        letters = letters.replace("q", "")  # theirs without saying
    if letters != room.letters_given(folded):
        chat.follow(ev.Granted(by, room.name, account, letters))


@applies(ev.Registered)
@audits
def _registered(chat: Chat, event: ev.Registered) -> Heard:
    room, before, account = chat.room_for(event.room), chat.room_for(event.room).founder, chat.names.fold(event.account)
    room.founder, room.founder_name = account, event.account
    chat.guard(room)
    if bool(before) != bool(account):
        chat.follow(ev.ModesChanged(event.who, room.name, (Change(bool(account), "r"),)))
    if not account:
        room.grants = {}
        if not (room.members or room.is_permanent):
            chat.follow(ev.Closed(event.who, room.name))
    _pass_on(chat, room, before, event.who)
    return Heard((room.place,), ())


def _pass_on(chat: Chat, room: Room, before: str, by: Who) -> None:
    """The founder changed: take the privilege from the members of the one account, give it to those of the other."""
    for member in list(room.members):
        account, letters = chat.names.fold(member.who.account), room.members[member]
        if not account:
            continue
        if account == room.founder and "q" not in letters:
            chat.follow(ev.ModesChanged(by, room.name, (Change(True, "q", member.nick),)))
        elif account == before != room.founder and "q" in letters:
            changes = (Change(False, "q", member.nick), Change(True, "o", member.nick))
            chat.follow(ev.ModesChanged(by, room.name, changes if "o" not in letters else changes[:1]))
        if room.founder and not before:
            keep_privileges(chat, room, member, by)


@applies(ev.Granted)
@audits
def _granted(chat: Chat, event: ev.Granted) -> Heard:
    room, account = chat.room_for(event.room), chat.names.fold(event.account)
    if event.letters:
        room.grants[account] = Grant(event.account, event.letters)
    else:
        room.grants.pop(account, None)
    wanted = room.letters_for(account)
    for member in chat.by_account.get(account, ()):
        if member in room.members:
            _bring_to(chat, room, member, wanted, event.who)
    return Heard((room.place,), ())


def _bring_to(chat: Chat, room: Room, member: User, wanted: str, by: Who) -> None:
    """Have `member` have just the privileges `wanted`."""
    had = room.members[member]
    taken = [Change(False, letter, member.nick) for letter in had if letter not in wanted]
    given = [Change(True, letter, member.nick) for letter in wanted if letter not in had]
    if taken or given:
        chat.follow(ev.ModesChanged(by, room.name, (*taken, *given)))
