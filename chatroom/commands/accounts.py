"""Accounts: making one, logging in and out, proofs, settings, and taking one's name back.

Strategy: all doors lead here: slash commands, IRC's REGISTER and AUTHENTICATE, messages to NickServ. What is slow comes
first; what was checked before it is checked again after it, and nothing lies between the last check and the event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from chatroom.commands.call import Call
from chatroom.commands.door import check_account
from chatroom.commands.entering import account_of, check_not_reserved, is_owner
from chatroom.commands.hosts import host_given, host_taken
from chatroom.commands.metadata import laid_down, told_again
from chatroom.commands.registered import disowned
from chatroom.commands.standing import office_ended, office_left, office_taken
from chatroom.commands.table import Needs, Section
from chatroom.core.account import MAX_CERTIFICATES, MEANINGS, OFF, ON, SETTINGS, Account
from chatroom.core.account_replies import (
    AccountGone,
    AccountMade,
    AccountShown,
    CertificatesShown,
    GhostGone,
    LoggedIn,
    LoggedOut,
    PasswordChanged,
    SettingsShown,
)
from chatroom.core.events import AccountChanged, Event, Ghosted, Quit
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Reply
from chatroom.core.user import User

accounts = Section("Your account")
doors = Section("")  # nobody types these; a dialect calls them
Outcome = Iterator[Event | Reply]

LEAST_PASSWORD = 3  # characters; what guards short ones is how seldom one may try
MOST_PASSWORD = 600  # bytes
STAYED = "Stayed without a connection"  # why they leave who may do so no longer
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


# ---- making one


@accounts.command("register password...", cost=5)
def register(call: Call, password: str) -> Outcome:
    """Make the name you have yours: from then on only who knows the password gets it."""
    yield from signup(call, call.user.nick, password)
    if call.user.who.account:
        yield AccountMade(call.user.who.account)


@doors.command("signup name password...", needs=Needs.NOTHING, cost=5)
def signup(call: Call, name: str, password: str) -> Outcome:
    """Make an account, and log in to it."""
    if account_of(call):
        raise Refused(Why.LOGGED_IN_ALREADY, account=account_of(call))
    if not call.server.accounts.may_register:
        raise Refused(Why.ACCOUNTS_CLOSED, account=name)
    _check_name(call, name)
    _check_password(name, password)
    account = _made(call, name, password)
    if account is not None:
        yield from _logged_in(call, account)


def _check_name(call: Call, name: str) -> None:
    """Raise Refused unless there can be an account called `name`, made by the caller."""
    try:
        call.chat.names.check_nick(name)
        check_not_reserved(call, name)
    except Refused as refused:
        raise Refused(Why.ACCOUNT_BAD, account=name, problem=refused.sentence) from refused
    if call.server.accounts.lookalike(name) is not None:
        raise Refused(Why.ACCOUNT_EXISTS, account=name)
    holder = call.chat.lookalike(name)
    if holder is not None and holder is not call.session.user:
        raise Refused(Why.ACCOUNT_HELD, account=name)


def _check_password(name: str, password: str) -> None:
    if len(password) < LEAST_PASSWORD or password.lower() == name.lower():
        raise Refused(Why.PASSWORD_WEAK, account=name, limit=LEAST_PASSWORD)
    if len(password.encode()) > MOST_PASSWORD or not password.isprintable():
        raise Refused(Why.PASSWORD_BAD, account=name, limit=MOST_PASSWORD)


def _made(call: Call, name: str, password: str) -> Account | None:
    """A new account; None when the caller has gone meanwhile. Slow."""
    accounts = call.server.accounts
    _check_disk(call)
    accounts.take_new(name, call.session.address)
    hashed, scram = accounts.credentials(password)
    if call.session.outbox.is_ended:
        return None
    _check_disk(call)
    _check_name(call, name)  # somebody may have been faster
    account = Account(name, hashed, scram, created=call.server.now())
    accounts.put(account)
    return account


def _check_disk(call: Call) -> None:
    if call.chat.sealed:
        raise call.chat.sealed


@accounts.command("unregister password...", cost=5)
def unregister(call: Call, password: str) -> Outcome:
    """Give your account up for good; the name is free then, and what the account kept is gone."""
    account = _proven(call, _own(call).name, password)
    if account is None:
        return
    _check_disk(call)
    yield from disowned(call, account.name)
    yield LoggedOut(account.name)
    yield from _everybody_logged_out(call, account)
    yield from _left_behind(call, call.user, account.name)
    yield from office_ended(call, account.name)
    call.server.accounts.remove(account)
    yield AccountGone(account.name)


def _everybody_logged_out(call: Call, account: Account) -> Iterator[Event]:
    for user in _logged_in_to(call, account):
        if user.outboxes:
            yield AccountChanged(user.who, "")
            yield from host_taken(call, user, account.name)
            yield from office_left(call, user, account.name)
        else:
            yield Quit(user.who, STAYED)


def _logged_in_to(call: Call, account: Account) -> list[User]:
    return list(call.chat.by_account.get(call.chat.names.fold(account.name), ()))


# ---- logging in and out


@accounts.command("login [name] password...", needs=Needs.NOTHING, cost=5)
def login(call: Call, name: str = "", *, password: str) -> Outcome:
    """Show that you are the owner of a registered name; without a name, of the one you have."""
    if name and call.session.user is not None and call.server.accounts.find(name) is None:
        name, password = "", f"{name} {password}"  # no account's name, so a password of several words
    return _proven_in(call, name or call.user.nick, password)


@doors.command("identify account password...", needs=Needs.NOTHING, cost=5)
def identify(call: Call, account: str, password: str) -> Outcome:
    """The same, where the account is always named."""
    return _proven_in(call, account, password)


def _proven_in(call: Call, name: str, password: str) -> Outcome:
    account = _proven(call, name, password)
    if account is not None:
        yield from _logged_in(call, account)


@doors.command("admit account", needs=Needs.NOTHING)
def admit(call: Call, account: str) -> Outcome:
    """Log in as whom the dialect has found the caller to be (SASL)."""
    found = call.server.accounts.find(account)
    if found is None:
        raise Refused(Why.LOGIN_WRONG, account=account)
    return _logged_in(call, found)


def _proven(call: Call, name: str, password: str) -> Account | None:
    """The account whose password that is; None when the caller has gone meanwhile. Slow; Refused when it is not."""
    account = call.server.accounts.prove(name, password, call.session.address)
    if call.session.outbox.is_ended:
        return None
    if account is None:
        raise Refused(Why.LOGIN_WRONG, account=name)
    return account


def _logged_in(call: Call, account: Account) -> Outcome:
    user = call.session.user
    check_account(call, account.name)
    if user is None:
        call.session.account = account.name
        yield LoggedIn(account.name)
        return
    before = user.who.account
    _check_disk(call)  # or else what is told first could not be taken back
    yield LoggedIn(account.name)
    if before != account.name:
        yield AccountChanged(user.who, account.name)
    yield from _left_behind(call, user, before if before != account.name else "")
    yield from told_again(call)
    yield from host_given(call, user)
    yield from office_taken(call, user)


@accounts.command("logout")
def logout(call: Call) -> Outcome:
    """Be a guest again; you keep the name until you leave, or its owner wants it."""
    account = _own(call)
    _check_disk(call)
    yield LoggedOut(account.name)
    yield AccountChanged(call.who, "")
    yield from _left_behind(call, call.user, account.name)


def _left_behind(call: Call, user: User, account: str) -> Iterator[Event]:
    """What an account said of `user`, and the host it has, go with it."""
    if account:
        yield from laid_down(call, account)
        yield from host_taken(call, user, account)
        yield from office_left(call, user, account)


def _own(call: Call) -> Account:
    """The caller's account; Refused when they have not logged in."""
    account = call.server.accounts.find(call.user.who.account) if call.user.who.account else None
    if account is None:
        raise Refused(Why.NOT_LOGGED_IN)
    return account


