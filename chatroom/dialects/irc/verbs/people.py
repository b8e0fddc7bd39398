"""People: WHO, WHOIS, WHOWAS, ISON, USERHOST, SETNAME, AWAY, ACCEPT.

Sources: Modern IRC "User-Based Queries" and "AWAY message"; RFC 2812 sections 3.6 and 4; IRCv3 whox, setname, pre-away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.core.names import as_number, clip
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import AwayMarked
from chatroom.core.user import User
from chatroom.dialects.irc.numerics.table import in_lines
from chatroom.dialects.irc.verbs.server import check_server
from chatroom.dialects.irc.verbs.table import some_targets, verb
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

MOST_HOSTS = 5  # people in one USERHOST


@verb("WHO")
def who(session: IrcSession, message: Message) -> None:
    """People in a room, or whom a mask fits; "o": only operators; "%fields,token": told as asked for (WHOX)."""
    session.call("who", (message.param(0) or "*", message.param(1)))


@verb("WHOIS")
def whois(session: IrcSession, message: Message) -> None:
    """Who people are; a server's name before theirs is passed over."""
    wanted = message.param(1) or message.param(0)
    if not wanted:
        raise Refused(Why.NICK_MISSING)
    if message.param(1):
        check_server(session, message.param(0))
    for name in some_targets(wanted):
        session.call("whois", (name,))
        session.numeric("318", name, "End of /WHOIS list")


@verb("WHOWAS", least=1)
def whowas(session: IrcSession, message: Message) -> None:
    """Who had names before; a count of how many of each, if it is above zero, and a server's name may follow."""
    check_server(session, message.param(2))
    count = message.param(1) if as_number(message.param(1)) else ""
    for name in some_targets(message.params[0]):
        session.call("whowas", (name, count) if count else (name,))
        session.numeric("369", name, "End of WHOWAS")


@verb("ISON", least=1)
def ison(session: IrcSession, message: Message) -> None:
    """Which of these people are here (RFC 2812 section 4.9)."""
    found = [session.server.chat.user(word) for param in message.params for word in param.split()]
    _list_in_lines(session, "303", [user.nick for user in found if user])


@verb("USERHOST", least=1)
def userhost(session: IrcSession, message: Message) -> None:
    """Username and host of up to five people, who is an operator of the server, who is away (RFC 2812 section 4.8)."""
    words = [word for param in message.params for word in param.split()][:MOST_HOSTS]
    found = [session.server.chat.user(word) for word in words]
    _list_in_lines(session, "302", [_host_of(user) for user in found if user])


def _host_of(user: User) -> str:
    is_operator, is_away = "*" if user.is_server_operator else "", "-" if user.away else "+"
    return f"{user.nick}{is_operator}={is_away}{user.who.username}@{user.who.host}"


def _list_in_lines(session: IrcSession, number: str, words: list[str]) -> None:
    for numeric in in_lines(session, words or [""], number):
        session.numeric(*numeric)


@verb("SETNAME")
def setname(session: IrcSession, message: Message) -> None:
    """Change one's real name."""
    if not message.params:
        raise Refused(Why.USAGE)
    session.call("setname", message.params[:1])


@verb("AWAY")
def away(session: IrcSession, message: Message) -> None:
    """Be away with a message, or back without one; "*" says that nobody is there, and nothing more."""
    said = message.param(0)
    if session.user is not None:
        session.call("away", (said,))
        return
    if "draft/pre-away" not in session.capabilities:
        raise Refused(Why.NOT_ENTERED)
    session.away_before = clip(said, session.server.chat.names.away_length)
    session.tell(AwayMarked(said))


@verb("ACCEPT")
def accept(session: IrcSession, message: Message) -> None:
    """Whom one hears in private though they have no account: names, -names, or "*" for a list."""
    session.call("accept", (message.param(0) or "*",))
