"""Logging in to an account: by SASL while coming in, or by NickServ later; and where a password comes from.

Strategy: a password is never on the command line, never in a file of ours, never shown, and leaves by itself only over
TLS or within this machine; elsewhere the user is told, before it is asked for. It comes from the environment, from the
keyring of the system where the `keyring` package is installed, or from a prompt.

Sources: IRCv3 sasl-3.2, RFC 4616 (PLAIN); draft/account-registration.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable

from chatroom.client.commands import TABLE
from chatroom.client.session import Session
from chatroom.client.table import WrongUse
from chatroom.client.words import t
from chatroom.wire.irc import Message

VARIABLE = "CHATROOM_ACCOUNT_PASSWORD"
_PIECE = 400  # bytes of one AUTHENTICATE
_FAILED = ("902", "904", "905", "906", "907", "908")


def password_for(account: str, host: str) -> str:
    """The password of an account, from the environment or the keyring; empty when neither has it."""
    if found := os.environ.get(VARIABLE):
        return found
    try:
        import keyring  # type: ignore[import-not-found, unused-ignore]

        return keyring.get_password("chatroom", f"{account}@{host}") or ""
    except Exception:  # not installed, locked, or without a keyring behind it: there is a prompt yet
        return ""


def wants(session: Session) -> bool:
    """Whether the user is to be logged in while coming in, and the server can do that."""
    wish, mechanisms = session.wish, session.offered.get("sasl")
    is_able = mechanisms is not None and (not mechanisms or "PLAIN" in mechanisms.upper().split(","))
    return is_able and bool(wish.account_password) and wish.is_private and not session.is_registered


def begin(session: Session) -> None:
    """The server has agreed to SASL."""
    session.send("AUTHENTICATE", "PLAIN")


def _authenticate(session: Session, message: Message) -> None:
    if message.param(0) != "+":
        return
    wish = session.wish
    words = f"\0{wish.account}\0{wish.account_password}".encode()
    answer = base64.b64encode(words).decode()
    for at in range(0, len(answer), _PIECE):
        session.send("AUTHENTICATE", answer[at : at + _PIECE])
    if len(answer) % _PIECE == 0:
        session.send("AUTHENTICATE", "+")


def _failed(session: Session, message: Message) -> None:
    """The password was not right: the user comes in as a guest, if they may."""
    words = message.params[-1] if message.params else ""
    session.error(t("You are not logged in: {why}. /login tries again.", why=words.rstrip(".")), code=message.verb)
    if not session.is_registered:
        session.send("CAP", "END")


def _done(session: Session, message: Message) -> None:
    if not session.is_registered:
        session.send("CAP", "END")


def log_in(session: Session, account: str, password: str) -> None:
    """Log in, here and after every interruption."""
    session.wish.account, session.wish.account_password = account, password
    _to_services(session, f"IDENTIFY {account} {password}")


def _to_services(session: Session, words: str) -> None:
    """Tell NickServ, in the way that is shown to nobody, also not to who says it, where there is one."""
    if session.server_commands:
        session.send_raw(f"NS {words}")
    else:
        session.send("PRIVMSG", "NickServ", words)


def register(session: Session, password: str) -> None:
    """Make the name the user has theirs."""
    if "draft/account-registration" in session.offered:
        session.send("REGISTER", "*", "*", password)
    else:
        _to_services(session, f"REGISTER {password}")
    session.wish.account, session.wish.account_password = session.nick, password


@TABLE.command("login [account] [password]", help="Log in; without a password it is asked for, and not shown.")
def _login_row(session: Session, account: str, password: str) -> None:
    account = account or session.nick
    _with_password(
        session, password, t("Password of {account}: ", account=account), lambda word: log_in(session, account, word)
    )


@TABLE.command("register [password]", help="Make the name you have yours; the password is asked for, and not shown.")
def _register_row(session: Session, password: str) -> None:
    _with_password(
        session, password, t("A password for {nick}: ", nick=session.nick), lambda word: register(session, word)
    )


def _with_password(session: Session, password: str, question: str, take: Callable[[str], None]) -> None:
    if not session.wish.is_private:
        session.note(t("This connection is not encrypted: who is on the way can read a password. --tls encrypts it."))
    if password:
        take(password)
    elif session.face is None or not session.face.ask_secret(question, take):
        raise WrongUse(t("A password is missing. What you type here is seen, so mind who looks on."))


HANDLERS: dict[str, Callable[[Session, Message], None]] = {
    "AUTHENTICATE": _authenticate,
    "903": _done,
    **dict.fromkeys(_FAILED, _failed),
}
