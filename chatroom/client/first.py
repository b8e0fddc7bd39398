"""Before the first line is sent: who one is here, the password of an account, a certificate nobody vouches for.

Strategy: only a person at a terminal is asked, on the plain terminal, before there is a screen; a script is never.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from getpass import getpass

from chatroom.client import login, memory, trust
from chatroom.client.link import Client
from chatroom.client.options import Options, checked_nick
from chatroom.client.words import t


def can_ask() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_who(options: Options) -> Options:
    """`options` with the nick and the password that are missing, as far as somebody can be asked."""
    if not (options.is_nick_given or options.says or options.listens) and can_ask():
        options = replace(options, nick=_ask_nick(options))
    if options.account:
        password = login.password_for(options.account, options.host)
        if not password and can_ask():
            password = getpass(t("Password of {account} at {host}: ", account=options.account, host=options.host))
        options = replace(options, account_password=password)
    return options


def _ask(question: str) -> None:
    print(question, end="", flush=True)


def _ask_nick(options: Options) -> str:
    while True:
        try:
            _ask(t("Your name at {address} [{nick}]: ", address=options.address, nick=options.nick))
            return checked_nick(input().strip() or options.nick)
        except ValueError as problem:
            print(problem)
        except EOFError:
            return options.nick


def ask_trust(options: Options, problem: str) -> Options | None:
    """`options` with the certificate that the server shows as the one to trust; None for a no."""
    if not can_ask():
        return None
    try:
        fingerprint = asyncio.run(trust.shown_by(options))
    except (OSError, TimeoutError):
        return None
    print(problem)
    print(t("Its SHA-256 fingerprint is\n  {fingerprint}", fingerprint=fingerprint))
    _ask(t("If its owner has told you the same, you can trust it from now on. Trust it? [y/N] "))
    try:
        if input().strip().lower() not in ("y", "yes", "s", "sim"):
            return None
    except EOFError:
        return None
    kept = memory.recall(options.address)
    kept.fingerprint = fingerprint
    memory.remember(options.address, kept)
    return replace(options, fingerprint=fingerprint)


def keep(client: Client) -> None:
    """Keep who the user was here and where, for the next time."""
    wish, address = client.session.wish, client.options.address
    if client.session.was_in:
        memory.remember(address, memory.Server(wish.nick, list(wish.rooms), memory.recall(address).fingerprint))
