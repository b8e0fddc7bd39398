"""Hosts that operators of the server give to accounts: what others see in place of a hashed address.

Strategy: the host is a part of the account: whoever logs in is seen with it, and after logging out with their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from chatroom.commands.call import Call
from chatroom.core.events import Event, HostChanged
from chatroom.core.user import User


def keep_host(call: Call, account: str, host: str) -> None:
    """Have an account keep a host, or none (""); a guest has no account, and nothing is kept."""
    kept = call.server.accounts.find(account) if account else None
    if kept is not None and kept.host != host:
        call.server.accounts.put(replace(kept, host=host))


def host_given(call: Call, user: User) -> Iterator[Event]:
    """What has to happen when `user` has logged in."""
    account = call.server.accounts.find(user.who.account) if user.who.account else None
    if account is not None and account.host:
        yield from _shown(user, account.host)


def host_taken(call: Call, user: User, account: str) -> Iterator[Event]:
    """What has to happen when `user` has logged out of `account`."""
    left = call.server.accounts.find(account)
    if left is not None and left.host:
        yield from _shown(user, user.own_host)


def _shown(user: User, host: str) -> Iterator[Event]:
    if host != user.who.host:
        yield HostChanged(user.who, user.who.username, host)
