"""Who somebody is: entering, names, who is there, being away, whom not to hear."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from chatroom.commands.call import Call
from chatroom.commands.entering import claimed
from chatroom.commands.paces import check_pace
from chatroom.commands.table import Section, find_user
from chatroom.core.events import (
    Accepted,
    AwayChanged,
    Change,
    Event,
    Ignored,
    RealnameChanged,
    Renamed,
    Unaccepted,
    Unignored,
    UserModesChanged,
)
from chatroom.core.modes import GIVEN_MODES, USER_MODES, full_mask, is_match
from chatroom.core.names import clip, is_room
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import (
    AcceptChanged,
    AcceptedShown,
    AwayMarked,
    IgnoreChanged,
    IgnoredShown,
    PastShown,
    PeopleShown,
    PersonShown,
    RealnameMarked,
    Reply,
    UserModesShown,
)
from chatroom.core.room import Room
from chatroom.core.user import User

MAX_ACCEPTED = 100  # guests heard in private by one person
_EVERYBODY = ("", "*", "0")  # masks for all (RFC 2812 section 3.6.1)

people = Section("People")


@people.command("nick name", cost=2)
def nick(call: Call, name: str) -> Iterator[Event | Reply]:
    """Take another name."""
    for room in call.user.rooms.values():
        if room.is_hushed(call.user, call.chat.names.fold):  # which a mute by name would not outlast
            raise Refused(Why.NICK_HELD, nick=name, room=room.name)
    if name != call.user.nick:
        check_pace(call, "nick")
    yield from claimed(call, name)
    if name != call.user.nick:
        yield Renamed(call.who, name)


@people.command("who [mask] [options]", cost=2, aliases=("w",))
def who(call: Call, mask: str = "", options: str = "") -> Iterator[Event | Reply]:
    """List people: all, those in a room, or whom a mask such as al* fits; "/who * o" lists the server's operators."""
    room = None
    if is_room(mask):
        room = _room_seen(call, mask)
        found = _in_room(call.user, room) if room else []
    else:
        found = _found(call, mask)
    if "o" in options.partition("%")[0]:
        found = [one for one in found if one.is_server_operator]
    yield PeopleShown(mask, found, room, call.user, options, call.server.now())


def _room_seen(call: Call, name: str) -> Room | None:
    room = call.chat.room(name)
    is_seen = room is not None and room.is_open and room.is_visible_to(call.user)
    return room if is_seen else None


def _in_room(asker: User, room: Room) -> list[User]:
    return list(room.members if asker.is_server_operator else room.seen_by(asker))


def _found(call: Call, mask: str) -> list[User]:
    """Whom a mask fits that the caller may find; their very name finds anybody."""
    everybody = call.chat.users.values()
    if mask in _EVERYBODY:
        return [one for one in everybody if _is_seen(call.user, one)]
    exact = call.chat.user(mask)
    if exact is not None:
        return [exact]
    fits = _fits_whole if set(mask) & set("!@") else _fits_part
    pattern = call.chat.names.fold(full_mask(mask) if fits is _fits_whole else mask)
    return [one for one in everybody if _is_seen(call.user, one) and fits(call, one, pattern)]


def _fits_whole(call: Call, user: User, pattern: str) -> bool:
    return is_match(pattern, call.chat.folded_mask(user.who))


def _fits_part(call: Call, user: User, pattern: str) -> bool:
    """Nick, username or real name; with a dot or a colon also host or server (RFC 1459 section 4.5.1)."""
    parts = [user.nick, user.who.username, user.realname]
    if set(pattern) & set(".:"):  # which no name has, so that no mask for names finds hosts by chance
        parts += [user.who.host, call.server.name, user.address if call.user.is_server_operator else ""]
    return any(is_match(pattern, call.chat.names.fold(part)) for part in parts)


def _is_seen(asker: User, user: User) -> bool:
    """Invisible people are listed for those who share a room with them, and for the server's operators."""
    return not user.is_invisible or user is asker or asker.is_server_operator or user.is_witnessed_by(asker)


