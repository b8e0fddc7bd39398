"""History in lines of IRC: read markers.

Sources: IRCv3 read-marker.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chatroom.commands.history import marker_of
from chatroom.core import replies as re_
from chatroom.core.room import Room
from chatroom.dialects.irc.events import timestamp
from chatroom.dialects.irc.numerics.refusals import Numeric
from chatroom.dialects.irc.numerics.table import tells

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


@tells(re_.MarkerShown)
def _marker(reply: re_.MarkerShown, session: IrcSession) -> Iterator[Numeric]:
    if not (reply.is_new and "draft/read-marker" in session.capabilities):  # else it is told already, with all others
        tell_marker(session, reply.target, reply.time)
    return iter(())


def tell_marker(session: IrcSession, target: str, time: int) -> None:
    """Up to when the person has read `target` (ms since 1970, 0: not known)."""
    session.line("MARKREAD", target, f"timestamp={timestamp(time)}" if time else "*", source=session.server.name)


def tell_room_marker(session: IrcSession, room: Room) -> None:
    """Up to when they have read the room they come into; to those who want to know."""
    if "draft/read-marker" in session.capabilities and session.user is not None:
        tell_marker(session, room.name, marker_of(session.server, session.user, room.name))
