"""People in numerics: lists of them (WHO, WHOX), one of them, those who have gone, being away, modes, exceptions.

Sources: Modern IRC "User-Based Queries"; IRCv3 whox, bot-mode; RFC 2812 section 5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chatroom.core import replies as re_
from chatroom.core.replies import Reply
from chatroom.core.room import Room
from chatroom.core.user import User
from chatroom.dialects.irc.numerics.metadata import is_aware
from chatroom.dialects.irc.numerics.refusals import Numeric
from chatroom.dialects.irc.numerics.rooms import prefixes
from chatroom.dialects.irc.numerics.table import in_lines, moment, tells

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

BOT = "B"  # the user mode, and the flag in WHO
_FIELDS = "tcuihsnfdlaor"  # of WHOX, in the order in which they are told
_NO_ADDRESS = "255.255.255.255"


@tells(re_.PeopleShown)
def _people(reply: re_.PeopleShown, session: IrcSession) -> Iterator[Numeric]:
    fields, token = _asked(reply.options)
    for user in reply.people:
        facts = _facts(reply, user, session) | {"t": token}
        if fields:
            yield ("354", *(facts[field] for field in fields))
        else:
            yield ("352", *(facts[field] for field in "cuhsnf"), f"0 {user.realname}")
    yield ("315", reply.query or "*", "End of /WHO list")


def _asked(options: str) -> tuple[str, str]:
    """The fields asked for by "%fields,token", in their order, and the token."""
    letters, _, token = options.partition("%")[2].partition(",")
    is_token = token.isascii() and token.isdecimal() and len(token) <= 3
    return "".join(field for field in _FIELDS if field in letters), token if is_token else "0"


def _facts(reply: re_.PeopleShown, user: User, session: IrcSession) -> dict[str, str]:
    """What there is to be told of somebody in a list, by the letters that WHOX has for it."""
    asker, who = session.user or user, user.who
    room = reply.room or next(iter(user.rooms_seen_by(asker)), None)
    is_told_all = user is asker or asker.is_server_operator
    return {
        "c": room.name if room else "*",
        "u": who.username,
        "i": user.address if is_told_all and user.address else _NO_ADDRESS,
        "h": who.host,
        "s": session.server.name,
        "n": who.nick,
        "f": _flags(user, room, session),
        "d": "0",
        "l": str(max(0, reply.time - user.spoke) // 1000),
        "a": who.account or "0",
        "o": "n/a",
        "r": user.realname,
    }


def _flags(user: User, room: Room | None, session: IrcSession) -> str:
    """Here or gone, operator of the server, privileges in the room, bot."""
    signs = ("G" if user.away else "H") + ("*" if user.is_server_operator else "")
    return signs + (prefixes(room, user, session) if room else "") + (BOT if user.who.is_bot else "")


@tells(re_.PersonShown)
def _person(reply: re_.PersonShown, session: IrcSession) -> Iterator[Numeric]:
    user, who = reply.user, reply.user.who
    yield ("311", who.nick, who.username, who.host, "*", user.realname)
    rooms = (prefixes(room, user, session) + room.name for room in reply.rooms)
    yield from in_lines(session, rooms, "319", who.nick)
    yield ("312", who.nick, session.server.name, session.server.description)
    if user.away:
        yield ("301", who.nick, user.away)
    yield from _standing(user, session)
    if reply.sees_address:
        yield ("338", who.nick, f"{who.username}@{user.address}", user.address, "Is actually using host")
        yield ("379", who.nick, f"is using modes +{''.join(user.modes)}")
    yield ("317", who.nick, str(reply.idle_seconds), str(user.since // 1000), "seconds idle, signon time")
    if is_aware(session):
        yield from (("760", who.nick, key, "*", value) for key, value in user.metadata.items())


def _standing(user: User, session: IrcSession) -> Iterator[Numeric]:
    """What somebody is beside a person."""
    nick, account = user.nick, user.who.account
    if user.is_server_operator:
        yield ("313", nick, "is a server operator")
    if user.who.is_bot:
        yield ("335", nick, f"is a bot on {session.server.network}")
    if account:
        yield ("330", nick, account, "is logged in as")
    if account and session.server.chat.names.fold(account) == user.folded:
        yield ("307", nick, "has identified for this nick")
    if user.is_secure:
        yield ("671", nick, "is using a secure connection")


@tells(re_.PastShown)
def _past(reply: re_.PastShown, session: IrcSession) -> Iterator[Numeric]:
    for gone in reply.gone:
        who = gone.who
        yield ("314", who.nick, who.username, who.host, "*", gone.realname)
        if reply.sees_address and gone.address:
            yield ("338", who.nick, gone.address, "was connecting from")
        yield ("312", who.nick, session.server.name, f"{moment(gone.time):%a %b %d %H:%M:%S %Y}")


@tells(re_.AwayMarked)
def _away_marked(reply: re_.AwayMarked, session: IrcSession) -> Iterator[Numeric]:
    if reply.message:
        yield ("306", "You have been marked as being away")
    else:
        yield ("305", "You are no longer marked as being away")


@tells(re_.SaidBefore)
def _said_before(reply: re_.SaidBefore, session: IrcSession) -> Iterator[Numeric]:
    if reply.record is not None:
        session.outbox.echo(reply.record)
    return iter(())


@tells(re_.IsAway)
def _is_away(reply: re_.IsAway, session: IrcSession) -> Iterator[Numeric]:
    yield ("301", reply.user.nick, reply.user.away)


@tells(re_.IsAbsent)
def _is_absent(reply: re_.IsAbsent, session: IrcSession) -> Iterator[Numeric]:
    yield ("301", reply.name, "Not here; what you write is kept until they are back")


@tells(re_.UserModesShown)
def _user_modes(reply: re_.UserModesShown, session: IrcSession) -> Iterator[Numeric]:
    yield ("221", "+" + "".join(reply.user.modes))


@tells(re_.AcceptedShown)
def _accepted(reply: re_.AcceptedShown, session: IrcSession) -> Iterator[Numeric]:
    for nick in reply.nicks:
        yield ("281", nick)
    yield ("282", "End of /ACCEPT list")


@tells(re_.AcceptChanged, re_.RealnameMarked)
def _nothing(reply: Reply, session: IrcSession) -> Iterator[Numeric]:
    """IRC says nothing here: the event itself, or silence, tells it."""
    return iter(())
