"""Accounts: REGISTER and VERIFY.

Sources: IRCv3 account-registration (draft/account-registration).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.caps import registers_early
from chatroom.dialects.irc.verbs.table import verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


@verb("REGISTER", least=3)
def register(session: IrcSession, message: Message) -> None:
    """Make an account: its name (* for your nick), an e-mail address (* for none), a password."""
    wanted, email, password = message.params[:3]
    name = (session.user.nick if session.user else session.asked_nick) if wanted == "*" else wanted
    if not name:
        raise Refused(Why.ACCOUNT_NAMELESS)
    if session.user is None and not registers_early(session):
        raise Refused(Why.ENTER_FIRST, account=name)
    if email != "*" and "@" not in email[1:-1]:
        raise Refused(Why.EMAIL_BAD, account=name, email=email)
    if session.call("signup", (name, password)):
        text = "Account created, and you are logged in to it"
        session.line("REGISTER", "SUCCESS", name, text, source=session.server.name)


@verb("VERIFY", least=2)
def verify(session: IrcSession, message: Message) -> None:
    """Verify an account, which none here needs: each is complete as soon as it is made."""
    name = message.params[0]
    if session.account_name:
        raise Refused(Why.LOGGED_IN_ALREADY, account=session.account_name)
    if session.user is None and not registers_early(session):
        raise Refused(Why.ENTER_FIRST, account=name)
    raise Refused(Why.CODE_BAD, account=name)
