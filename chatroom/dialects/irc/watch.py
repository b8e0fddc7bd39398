"""What one connection is told in its own way: whom it monitors, what it follows of metadata, what its person has read.

Strategy: events come here by `outbox.notice`, after all who hear of them as one of many. What the connection shares a
room with is told there already, so nothing is told twice.

Sources: IRCv3 monitor, extended-monitor, chghost, metadata (draft/metadata-3), channel-rename.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chatroom.core import events as ev
from chatroom.core.events import Record
from chatroom.core.replies import Page, RoomShown
from chatroom.dialects.irc.events import timestamp
from chatroom.dialects.irc.numerics.history import tell_marker
from chatroom.dialects.irc.numerics.metadata import is_aware, sync_soon, value_line

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


_DESCRIBING = ("METADATA", "DESCRIBE", "UNDESCRIBE")  # verbs whose answer tells what they changed


class Watch:
    """Whom a connection monitors (folded nicks, and as it wrote them), and which keys of metadata it follows."""

    __slots__ = ("keys", "nicks")

    def __init__(self) -> None:
        self.nicks: dict[str, str] = {}
        self.keys: dict[str, None] = {}


def notice(session: IrcSession, record: Record) -> None:
    """Tell `session` of what it watches; what it did not do itself is no part of the answer to a labelled line."""
    tell = _TELL.get(type(record.event))
    if tell is None or session.user is None:
        return
    answer = session.answer
    if record is not session.echoed:
        session.answer = None
    try:
        tell(session, record)
    finally:
        session.answer = answer


def stop(session: IrcSession) -> None:
    """The connection ends: it watches nobody any more."""
    for folded in session.watch.nicks:
        session.server.chat.unwatch(folded, session.outbox)
    session.watch = Watch()


def _entered(session: IrcSession, record: Record) -> None:
    _online(session, record.event.who)


def _online(session: IrcSession, who: ev.Who) -> None:
    session.numeric("730", who.mask)
    user = session.server.chat.user(who.nick)
    if user is not None and is_aware(session):
        sync_soon(session, user)


def _quit(session: IrcSession, record: Record) -> None:
    session.numeric("731", record.event.who.nick)


def _renamed(session: IrcSession, record: Record) -> None:
    event: Any = record.event
    fold, nicks = session.server.chat.names.fold, session.watch.nicks
    if fold(event.who.nick) in nicks:
        session.numeric("731", event.who.nick)
    if fold(event.nick) in nicks:
        _online(session, event.who._replace(nick=event.nick))


def _changed(session: IrcSession, record: Record) -> None:
    """Somebody is away, logged in, has another name or host: told of those in one's rooms without being asked for."""
    user, other = session.user, session.server.chat.user(record.event.who.nick)
    if user is None or other is None or other is user or other.is_witnessed_by(user):
        return
    if "extended-monitor" in session.capabilities:
        session.write(session.flavour.render(record))


def _host(session: IrcSession, record: Record) -> None:
    event: Any = record.event
    if event.who.nick == session.nick:
        session.numeric("396", event.host, "is now your displayed host")
    _changed(session, record)


def _joined(session: IrcSession, record: Record) -> None:
    """The person came into a room, perhaps by another connection."""
    event: Any = record.event
    room = session.server.chat.room(event.room)
    if room is not None and is_aware(session):
        sync_soon(session, room)


def _said_of(session: IrcSession, record: Record) -> None:
    event: Any = record.event
    is_answered = record is session.echoed and session.verb in _DESCRIBING
    if is_aware(session) and event.key in session.watch.keys and not is_answered:
        target = event.room if isinstance(event, ev.RoomMetadataChanged) else event.nick
        session.numeric(*value_line(target, event.key, event.value))


def _room_renamed(session: IrcSession, record: Record) -> None:
    """A program that does not know of such things sees its person leave one room and come into another."""
    event: Any = record.event
    fold, room = session.server.chat.names.fold, session.server.chat.room(event.name)
    is_told = "draft/channel-rename" in session.capabilities or fold(event.room) == fold(event.name)
    if is_told or room is None or session.user is None:
        return
    who, tags = session.user.who, {"time": timestamp(record.time)} if "server-time" in session.capabilities else {}
    more = (who.account or "*", session.user.realname) if "extended-join" in session.capabilities else ()
    session.line("PART", event.room, *([event.reason] if event.reason else []), source=who.mask, tags=tags)
    session.line("JOIN", event.name, *more, source=who.mask, tags=tags)
    session.tell(RoomShown(room, Page(room.name, [])))


def _read(session: IrcSession, record: Record) -> None:
    """The person has read something, perhaps with another program."""
    event: Any = record.event
    if "draft/read-marker" in session.capabilities:
        tell_marker(session, event.target, event.time)


_TELL: dict[type[ev.Event], Callable[[IrcSession, Record], None]] = {
    ev.Entered: _entered,
    ev.Quit: _quit,
    ev.Renamed: _renamed,
    ev.AwayChanged: _changed,
    ev.AccountChanged: _changed,
    ev.RealnameChanged: _changed,
    ev.HostChanged: _host,
    ev.Joined: _joined,
    ev.MetadataChanged: _said_of,
    ev.RoomMetadataChanged: _said_of,
    ev.ReadMarked: _read,
    ev.RoomRenamed: _room_renamed,
}