# ---- proofs


@accounts.command("password old new...", cost=5)
def password(call: Call, old: str, new: str) -> Outcome:
    """Change the password of your account."""
    account = _proven(call, _own(call).name, old)
    if account is not None and _has_new_password(call, account, new):
        yield PasswordChanged(account.name)


def _has_new_password(call: Call, account: Account, new: str) -> bool:
    """Give `account` another password, if both it and the caller are still there then. Slow."""
    _check_password(account.name, new)
    _check_disk(call)
    hashed, scram = call.server.accounts.credentials(new)
    _check_disk(call)
    current = call.server.accounts.find(account.name)
    if current is None or call.session.outbox.is_ended:
        return False
    call.server.accounts.put(replace(current, password=hashed, scram=scram))
    return True


@accounts.command("cert [deed] [fingerprint]")
def cert(call: Call, deed: str = "", fingerprint: str = "") -> Outcome:
    """List the TLS certificates that log you in; "/cert add" and "/cert remove" take one, or the one you show."""
    account = _own(call)
    if deed:
        wanted = _fingerprint(call, fingerprint)
        change = {"add": _with, "remove": _without, "del": _without}.get(deed.lower())
        if change is None:
            raise Refused(Why.USAGE, command="cert", usage="cert [add|remove] [fingerprint]")
        _check_disk(call)
        account = replace(account, certificates=change(call, account, wanted))
        call.server.accounts.put(account)
    yield CertificatesShown(account.certificates)


