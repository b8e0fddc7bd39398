"""Replies about tokens as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from chatroom.core import token_replies as tr
from chatroom.core.replies import Reply
from chatroom.dialects.plain.context import Context


def _made(reply: tr.TokenMade, context: Context) -> Iterator[str]:
    room = reply.room.name.removeprefix("#")
    yield f"-- Scripts speak in {reply.room.name} as {reply.name} with this token, which is shown only now:"
    yield f"   {reply.secret}"
    yield f'-- As in: curl -d "hello" -H "Authorization: Bearer {reply.secret}" http://localhost:8066/hook/{room}'


def _removed(reply: tr.TokenRemoved, context: Context) -> Iterator[str]:
    yield f"-- Nobody speaks in {reply.room.name} as {reply.name} any more."


def _shown(reply: tr.TokensShown, context: Context) -> Iterator[str]:
    if not reply.tokens:
        yield f"-- No script speaks in {reply.room.name}. /token add <name> {reply.room.name} lets one."
        return
    yield f"-- Scripts that speak in {reply.room.name}:"
    for token in reply.tokens:
        yield f"   {token.name}, made by {token.by.partition('!')[0]}"


TOKENS: dict[type[Reply], Callable[[Any, Context], Iterator[str]]] = {
    tr.TokenMade: _made,
    tr.TokenRemoved: _removed,
    tr.TokensShown: _shown,
}
