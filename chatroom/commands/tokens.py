"""Tokens by which scripts speak in a room, and read it: made, listed and taken back by its operators."""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.moderation import moderation
from chatroom.commands.table import find_room
from chatroom.core.events import Event, TokenChanged
from chatroom.core.names import is_room
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Reply
from chatroom.core.room import Room
from chatroom.core.token_replies import TokenMade, TokenRemoved, TokensShown
from chatroom.core.tokens import digest_of, new_secret

MAX_TOKENS = 20  # of one room


@moderation.command("token action [name] [room]", cost=2)
def token(call: Call, action: str, name: str = "", room: Room | None = None) -> Iterator[Event | Reply]:
    """Let scripts speak in a room: "add" shows a secret, "list" and "remove" as they say."""
    if is_room(name):
        name, room = "", find_room(call, name)
    room = room or call.room
    room.check_operator(call.user)
    if action == "list":
        yield TokensShown(room, [one for one in call.chat.tokens.values() if one.room is room])
    elif action == "add" and name:
        yield from _add(call, room, name)
    elif action == "remove" and name:
        yield from _remove(call, room, name)
    else:
        raise Refused(Why.TOKEN_ACTION, room=room.name)


def _add(call: Call, room: Room, name: str) -> Iterator[Event | Reply]:
    chat = call.chat
    chat.names.check_nick(name)
    is_taken = chat.lookalike(name) or call.server.accounts.lookalike(name) or chat.names.fold(name) in chat.tokens
    if is_taken:
        raise Refused(Why.TOKEN_TAKEN, name=name)
    if sum(one.room is room for one in chat.tokens.values()) >= MAX_TOKENS:
        raise Refused(Why.TOO_MANY_TOKENS, room=room.name, limit=MAX_TOKENS)
    secret = new_secret()
    yield TokenChanged(call.who, room.name, name, digest_of(secret))
    yield TokenMade(room, name, secret)


def _remove(call: Call, room: Room, name: str) -> Iterator[Event | Reply]:
    found = call.chat.tokens.get(call.chat.names.fold(name))
    if found is None or found.room is not room:
        raise Refused(Why.NO_SUCH_TOKEN, name=name, room=room.name)
    yield TokenChanged(call.who, room.name, found.name)
    yield TokenRemoved(room, found.name)