@people.command("whois nick")
def whois(call: Call, nick: User) -> Iterator[Event | Reply]:
    """Show who somebody is, where they are and how long they have been silent."""
    idle = max(0, call.server.now() - nick.spoke) // 1000
    yield PersonShown(nick, nick.rooms_seen_by(call.user), idle, nick is call.user or call.user.is_server_operator)


@people.command("whowas nick [count]", cost=2)
def whowas(call: Call, nick: str, count: int = 0) -> Iterator[Event | Reply]:
    """Show who had a name before, the last first: those who left the chat, or took another name."""
    folded, memory = call.chat.names.fold(nick), call.chat.gone
    found = memory.like(folded) if set(nick) & set("*?") else memory.called(folded)
    gone = list(islice(found, count or None))
    if not gone:
        raise Refused(Why.NOBODY_WAS, nick=nick)
    yield PastShown(nick, gone, call.user.is_server_operator)


@people.command("setname realname...", cost=2)
def setname(call: Call, realname: str) -> Iterator[Event | Reply]:
    """Say what your real name is, which /whois shows."""
    limit = call.chat.names.realname_length
    if not realname.strip() or len(realname.encode()) > limit:
        raise Refused(Why.REALNAME_BAD, limit=limit)
    yield RealnameChanged(call.who, realname)
    yield RealnameMarked(realname)


@people.command("away [message...]")
def away(call: Call, message: str = "") -> Iterator[Event | Reply]:
    """Say that you are away, and why; without a message you are back."""
    user, outbox = call.user, call.session.outbox
    message = clip(message, call.chat.names.away_length)
    is_new = message != user.aways.get(outbox, "")
    user.say_away(outbox, message)
    if user.away_of_all != user.away:
        yield AwayChanged(user.who, user.away_of_all)
    yield AwayMarked(message, is_new, bool(user.away) == bool(message))


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


@people.command("accept [nicks]")
def accept(call: Call, nicks: str = "") -> Iterator[Event | Reply]:
    """Hear a guest in private though you hear only accounts (usermode R): "/accept bob", "/accept -bob" no longer."""
    wanted = [name for name in nicks.split(",") if name]
    if not wanted or "*" in wanted:
        yield AcceptedShown([user.nick for user in call.user.accepting])
    for name in wanted:
        if name == "*":
            continue
        try:
            event = _unaccepted(call, name[1:]) if name.startswith("-") else _accepted(call, name)
        except Refused as refused:
            call.session.refuse(refused, call)
            continue
        yield event
        yield AcceptChanged(event.nick, isinstance(event, Accepted))


def _accepted(call: Call, name: str) -> Accepted:
    other = find_user(call, name)
    if other in call.user.accepting:
        raise Refused(Why.ACCEPTED_ALREADY, nick=other.nick)
    if len(call.user.accepting) >= MAX_ACCEPTED:
        raise Refused(Why.ACCEPT_FULL, limit=MAX_ACCEPTED)
    return Accepted(call.who, other.nick)


def _unaccepted(call: Call, name: str) -> Unaccepted:
    other = find_user(call, name)
    if other not in call.user.accepting:
        raise Refused(Why.NOT_ACCEPTED, nick=other.nick)
    return Unaccepted(call.who, other.nick)


@people.command("usermode [changes]")
def usermode(call: Call, changes: str = "") -> Iterator[Event | Reply]:
    """Show or change your own modes: i, listed only for who shares a room; R, heard by accounts; B, you are a bot."""
    if not changes:
        yield UserModesShown(call.user)
        return
    adding, asked, unknown = True, dict[str, bool](), False
    for letter in changes:
        if letter in "+-":
            adding = letter == "+"
        elif letter not in USER_MODES:
            unknown = True
        elif not (adding and letter in GIVEN_MODES):
            asked[letter] = adding  # the last word counts
    wanted = tuple(Change(on, letter) for letter, on in asked.items() if (letter in call.user.modes) != on)
    if wanted:
        yield UserModesChanged(call.who, wanted)
    if unknown:
        raise Refused(Why.USER_MODE_UNKNOWN)
