"""Tokens, by which scripts speak in a room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.core import events as ev
from chatroom.core.apply.table import Heard, applies
from chatroom.core.room import Room
from chatroom.core.tokens import Token

if TYPE_CHECKING:
    from chatroom.core.chat import Chat


@applies(ev.TokenChanged)
def _token_changed(chat: Chat, event: ev.TokenChanged) -> Heard:
    room, folded = chat.room_for(event.room), chat.names.fold(event.name)
    if event.digest:
        chat.tokens[folded] = Token(event.name, room, event.digest, event.who.mask, chat.time)
    else:
        chat.tokens.pop(folded, None)
    return Heard((room.place,), ())


def drop_tokens(chat: Chat, room: Room) -> None:
    """`room` closes: nobody speaks there any more."""
    for folded in [folded for folded, token in chat.tokens.items() if token.room is room]:
        del chat.tokens[folded]
