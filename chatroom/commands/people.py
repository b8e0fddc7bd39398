"""Who somebody is: entering, names, who is there, being away, whom not to hear."""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.table import Needs, Section
from chatroom.core.events import AwayChanged, Entered, Event, Ignored, Renamed, Unignored, Who
from chatroom.core.modes import full_mask, is_match
from chatroom.core.names import NICK_BYTES, clip, is_room
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import (
    AwayMarked,
    IgnoreChanged,
    IgnoredShown,
    PeopleShown,
    PersonShown,
    Reply,
    Welcomed,
)
from chatroom.core.user import User

people = Section("People")
doors = Section("")  # nobody types these; a dialect calls them


@doors.command("enter nick username host [realname...]", needs=Needs.NOTHING)
def enter(call: Call, nick: str, username: str, host: str, realname: str = "") -> Iterator[Event | Reply]:
    """Come into the chat; each dialect asks for the name in its own way."""
    if call.session.user is not None:
        raise Refused(Why.ALREADY_ENTERED)
    check_free(call, nick)
    yield Entered(Who(nick, username, host), clip(realname, call.chat.names.realname_length))
    user = call.chat.users[call.chat.names.fold(nick)]
    call.session.become(user)
    yield Welcomed(user)


def check_free(call: Call, nick: str) -> None:
    """Raise Refused unless the caller may be called `nick`."""
    call.chat.names.check_nick(nick)
    holder = call.chat.user(nick)
    if holder is not None and holder is not call.session.user:
        raise Refused(Why.NICK_TAKEN, nick=nick, suggestion=_free_nick(call, nick))


def _free_nick(call: Call, nick: str) -> str:
    """A name like `nick` that nobody has."""
    stem = clip(nick[: call.chat.names.nick_length - 4], NICK_BYTES - 4)
    return next(f"{stem}{n}" for n in range(2, len(call.chat.users) + 4) if call.chat.user(f"{stem}{n}") is None)


@people.command("nick name", cost=2)
def nick(call: Call, name: str) -> Iterator[Event | Reply]:
    """Take another name."""
    check_free(call, name)
    if name != call.user.nick:
        yield Renamed(call.who, name)


@people.command("who [mask]", cost=2, aliases=("w",))
def who(call: Call, mask: str = "") -> Iterator[Event | Reply]:
    """List the people here, in a room, or those whose name fits a mask such as al*."""
    if is_room(mask):
        room = call.chat.room(mask)
        if room is not None and not (room.is_open and room.is_visible_to(call.user)):
            room = None
        yield PeopleShown(mask, [one for one in (room.members if room else ()) if _is_seen(call.user, one)], room)
        return
    pattern = call.chat.names.fold(full_mask(mask or "*"))
    exact = call.chat.user(mask) if mask else None
    found = [one for one in call.chat.users.values() if _is_seen(call.user, one, exact) and _fits(call, one, pattern)]
    yield PeopleShown(mask, found)


def _fits(call: Call, user: User, pattern: str) -> bool:
    return is_match(pattern, call.chat.folded_mask(user.who))


def _is_seen(asker: User, user: User, exact: User | None = None) -> bool:
    """Invisible people are listed for those who share a room with them, or know their exact name."""
    return not user.is_invisible or user in (asker, exact) or asker.shares_room_with(user)


@people.command("whois nick")
def whois(call: Call, nick: User) -> Iterator[Event | Reply]:
    """Show who somebody is, where they are and how long they have been silent."""
    visible = [room for room in nick.rooms.values() if room.is_visible_to(call.user)]
    if nick.is_invisible and nick is not call.user:
        visible = [room for room in visible if call.user in room.members]
    yield PersonShown(nick, visible, max(0, call.server.now() - nick.spoke) // 1000, nick is call.user)


@people.command("away [message...]")
def away(call: Call, message: str = "") -> Iterator[Event | Reply]:
    """Say that you are away, and why; without a message you are back."""
    message = clip(message, call.chat.names.away_length)
    is_new = message != call.user.away
    if is_new:
        yield AwayChanged(call.who, message)
    yield AwayMarked(message, is_new)


@people.command("back")
def back(call: Call) -> Iterator[Event | Reply]:
    """Say that you are back."""
    return away(call)


@people.command("ignore [nick]")
def ignore(call: Call, nick: User | None = None) -> Iterator[Event | Reply]:
    """No longer hear somebody; without a name, list whom you ignore."""
    if nick is None:
        yield IgnoredShown([user.nick for user in call.user.ignoring])
        return
    if nick is call.user:
        raise Refused(Why.NOT_YOURSELF)
    yield Ignored(call.who, nick.nick)
    yield IgnoreChanged(nick.nick, True)


@people.command("unignore nick")
def unignore(call: Call, nick: User) -> Iterator[Event | Reply]:
    """Hear somebody again."""
    if nick not in call.user.ignoring:
        raise Refused(Why.NOT_IGNORED, nick=nick.nick)
    yield Unignored(call.who, nick.nick)
    yield IgnoreChanged(nick.nick, False)
