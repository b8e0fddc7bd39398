"""MONITOR: being told when people come and go.

Strategy: the list belongs to the connection; the chat knows only who watches which name (`Chat.watch`), and what
happens is told by `irc.watch`.

Source: IRCv3 monitor.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chatroom.core.refusals import Refused, Why
from chatroom.core.user import User
from chatroom.dialects.irc.caps import MAX_MONITORED
from chatroom.dialects.irc.lines import packed, room_after, size_of
from chatroom.dialects.irc.numerics.metadata import is_aware, sync_soon
from chatroom.dialects.irc.verbs.table import Verb, targets, verb
from chatroom.dialects.irc.watch import stop
from chatroom.wire.irc import Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

_FULL = "Monitor list is full"


@verb("MONITOR", least=1)
def monitor(session: IrcSession, message: Message) -> None:
    """Be told when people come and go: MONITOR + names, - names, L lists them, S says who is here, C forgets all."""
    act = _ACTS.get(message.params[0].upper())
    if act is None:
        raise Refused(Why.USAGE)
    act(session, message)


def _add(session: IrcSession, message: Message) -> None:
    watched, chat = session.watch.nicks, session.server.chat
    added, refused = dict[str, str](), []
    for nick in _named(message):
        folded = chat.names.fold(nick)
        if folded in watched or not _can_be(session, nick):
            continue
        if len(watched) >= MAX_MONITORED:
            refused.append(nick)
            continue
        watched[folded] = added[folded] = nick
        chat.watch(folded, session.outbox)
    _tell_status(session, added)
    room = room_after("734", session.nick, str(MAX_MONITORED), _FULL, source=session.server.name)
    for some in packed(refused, room, size_of):
        session.numeric("734", str(MAX_MONITORED), ",".join(some), _FULL)


def _remove(session: IrcSession, message: Message) -> None:
    chat = session.server.chat
    for nick in _named(message):
        folded = chat.names.fold(nick)
        if session.watch.nicks.pop(folded, None):
            chat.unwatch(folded, session.outbox)


def _clear(session: IrcSession, message: Message) -> None:
    keys = session.watch.keys
    stop(session)
    session.watch.keys = keys


def _list(session: IrcSession, message: Message) -> None:
    _in_lines(session, "732", session.watch.nicks.values())
    session.numeric("733", "End of MONITOR list")


def _status(session: IrcSession, message: Message) -> None:
    _tell_status(session, session.watch.nicks)


_ACTS: dict[str, Verb] = {"+": _add, "-": _remove, "C": _clear, "L": _list, "S": _status}


def _named(message: Message) -> list[str]:
    found = targets(message.param(1))
    if not found:
        raise Refused(Why.USAGE)
    return found


def _can_be(session: IrcSession, nick: str) -> bool:
    """Whether anybody could be called `nick`: a mask is none."""
    names = session.server.chat.names
    return len(nick) <= names.nick_length and names.casemapping.is_nick(nick)


def _tell_status(session: IrcSession, nicks: dict[str, str]) -> None:
    """Who of these is here, and who is not; `nicks` by folded nick."""
    users = session.server.chat.users
    online: list[User] = [users[folded] for folded in nicks if folded in users]
    _in_lines(session, "730", (user.who.mask for user in online))
    _in_lines(session, "731", (nick for folded, nick in nicks.items() if folded not in users))
    if is_aware(session):
        for user in online:
            sync_soon(session, user)


def _in_lines(session: IrcSession, number: str, names: Iterable[str]) -> None:
    """Names with commas between, in as many lines as it takes."""
    room = room_after(number, session.nick, source=session.server.name)
    for some in packed(names, room, size_of):
        session.numeric(number, ",".join(some))