def _fingerprint(call: Call, word: str) -> str:
    if not word and not call.session.certificate:
        raise Refused(Why.CERTIFICATE_MISSING)
    found = (word or call.session.certificate).replace(":", "").lower()
    if not _FINGERPRINT.fullmatch(found):
        raise Refused(Why.CERTIFICATE_BAD)
    return found


def _with(call: Call, account: Account, fingerprint: str) -> tuple[str, ...]:
    if call.server.accounts.of_certificate(fingerprint) is not None:
        raise Refused(Why.CERTIFICATE_TAKEN)
    if len(account.certificates) >= MAX_CERTIFICATES:
        raise Refused(Why.CERTIFICATES_FULL, limit=MAX_CERTIFICATES)
    return (*account.certificates, fingerprint)


def _without(call: Call, account: Account, fingerprint: str) -> tuple[str, ...]:
    if fingerprint not in account.certificates:
        raise Refused(Why.CERTIFICATE_UNKNOWN)
    return tuple(one for one in account.certificates if one != fingerprint)


# ---- what one is, and how one wants it


@accounts.command("account [name]")
def account(call: Call, name: str = "") -> Outcome:
    """Show an account: yours, or somebody's."""
    found = call.server.accounts.find(name) if name else _own(call)
    if found is None:
        raise Refused(Why.NO_SUCH_ACCOUNT, account=name)
    is_shown_all = is_owner(call, found.name) or call.user.is_server_operator
    yield AccountShown(found, _logged_in_to(call, found), is_shown_all)


@accounts.command("set [setting] [value]")
def set_(call: Call, setting: str = "", value: str = "") -> Outcome:
    """Show how your account is set up, or change it: "/set multiclient off"."""
    account = _own(call)
    if setting and setting.lower() not in SETTINGS:
        raise Refused(Why.SETTING_UNKNOWN, setting=setting, settings=", ".join(SETTINGS))
    if value:
        account = _changed(call, account, setting.lower(), value)
        for user in _logged_in_to(call, account):
            if not (user.outboxes or call.server.presences.stays(user)):
                yield Quit(user.who, STAYED)
    shown = [setting.lower()] if setting else list(SETTINGS)
    wants = call.server.accounts.wants
    yield SettingsShown({name: ON if wants(account, name) else OFF for name in shown}, bool(value))


def _changed(call: Call, account: Account, setting: str, value: str) -> Account:
    meaning = MEANINGS.get(value.lower())
    if meaning is None:
        raise Refused(Why.SETTING_VALUE, setting=setting, value=value)
    if decided := call.server.accounts.decided(setting):
        raise Refused(Why.SETTING_DECIDED, setting=setting, value=decided)
    _check_disk(call)
    changed = replace(account, settings=account.settings | {setting: meaning})
    call.server.accounts.put(changed)
    call.server.presences.save(call.chat.names.fold(account.name))
    return changed


# ---- a name that somebody else has


@accounts.command("ghost nick", cost=2, aliases=("recover",))
def ghost(call: Call, nick: User) -> Outcome:
    """End other connections that have a name of yours, such as one that hangs; then /nick takes it back."""
    account = _own(call)
    if not is_owner(call, nick.nick) and not is_owner(call, nick.who.account):
        raise Refused(Why.NOT_YOUR_NAME, nick=nick.nick, account=account.name)
    yield Ghosted(call.who, nick.nick)
    yield GhostGone(nick.nick)


# ---- for operators of the server

running = Section("Running the server")


@running.command("saregister name password...", is_privileged=True, cost=5)
def saregister(call: Call, name: str, password: str) -> Outcome:
    """Make an account for somebody."""
    _check_name(call, name)
    _check_password(name, password)
    if _made(call, name, password) is not None:
        yield AccountMade(name)


@running.command("sapassword name password...", is_privileged=True, cost=5)
def sapassword(call: Call, name: str, password: str) -> Outcome:
    """Give somebody's account another password, when they have lost theirs."""
    found = call.server.accounts.find(name)
    if found is None:
        raise Refused(Why.NO_SUCH_ACCOUNT, account=name)
    if _has_new_password(call, found, password):
        yield PasswordChanged(found.name)
