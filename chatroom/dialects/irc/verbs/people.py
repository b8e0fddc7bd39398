"""People: WHO, WHOIS, WHOWAS, ISON, USERHOST.

Sources: Modern IRC "User-Based Queries"; RFC 2812 sections 3.6 and 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.core.refusals import Refused, Why
from chatroom.dialects.irc.numerics.table import in_lines
from chatroom.dialects.irc.verbs.table import targets, verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


@verb("WHO")
def who(session: IrcSession, message: Message) -> None:
    """People in a room, or whose name fits a mask."""
    session.call("who", (message.param(0) or "*",))


@verb("WHOIS")
def whois(session: IrcSession, message: Message) -> None:
    """One person; a server's name before it is passed over."""
    wanted = message.param(1) or message.param(0)
    if not wanted:
        raise Refused(Why.NICK_MISSING)
    for name in targets(wanted)[:1]:
        session.call("whois", (name,))
        session.numeric("318", name, "End of /WHOIS list")


@verb("WHOWAS", least=1)
def whowas(session: IrcSession, message: Message) -> None:
    """Nobody is kept after they left."""
    session.numeric("406", message.params[0], "There was no such nickname")
    session.numeric("369", message.params[0], "End of WHOWAS")


@verb("ISON", least=1)
def ison(session: IrcSession, message: Message) -> None:
    """Which of these people are here (RFC 2812 section 4.9)."""
    found = [session.server.chat.user(word) for param in message.params for word in param.split()]
    _list_in_lines(session, "303", [user.nick for user in found if user])


@verb("USERHOST", least=1)
def userhost(session: IrcSession, message: Message) -> None:
    """Username and host of up to five people (RFC 2812 section 4.8)."""
    found = [session.server.chat.user(word) for word in message.params[:5]]
    shown = [f"{u.nick}={'-' if u.away else '+'}{u.who.username}@{u.who.host}" for u in found if u]
    _list_in_lines(session, "302", shown)


def _list_in_lines(session: IrcSession, number: str, words: list[str]) -> None:
    for numeric in in_lines(session, words or [""], number):
        session.numeric(*numeric)
