"""Rooms: opening and closing, coming and going, topics, modes, invitations, other names."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from chatroom.core import events as ev
from chatroom.core.apply.registered import keep_privileges, restored
from chatroom.core.apply.table import Heard, applies, audits, personal_place
from chatroom.core.apply.tokens import drop_tokens
from chatroom.core.events import Who
from chatroom.core.listed import Listed, any_fits
from chatroom.core.modes import HALF_OPERATOR, MUTE, ROOM_MODES, ModeKind
from chatroom.core.room import Room, Topic
from chatroom.core.user import User

if TYPE_CHECKING:
    from chatroom.core.chat import Chat


@applies(ev.Opened)
def _opened(chat: Chat, event: ev.Opened) -> Heard:
    room = chat.room_for(event.room)
    chat.open_rooms += not room.is_open
    room.open(chat.time)
    return Heard((room.place,), ())


@applies(ev.Closed)
def _closed(chat: Chat, event: ev.Closed) -> Heard:
    room = chat.room_for(event.room)
    chat.open_rooms -= room.is_open
    room.close(chat.number)
    drop_tokens(chat, room)
    chat.forget_closed(room)
    return Heard((room.place,), ())


@applies(ev.Joined)
def _joined(chat: Chat, event: ev.Joined) -> Heard:
    room, user = chat.rooms[chat.names.fold(event.room)], chat.user_of(event)
    room.members[user] = "" if room.members or room.is_permanent or room.is_registered else "o"
    if room.is_registered:
        restored(chat, room, user)
    room.invited.pop(user, None)
    user.invitations.pop(room, None)
    user.rooms[room.place] = user.facing = room
    return Heard((room.place_of(user),), room.witnesses(user), user.outboxes)


@applies(ev.Left)
def _left(chat: Chat, event: ev.Left) -> Heard:
    return _goes(chat, chat.user_of(event), event)


@applies(ev.Kicked)
@audits
def _kicked(chat: Chat, event: ev.Kicked) -> Heard:
    user = chat.users[chat.names.fold(event.nick)]
    faced = user.facing
    heard = _goes(chat, user, event)
    if user.facing is not faced:  # through no doing of theirs, so they are told, by a connection of their own
        turned = ev.Faced(user.who, user.facing.name if user.facing else "")
        chat.follow(turned, next(iter(user.outboxes), None))
    return heard


def _goes(chat: Chat, user: User, event: ev.RoomEvent) -> Heard:
    room = chat.rooms[chat.names.fold(event.room)]
    place, hearers = room.place_of(user), tuple(_and_doer(chat, room.witnesses(user), event))
    del user.rooms[room.place]
    if user.facing is room:
        user.facing = next(reversed(user.rooms.values()), None)
    remove(chat, user, room, event.who)
    return Heard((place,), hearers, user.outboxes)


def remove(chat: Chat, user: User, room: Room, by: Who) -> None:
    """Take `user` out of `room`, which closes with its last member."""
    del room.members[user]
    room.said_at.pop(user, None)
    if not (room.members or room.is_permanent or room.is_registered):
        chat.follow(ev.Closed(by, room.name))


@applies(ev.Faced)
def _faced(chat: Chat, event: ev.Faced) -> Heard:
    user = chat.user_of(event)
    user.facing = chat.room(event.room)
    return Heard((), (user,), user.outboxes)


@applies(ev.Invited)
def _invited(chat: Chat, event: ev.Invited) -> Heard:
    room, guest = chat.rooms[chat.names.fold(event.room)], chat.users[chat.names.fold(event.nick)]
    if room.rank(chat.user_of(event)) >= HALF_OPERATOR:  # others may ask somebody in, but open no door
        room.invited[guest] = guest.invitations[room] = None
    chat.follow(ev.InviteSeen(event.who, event.room, event.nick))
    return Heard((personal_place(guest.folded),), (guest,))


@applies(ev.InviteSeen)
def _invite_seen(chat: Chat, event: ev.InviteSeen) -> Heard:
    room, user = chat.rooms[chat.names.fold(event.room)], chat.user_of(event)
    return Heard((), [member for member in room.above("%") if member is not user])


@applies(ev.TopicChanged)
def _topic(chat: Chat, event: ev.TopicChanged) -> Heard:
    room = chat.room_for(event.room)
    room.topic = Topic(event.text, event.who.mask, chat.time) if event.text else None
    return Heard((room.place,), _and_doer(chat, room.members, event))


@applies(ev.ModesChanged)
@audits
def _modes(chat: Chat, event: ev.ModesChanged) -> Heard:
    room = chat.room_for(event.room)
    hushed = _hushed(chat, room, event)
    until = chat.time + event.seconds * 1000 if event.seconds else 0
    changed: dict[User, None] = {}  # whose privileges
    for change in event.changes:
        folded = chat.names.fold(change.value)
        if ROOM_MODES.get(change.letter) is not ModeKind.PRIVILEGE:
            listed = Listed(change.value, event.who.mask, chat.time, event.reason, until, event.about)
            room.change_mode(change, folded, listed)
            if until and change.adding:
                chat.ends.add(room, change.letter, folded)
        elif (member := chat.users.get(folded)) in room.members:
            room.change_privilege(member, change)
            changed[member] = None
    for member in changed if room.is_registered else ():
        if member.who.account and member.nick != event.who.nick:
            keep_privileges(chat, room, member, event.who)
    concerned = hushed | _hushed(chat, room, event)
    watchers = [outbox for member in concerned for outbox in member.outboxes]
    return Heard((room.place,), _and_doer(chat, room.members, event), watchers)


def _hushed(chat: Chat, room: Room, event: ev.ModesChanged) -> dict[User, None]:
    """The members whom a ban or mute that `event` is about keeps from speaking."""
    fold = chat.names.fold
    masks = [fold(change.value).removeprefix(MUTE) for change in event.changes if change.letter == "b"]
    return {
        member: None
        for member in (room.members if masks else ())
        if room.is_hushed(member, fold) and any_fits(masks, member.who, fold)
    }


@applies(ev.RoomRenamed)
@audits
def _room_renamed(chat: Chat, event: ev.RoomRenamed) -> Heard:
    room, folded = chat.room_for(event.room), chat.names.fold(event.name)
    if folded != room.folded:
        del chat.rooms[room.folded]
        chat.rooms[folded] = room  # a closed one that was called so is forgotten
        chat.moved[room.folded] = chat.number
        if room.place == folded:  # it has its first name again
            chat.moved.pop(folded, None)
    if chat.guarded.get(chat.names.guise(room.folded)) is room:
        del chat.guarded[chat.names.guise(room.folded)]
    room.be_called(event.name, folded)
    chat.guard(room)
    return Heard((room.place,), room.members, [outbox for member in room.members for outbox in member.outboxes])


@applies(ev.Redacted)
def _redacted(chat: Chat, event: ev.Redacted) -> Heard:
    room = chat.room(event.target)
    if room is not None:
        return Heard((f"{event.to}{room.place}",), _who_heard(chat, room, event))
    user, other = chat.user_of(event), chat.user(event.target)
    hearers = tuple(dict.fromkeys(one for one in (user, other) if one))
    return Heard((*event.kept, *(personal_place(one.folded) for one in hearers)), hearers)


def _who_heard(chat: Chat, room: Room, event: ev.Redacted) -> Collection[User]:
    """Who could hear the words that are taken back, and who takes them back."""
    return _and_doer(chat, room.above(event.to) if event.to else room.members, event)


def _and_doer(chat: Chat, hearers: Collection[User], event: ev.Event) -> Collection[User]:
    """Those who hear, and who did it, though it may be from outside."""
    doer = chat.user(event.who.nick)
    return hearers if doer is None or doer in hearers else (*hearers, doer)
