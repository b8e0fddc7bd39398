"""Talk: what is said in rooms and in private."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from chatroom.core import events as ev
from chatroom.core.apply.people import accept
from chatroom.core.apply.table import Heard, applies, personal_place, private_place
from chatroom.core.room import Room
from chatroom.core.user import User

if TYPE_CHECKING:
    from chatroom.core.chat import Chat


@applies(ev.Tagged)
@applies(ev.Said)
def _said(chat: Chat, event: ev.Said | ev.Tagged) -> Heard:
    room = chat.rooms[chat.names.fold(event.room)]
    user = chat.users.get(chat.names.fold(event.who.nick))
    if user is None:  # a script, which is not here
        chat.once.note(chat.number, event)
        return Heard((room.place,), room.members)
    if isinstance(event, ev.Said):  # tags alone are no talk: nobody is less idle for them, nor to be answered
        user.spoke = chat.time
        if "W" in room.modes:
            room.said_at[user] = chat.time
    if event.tags:
        chat.once.note(chat.number, event)
    hearers: Collection[User] = room.members
    place = room.place
    if event.to or "U" in room.modes:
        place, hearers = _narrowed(room, user, event.to)
    if user.ignored_by:
        hearers = [member for member in hearers if member not in user.ignored_by]
    return Heard((place,), hearers)


def _narrowed(room: Room, user: User, to: str) -> tuple[str, Collection[User]]:
    """Where that is kept, and who hears it, which is not for everybody: meant for some, or said without a privilege."""
    sign = to or ("" if room.members.get(user) else "@")
    if not sign:
        return room.place, room.members
    above = dict.fromkeys(room.above(sign))
    return f"{sign}{room.place}", above | {user: None} if user in room.members else above


@applies(ev.TaggedTo)
@applies(ev.Told)
def _told(chat: Chat, event: ev.Told | ev.TaggedTo) -> Heard:
    user, other = chat.user_of(event), chat.users.get(chat.names.fold(event.to.nick))
    if other is None:
        return _kept_for_absent(chat, event, user)
    kept = [private_place(one, two) for one, two in _keepers(user, other) if one.who.account]
    places = tuple(dict.fromkeys((*kept, personal_place(user.folded), personal_place(other.folded))))
    if isinstance(event, ev.Told):
        user.spoke = chat.time
        if event.tags:
            chat.once.note(chat.number, event)
        _expect_answer(user, other)
    if user in other.ignoring:
        return Heard(places, (user,))
    if isinstance(event, ev.Told):
        other.answers_to = user
    return Heard(places, (user, other) if user is not other else (user,))


def _kept_for_absent(chat: Chat, event: ev.Told | ev.TaggedTo, user: User) -> Heard:
    """Somebody with an account is written to while they are not here: they find it when they are back."""
    user.spoke = chat.time
    if isinstance(event, ev.Told) and event.tags:
        chat.once.note(chat.number, event)
    key = f"={chat.names.fold(event.to.account)}"
    return Heard((f"{user.key} {key}", f"{key} {user.key}", personal_place(user.folded)), (user,))


def _expect_answer(user: User, other: User) -> None:
    """Who writes to a guest hears them too, though otherwise they hear no guests (user mode R)."""
    if not user.hears_in_private(other):
        accept(user, other)


def _keepers(user: User, other: User) -> list[tuple[User, User]]:
    """Private talk is kept for those who have an account, each under their own: nobody else can ever ask for it.

    Who does not hear it does not find it later either.
    """
    return [(user, other)] if user in other.ignoring else [(user, other), (other, user)]
