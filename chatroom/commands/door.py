"""Who may not come in at all, or log in, and what they are told."""

from __future__ import annotations

from chatroom.commands.call import Call, Server
from chatroom.core.events import Who
from chatroom.core.listed import Listed, terms
from chatroom.core.refusals import Refused, Why


def refusal_of(server: Server, bar: Listed) -> Refused:
    """What somebody is told whom `bar` keeps out, and how to appeal if anybody may be asked."""
    appeal = f" To appeal: {server.admin}" if server.admin else ""
    return Refused(Why.BARRED, network=server.network, terms=terms(bar, server.now), appeal=appeal)


def check_not_barred(call: Call, who: Who) -> None:
    """Raise Refused when `who`, a newcomer, may not come in."""
    bar = call.chat.bars.of_person(who, call.session.address)
    if bar is not None:
        raise refusal_of(call.server, bar)


def check_account(call: Call, account: str) -> None:
    """Raise Refused when nobody may log in to `account` just now."""
    bar = call.chat.bars.of_account(account)
    if bar is not None:
        raise refusal_of(call.server, bar)
