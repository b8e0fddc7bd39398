"""Accounts in numerics: logging in and out, and rooms one comes back to.

Sources: IRCv3 sasl-3.1 (900, 901); Modern IRC "JOIN message".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chatroom.core import account_replies as re_
from chatroom.dialects.irc.numerics.refusals import Numeric
from chatroom.dialects.irc.numerics.table import tells

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


def _mask(session: IrcSession) -> str:
    """The connection as others see it, or will."""
    if session.user is not None:
        return session.user.who.mask
    return f"{session.wanted_nick or '*'}!{session.username or '*'}@{session.host}"


@tells(re_.LoggedIn)
def _logged_in(reply: re_.LoggedIn, session: IrcSession) -> Iterator[Numeric]:
    yield ("900", _mask(session), reply.name, f"You are now logged in as {reply.name}")


@tells(re_.LoggedOut)
def _logged_out(reply: re_.LoggedOut, session: IrcSession) -> Iterator[Numeric]:
    yield ("901", _mask(session), "You are now logged out")


@tells(re_.MissedTalk)
def _missed(reply: re_.MissedTalk, session: IrcSession) -> Iterator[Numeric]:
    """It is told as what it was, in a batch."""
    session.replay(reply.nick, reply.records)
    return iter(())
