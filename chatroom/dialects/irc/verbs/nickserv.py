"""NickServ, who looks after accounts: its commands are the rows of that name, in the words other networks use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.dialects.irc.verbs.services import Service, add, ask
from chatroom.dialects.irc.verbs.table import verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

NICKSERV = add(Service("NickServ", "NickServ looks after accounts. A name that is one is its owner's alone."))


@NICKSERV.command("REGISTER <password> [email]")
def register(session: IrcSession, words: list[str]) -> None:
    """Make the nick you have yours. An e-mail address is not needed, and not kept."""
    if len(words) > 1 and "@" in words[-1]:
        words = words[:-1]
    session.call("register", words)


@NICKSERV.command("IDENTIFY [account] <password>", "LOGIN", "AUTH", "ID")
def identify(session: IrcSession, words: list[str]) -> None:
    """Log in to an account; without its name, to that of the nick you have."""
    session.call("identify" if len(words) == 2 else "login", words)


@NICKSERV.command("LOGOUT")
def logout(session: IrcSession, words: list[str]) -> None:
    """Be a guest again."""
    session.call("logout")


@NICKSERV.command("GHOST <nick> [password]")
def ghost(session: IrcSession, words: list[str]) -> None:
    """End other connections that have a nick of yours."""
    if _is_logged_in(session, words):
        session.call("ghost", words[:1])


@NICKSERV.command("RECOVER <nick> [password]", "REGAIN", "RELEASE")
def recover(session: IrcSession, words: list[str]) -> None:
    """End other connections that have a nick of yours, and take it."""
    if not _is_logged_in(session, words):
        return
    holder = session.server.chat.user(words[0])
    if holder is None or holder is session.user or session.call("ghost", words[:1]):
        session.call("nick", words[:1])


def _is_logged_in(session: IrcSession, words: list[str]) -> bool:
    """Log in with the password after the nick, if there is one."""
    return len(words) < 2 or session.call("login", words)


@NICKSERV.command("SET [setting] [value]")
def set_(session: IrcSession, words: list[str]) -> None:
    """Show how your account is set up, or change it, as in SET MULTICLIENT OFF."""
    session.call("set", words[:2])


@NICKSERV.command("PASSWORD <old> <new>", "PASSWD")
def password(session: IrcSession, words: list[str]) -> None:
    """Change the password of your account."""
    session.call("password", words)


@NICKSERV.command("INFO [account]")
def info(session: IrcSession, words: list[str]) -> None:
    """Show an account: yours, or another."""
    session.call("account", words[:1])


@NICKSERV.command("CERT [ADD|DEL|LIST] [fingerprint]")
def cert(session: IrcSession, words: list[str]) -> None:
    """Manage the TLS certificates that log you in by SASL EXTERNAL: the one you show, or one by its SHA-256."""
    is_listing = words and words[0].upper() == "LIST"
    session.call("cert", () if is_listing else words[:2])


@NICKSERV.command("UNREGISTER <password>", "DROP")
def unregister(session: IrcSession, words: list[str]) -> None:
    """Give your account up for good."""
    session.call("unregister", words)


@NICKSERV.command("SAREGISTER <account> <password>", is_for_operators=True)
def saregister(session: IrcSession, words: list[str]) -> None:
    """Make an account for somebody; for operators of the server."""
    session.call("saregister", words)


@NICKSERV.command("SAPASSWORD <account> <password>", is_for_operators=True)
def sapassword(session: IrcSession, words: list[str]) -> None:
    """Give an account another password; for operators of the server."""
    session.call("sapassword", words)


def _by_verb(session: IrcSession, message: Message) -> None:
    """Say something to NickServ."""
    ask(session, NICKSERV, " ".join(message.params))


for _name in ("NS", "NICKSERV"):
    verb(_name)(_by_verb)
