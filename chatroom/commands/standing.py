"""What comes and goes with an account that has the office of an operator of the server."""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.core.events import Change, Event, OfficeChanged, UserModesChanged
from chatroom.core.user import User


def office_taken(call: Call, user: User) -> Iterator[Event]:
    """What has to happen when `user` has logged in, or come in as who is logged in."""
    account = user.who.account
    if account and call.chat.names.fold(account) in call.chat.offices and not user.is_server_operator:
        yield UserModesChanged(user.who, (Change(True, "o"),))


def office_left(call: Call, user: User, account: str) -> Iterator[Event]:
    """What has to happen when `user` has logged out of `account`."""
    if call.chat.names.fold(account) in call.chat.offices and user.is_server_operator:
        yield UserModesChanged(user.who, (Change(False, "o"),))


def office_ended(call: Call, account: str) -> Iterator[Event]:
    """What has to happen when `account` is given up: whoever takes the name later is nobody in particular."""
    if call.chat.names.fold(account) in call.chat.offices:
        yield OfficeChanged(call.who, account, False)
