"""Operators of the server by account: who logs in to one of those is an operator, for as long as they are logged in.

Strategy: the first one is made by a code that the server prints while nobody has the office; it counts once. Whoever
has it names others.
"""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.server import server
from chatroom.commands.table import Needs
from chatroom.core.events import Change, Event, OfficeChanged, UserModesChanged
from chatroom.core.order_replies import OfficeGiven, OfficesShown
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import AdminShown, Reply

Outcome = Iterator[Event | Reply]


@server.command("admin [code] [account]", needs=Needs.NOTHING, cost=2)
def admin(call: Call, code: str = "", account: str = "") -> Outcome:
    """Show who runs the server; "/admin CODE" makes you its first operator, "/admin add bob" another, or "remove"."""
    if not code:
        return _shown(call)
    if code.lower() in ("add", "remove"):
        return _changed(call, code.lower() == "add", account)
    return _made_by_code(call, code)


def _shown(call: Call) -> Outcome:
    user = call.session.user
    is_operator = user is not None and user.is_server_operator
    if call.server.admin:
        yield AdminShown(call.server.admin)
    elif not is_operator:
        raise Refused(Why.NO_ADMIN, server=call.server.name)
    if is_operator:
        yield OfficesShown(list(call.chat.offices.values()), list(call.server.operators))


def _made_by_code(call: Call, code: str) -> Outcome:
    user = call.user
    if not call.server.take_code(code):
        raise Refused(Why.CODE_WRONG)
    if not user.is_server_operator:
        yield UserModesChanged(user.who, (Change(True, "o"),))
    if user.who.account:
        yield OfficeChanged(user.who, user.who.account, True)
    yield OfficeGiven(user.nick, user.who.account)


def _changed(call: Call, is_operator: bool, name: str) -> Outcome:
    if not call.user.is_server_operator:
        raise Refused(Why.SERVER_OPERATORS_ONLY)
    if not name:
        raise Refused(Why.USAGE, command="admin", usage=f"admin {'add' if is_operator else 'remove'} <account>")
    offices, folded = call.chat.offices, call.chat.names.fold(name)
    found = call.server.accounts.find(name)
    if found is None and (is_operator or folded not in offices):
        raise Refused(Why.NO_SUCH_ACCOUNT, account=name)
    account = found.name if found is not None else offices[folded]
    if (folded in offices) == is_operator:
        raise Refused(Why.OFFICE_SO, account=account)
    if not is_operator and len(offices) == 1 and not call.server.operators:
        raise Refused(Why.LAST_OFFICE, account=account)
    yield OfficeChanged(call.who, account, is_operator)
    for user in list(call.chat.by_account.get(folded, ())):
        if user.is_server_operator != is_operator:
            yield UserModesChanged(user.who, (Change(is_operator, "o"),))
