"""Keeping order in a room: its operators and voices, putting somebody out, its modes."""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.changes import Trial, asked_for, is_change
from chatroom.commands.table import Needs, Section
from chatroom.core.events import Change, Event, Kicked, ModesChanged
from chatroom.core.modes import HALF_OPERATOR, RANK_TO_CHANGE, rank_of
from chatroom.core.names import clip
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import ListShown, ModesShown, Reply
from chatroom.core.room import Room
from chatroom.core.user import User

moderation = Section("Keeping order")


@moderation.command("kick nick [room] [reason...]", needs=Needs.MODERATOR)
def kick(call: Call, nick: User, room: Room, reason: str = "") -> Iterator[Event | Reply]:
    """Put somebody out of a room."""
    _check_there(room, nick)
    room.check_not_above(call.user, nick)
    yield Kicked(call.who, room.name, nick.nick, clip(reason, call.chat.names.reason_length))


def _check_there(room: Room, user: User) -> None:
    if user not in room.members:
        raise Refused(Why.PERSON_NOT_MEMBER, nick=user.nick, room=room.name)


@moderation.command("op nick [room]")
def op(call: Call, nick: User, room: Room) -> Iterator[Event | Reply]:
    """Make somebody an operator of a room."""
    return _grant(call, room, nick, Change(True, "o", nick.nick))


@moderation.command("deop nick [room]", needs=Needs.MODERATOR)
def deop(call: Call, nick: User, room: Room) -> Iterator[Event | Reply]:
    """Make somebody an operator no longer."""
    return _grant(call, room, nick, Change(False, "o", nick.nick))


@moderation.command("voice nick [room]")
def voice(call: Call, nick: User, room: Room) -> Iterator[Event | Reply]:
    """Let somebody speak even while the room is moderated."""
    return _grant(call, room, nick, Change(True, "v", nick.nick))


@moderation.command("devoice nick [room]", needs=Needs.MODERATOR)
def devoice(call: Call, nick: User, room: Room) -> Iterator[Event | Reply]:
    """Take somebody's voice."""
    return _grant(call, room, nick, Change(False, "v", nick.nick))


def _grant(call: Call, room: Room, nick: User, change: Change) -> Iterator[Event | Reply]:
    """One privilege; whose account may give it may do so without having it just now."""
    if call.user not in room.members and not call.user.is_server_operator:
        raise Refused(Why.NOT_MEMBER, room=room.name)
    letters = room.letters_for(call.chat.names.fold(call.who.account)) if room.is_registered else ""
    needed = RANK_TO_CHANGE.get(change.letter, HALF_OPERATOR + 1)
    if rank_of(letters) < needed:
        room.check_rank(call.user, needed)
    _check_there(room, nick)
    if not change.adding:
        room.check_not_above(call.user, nick)
    if not is_change(call, room, change):
        raise Refused(Why.CHANGES_NOTHING, nick=nick.nick, room=room.name)
    yield ModesChanged(call.who, room.name, (change,))


@moderation.command("mode [room] [changes...]")
def mode(call: Call, room: Room, changes: tuple[str, ...] = ()) -> Iterator[Event | Reply]:
    """Show or change a room's modes as in IRC: "/mode +m", "/mode +b bob!*@*", "/mode b" lists the bans."""
    letters, *values = [*(changes or ("",))[0].split(" "), *changes[1:]]
    if not letters.strip("+- "):
        yield ModesShown(room, call.user in room.members)
        return
    wanted, asked = asked_for(letters, values)
    for letter in asked:
        yield ListShown(room, letter)
    trial = Trial(call, room, wanted)
    if trial.done:
        yield ModesChanged(call.who, room.name, tuple(trial.done))
    for refused in trial.refusals.values():
        call.session.refuse(refused, call)
