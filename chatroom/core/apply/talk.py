"""Talk: what is said in rooms and in private."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from chatroom.core import events as ev
from chatroom.core.apply.table import Heard, applies, personal_place, private_place
from chatroom.core.user import User

if TYPE_CHECKING:
    from chatroom.core.chat import Chat


@applies(ev.Tagged)
@applies(ev.Said)
def _said(chat: Chat, event: ev.Said | ev.Tagged) -> Heard:
    room = chat.rooms[chat.names.fold(event.room)]
    user = chat.user_of(event)
    user.spoke = chat.time
    hearers: Collection[User] = room.members
    if user.ignored_by:
        hearers = [member for member in hearers if member not in user.ignored_by]
    return Heard((room.folded,), hearers)


@applies(ev.TaggedTo)
@applies(ev.Told)
def _told(chat: Chat, event: ev.Told | ev.TaggedTo) -> Heard:
    user, other = chat.user_of(event), chat.users[chat.names.fold(event.to.nick)]
    user.spoke = chat.time
    places = tuple(dict.fromkeys((*_kept(user, other), personal_place(user.folded), personal_place(other.folded))))
    if user in other.ignoring:
        return Heard(places, (user,))
    other.answers_to = user
    return Heard(places, (user, other) if user is not other else (user,))


def _kept(user: User, other: User) -> list[str]:
    """Private talk is kept for those who have an account, each under their own: nobody else can ever ask for it."""
    return [private_place(one, two) for one, two in ((user, other), (other, user)) if one.who.account]
