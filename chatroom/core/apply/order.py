"""The order of the whole server: who may not come in, who keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.core import events as ev
from chatroom.core.apply.table import AUDIT, Heard, applies
from chatroom.core.listed import Listed

if TYPE_CHECKING:
    from chatroom.core.chat import Chat


@applies(ev.Barred)
def _barred(chat: Chat, event: ev.Barred) -> Heard:
    until = chat.time + event.seconds * 1000 if event.seconds else 0
    listed = Listed(event.mask, event.who.mask, chat.time, event.reason, until, event.about)
    chat.ends.add(chat.bars, "", chat.bars.put(listed))
    return _for_operators(chat)


@applies(ev.Unbarred)
def _unbarred(chat: Chat, event: ev.Unbarred) -> Heard:
    chat.bars.drop(event.mask)
    return _for_operators(chat)


@applies(ev.OfficeChanged)
def _office(chat: Chat, event: ev.OfficeChanged) -> Heard:
    folded = chat.names.fold(event.account)
    if event.is_operator:
        chat.offices[folded] = event.account
    else:
        chat.offices.pop(folded, None)
    return _for_operators(chat)


def _for_operators(chat: Chat) -> Heard:
    """Each operator of the server is told in their own way; anybody else may never know."""
    operators = [user for user in chat.users.values() if user.is_server_operator]
    return Heard((AUDIT,), (), [outbox for user in operators for outbox in user.outboxes])
