"""What is told of rooms, as sentences: who is in them, topics, lists, modes, whose they are."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection, Iterator
from typing import Any

from chatroom.core import replies as re_
from chatroom.core.modes import rank_of
from chatroom.core.replies import Reply
from chatroom.core.room import Room
from chatroom.core.user import User
from chatroom.dialects.plain.context import Context
from chatroom.dialects.plain.text import count, listing, safe

WIDTH = 78
_PRIVILEGES = {"q": "founder", "a": "protected", "o": "operator", "h": "half an operator", "v": "voice"}

_LISTS = {
    "b": ("ban", "bans"),
    "e": ("exception from bans", "exceptions from bans"),
    "I": ("invitation for good", "invitations for good"),
}


def people_of(room: Room, people: Collection[User] | None) -> Collection[User]:
    """Who is in a room as far as a reply tells."""
    return room.members if people is None else people


def privileges(letters: str) -> str:
    """The privileges of `letters` in words."""
    return listing([words for letter, words in _PRIVILEGES.items() if letter in letters]) or "nothing"


def _has_left(reply: re_.HasLeft, context: Context) -> Iterator[str]:
    after = f"You are talking in {reply.facing.name} now." if reply.facing else "/rooms lists where to go."
    yield f"-- You left {reply.name}. {after}"


def _forwarded(reply: re_.Forwarded, context: Context) -> Iterator[str]:
    yield f"-- You can't come into {reply.room} now; it sends you to {reply.to}."


def _names(reply: re_.NamesShown, context: Context) -> Iterator[str]:
    room = reply.room
    people = sorted(people_of(room, reply.people), key=lambda user: (-rank_of(room.members.get(user, "")), user.folded))
    names = " ".join(f"{room.prefixes(user)[:1]}{user.nick}" for user in people)
    yield f"-- {count(len(people), 'person', 'people')} in {room.name}:"
    yield from textwrap.wrap(names, WIDTH, initial_indent="   ", subsequent_indent="   ")


def _topic(reply: re_.TopicShown, context: Context) -> Iterator[str]:
    room = reply.room
    if room.topic is None:
        yield f"-- {room.name} has no topic. /topic <text> gives it one."
        return
    nick = room.topic.by.partition("!")[0]
    yield f"-- Topic of {room.name}: {safe(room.topic.text)}"
    yield f"   set by {nick}, {context.moment(room.topic.time):%Y-%m-%d %H:%M}"


def _topic_kept(reply: re_.TopicKept, context: Context) -> Iterator[str]:
    yield f"-- That is the topic of {reply.room.name} already."


def _rooms(reply: re_.RoomsShown, context: Context) -> Iterator[str]:
    yield f"-- {count(len(reply.rooms), 'room')}{':' if reply.rooms else '.'}"
    for room in reply.rooms:
        about = f"  {safe(room.topic.text)}" if room.topic else ""
        yield f"   {room.name:<20} {_inside(room):>10}{about}"
    yield "   /join #name goes to one, or makes a new one."


def _inside(room: Room) -> str:
    return f"{len(room.members)} here" if room.members else "nobody"


def _invite_sent(reply: re_.InviteSent, context: Context) -> Iterator[str]:
    yield f"-- {reply.nick} is invited to {reply.room.name}."


def _invitations(reply: re_.InvitationsShown, context: Context) -> Iterator[str]:
    names = listing([room.name for room in reply.rooms])
    yield f"-- You were asked into {names}. /join goes there." if names else "-- You were asked into no room lately."


def _modes(reply: re_.ModesShown, context: Context) -> Iterator[str]:
    letters = "".join(reply.room.modes) or "none"
    yield f"-- Modes of {reply.room.name}: +{letters}. Operators change them, as in /mode +m"


def _listed(reply: re_.ListShown, context: Context) -> Iterator[str]:
    masks = reply.room.lists[reply.letter].values()
    end = ":" if masks else "."
    yield f"-- {count(len(masks), *_LISTS[reply.letter])} in {reply.room.name}{end}"
    for entry in masks:
        yield f"   {safe(entry.mask)}  by {entry.by.partition('!')[0]}, {context.moment(entry.time):%Y-%m-%d %H:%M}"


def _owner_changed(reply: re_.OwnerChanged, context: Context) -> Iterator[str]:
    if reply.account:
        yield f"-- {reply.room.name} belongs to {reply.account} now, and stays with all its modes, bans and operators."
    else:
        yield f"-- {reply.room.name} belongs to nobody any more. It closes when the last one leaves."


def _access(reply: re_.AccessShown, context: Context) -> Iterator[str]:
    room = reply.room
    if not room.is_registered:
        yield f"-- {room.name} belongs to nobody. /claim makes it yours, if you are its operator."
        return
    yield f"-- {room.name} belongs to {room.founder_name}."
    for grant in room.grants.values():
        yield f"   {grant.account}: {privileges(grant.letters)}"


def _access_changed(reply: re_.AccessChanged, context: Context) -> Iterator[str]:
    yield f"-- {reply.account} has this in {reply.room.name} from now on: {privileges(reply.letters)}."


ROOMS: dict[type[Reply], Callable[[Any, Context], Iterator[str]]] = {
    re_.HasLeft: _has_left,
    re_.Forwarded: _forwarded,
    re_.NamesShown: _names,
    re_.TopicShown: _topic,
    re_.TopicKept: _topic_kept,
    re_.RoomsShown: _rooms,
    re_.InviteSent: _invite_sent,
    re_.InvitationsShown: _invitations,
    re_.ModesShown: _modes,
    re_.ListShown: _listed,
    re_.OwnerChanged: _owner_changed,
    re_.AccessShown: _access,
    re_.AccessChanged: _access_changed,
}
