"""Metadata: what people say of themselves, and operators of rooms.

Nobody but who did it hears of it as one of many: each connection wants to know of other keys, so all who might are
noticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.core import events as ev
from chatroom.core.apply.table import Heard, applies

if TYPE_CHECKING:
    from chatroom.core.chat import Chat


@applies(ev.MetadataChanged)
def _of_person(chat: Chat, event: ev.MetadataChanged) -> Heard:
    user = chat.users[chat.names.fold(event.nick)]
    _set(user.metadata, event.key, event.value)
    watchers = {outbox: None for other in user.neighbours() for outbox in other.outboxes}
    return Heard((), (chat.user_of(event),), {**watchers, **chat.watching(user.folded)})


@applies(ev.RoomMetadataChanged)
def _of_room(chat: Chat, event: ev.RoomMetadataChanged) -> Heard:
    room = chat.room_for(event.room)
    _set(room.metadata, event.key, event.value)
    by = chat.users.get(chat.names.fold(event.who.nick))  # nobody, when it is remembered
    watchers = [outbox for member in room.members for outbox in member.outboxes]
    return Heard((room.place,), (by,) if by else (), watchers)


def _set(values: dict[str, str], key: str, value: str) -> None:
    if value:
        values[key] = value
    else:
        values.pop(key, None)
