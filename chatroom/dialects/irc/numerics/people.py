"""People in numerics: lists of them, one of them, being away, modes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chatroom.core import replies as re_
from chatroom.dialects.irc.numerics.refusals import Numeric
from chatroom.dialects.irc.numerics.rooms import prefixes
from chatroom.dialects.irc.numerics.table import in_lines, tells

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


@tells(re_.PeopleShown)
def _people(reply: re_.PeopleShown, session: IrcSession) -> Iterator[Numeric]:
    for user in reply.people:
        room = reply.room or next((r for r in user.rooms.values() if r.is_visible_to(session.user)), None)
        flags = ("G" if user.away else "H") + (prefixes(room, user, session) if room else "")
        who, server = user.who, session.server.name
        place = room.name if room else "*"
        yield ("352", place, who.username, who.host, server, who.nick, flags, f"0 {user.realname}")
    yield ("315", reply.query or "*", "End of /WHO list")


@tells(re_.PersonShown)
def _person(reply: re_.PersonShown, session: IrcSession) -> Iterator[Numeric]:
    user, who = reply.user, reply.user.who
    yield ("311", who.nick, who.username, who.host, "*", user.realname)
    rooms = (prefixes(room, user, session) + room.name for room in reply.rooms)
    yield from in_lines(session, rooms, "319", who.nick)
    yield ("312", who.nick, session.server.name, session.server.description)
    if user.away:
        yield ("301", who.nick, user.away)
    if reply.sees_address:
        yield ("378", who.nick, f"is connecting from {who.username}@{user.address} {user.address}")
    yield ("317", who.nick, str(reply.idle_seconds), str(user.since // 1000), "seconds idle, signon time")


@tells(re_.AwayMarked)
def _away_marked(reply: re_.AwayMarked, session: IrcSession) -> Iterator[Numeric]:
    if reply.message:
        yield ("306", "You have been marked as being away")
    else:
        yield ("305", "You are no longer marked as being away")


@tells(re_.IsAway)
def _is_away(reply: re_.IsAway, session: IrcSession) -> Iterator[Numeric]:
    yield ("301", reply.user.nick, reply.user.away)


@tells(re_.UserModesShown)
def _user_modes(reply: re_.UserModesShown, session: IrcSession) -> Iterator[Numeric]:
    yield ("221", "+" + "".join(reply.user.modes))
