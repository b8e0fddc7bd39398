"""What is told of accounts, as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from chatroom.core import account_replies as re_
from chatroom.core.account import SETTINGS
from chatroom.core.replies import Reply
from chatroom.dialects.plain.context import Context
from chatroom.dialects.plain.text import count, listing, safe

UNASKED = 20  # lines that /private shows when it is not told how many


def _made(reply: re_.AccountMade, context: Context) -> Iterator[str]:
    yield f"-- {reply.name} is registered now: only who knows the password can be called that."


def _unread(reply: re_.UnreadTalk, context: Context) -> Iterator[str]:
    yield "-- Written to you in private while you were not here:"
    for talk in reply.talks:
        nick, far = safe(talk.nick), f" {talk.lines}" if talk.lines > UNASKED else ""
        it = "it" if talk.messages == 1 else "them"
        yield f"   {count(talk.messages, 'message')} from {nick}. To read {it}: /private {nick}{far}"


def _gone(reply: re_.AccountGone, context: Context) -> Iterator[str]:
    yield f"-- The account {reply.name} is gone, and the name is free."


def _logged_in(reply: re_.LoggedIn, context: Context) -> Iterator[str]:
    hint = f" /nick {reply.name} gives you the name." if context.nick not in ("", reply.name) else ""
    yield f"-- You are logged in as {reply.name}.{hint}"


def _logged_out(reply: re_.LoggedOut, context: Context) -> Iterator[str]:
    yield f"-- You are logged out of {reply.name}."


def _password(reply: re_.PasswordChanged, context: Context) -> Iterator[str]:
    yield f"-- The password of {reply.name} is changed."


def _certificates(reply: re_.CertificatesShown, context: Context) -> Iterator[str]:
    yield f"-- TLS certificates that open your account: {len(reply.fingerprints)}. /cert add takes the one you show."
    yield from (f"   {fingerprint}" for fingerprint in reply.fingerprints)


def _account(reply: re_.AccountShown, context: Context) -> Iterator[str]:
    account = reply.account
    yield f"-- The account {account.name} was made on {context.moment(account.created):%Y-%m-%d}."
    here = listing([f"{user.nick} ({count(len(user.outboxes), 'connection')})" for user in reply.people])
    if reply.is_shown_all:
        yield f"   here: {here or 'nobody'}"
        yield f"   certificates: {len(account.certificates)}"
    elif reply.people:
        yield f"   here: {listing([user.nick for user in reply.people])}"


def _settings(reply: re_.SettingsShown, context: Context) -> Iterator[str]:
    width = max(map(len, reply.settings))
    if reply.is_new:
        yield from (f"-- {name} is {value} now." for name, value in reply.settings.items())
        return
    yield "-- How your account is set up. To change it: /set <setting> on, or off"
    for name, value in reply.settings.items():
        yield f"   {name:<{width}}  {value:<3}  {SETTINGS[name].sentence}"


def _ghost(reply: re_.GhostGone, context: Context) -> Iterator[str]:
    take = "" if reply.nick == context.nick else f" /nick {reply.nick} takes the name."
    yield f"-- No other connection is called {reply.nick} any more.{take}"


ACCOUNTS: dict[type[Reply], Callable[[Any, Context], Iterator[str]]] = {
    re_.AccountMade: _made,
    re_.AccountGone: _gone,
    re_.UnreadTalk: _unread,
    re_.LoggedIn: _logged_in,
    re_.LoggedOut: _logged_out,
    re_.PasswordChanged: _password,
    re_.CertificatesShown: _certificates,
    re_.AccountShown: _account,
    re_.SettingsShown: _settings,
    re_.GhostGone: _ghost,
}
