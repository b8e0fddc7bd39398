"""People: coming, going, names, accounts, modes, being away, whom they do not hear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.core import events as ev
from chatroom.core.apply.rooms import remove
from chatroom.core.apply.table import Heard, applies, personal_place
from chatroom.core.user import User

if TYPE_CHECKING:
    from chatroom.core.chat import Chat


@applies(ev.Entered)
def _entered(chat: Chat, event: ev.Entered) -> Heard:
    folded = chat.names.fold(event.who.nick)
    chat.users[folded] = user = User(event.who, folded, event.realname, chat.time)
    user.key = chat.key_of(user)
    return Heard((), (), chat.watching(folded))


@applies(ev.Quit)
def _quit(chat: Chat, event: ev.Quit) -> Heard:
    user = chat.user_of(event)
    neighbours = user.neighbours()
    del neighbours[user]
    places = tuple(user.rooms)
    for room in user.rooms.values():
        remove(chat, user, room, event.who)
    for other in user.ignored_by:
        other.ignoring.pop(user, None)
    for other in user.ignoring:
        other.ignored_by.pop(user, None)
    for room in user.invitations:
        room.invited.pop(user, None)
    user.rooms, user.facing, user.answers_to = {}, None, None
    chat.invisible -= user.is_invisible
    del chat.users[user.folded]
    return Heard(places, neighbours, chat.watching(user.folded))


@applies(ev.Renamed)
def _renamed(chat: Chat, event: ev.Renamed) -> Heard:
    user = chat.user_of(event)
    before = user.folded
    del chat.users[before]
    user.who = user.who._replace(nick=event.nick)
    user.folded = chat.names.fold(event.nick)
    user.key = chat.key_of(user)
    chat.users[user.folded] = user
    watchers = {} if user.folded == before else {**chat.watching(before), **chat.watching(user.folded)}
    return Heard(tuple(user.rooms), user.neighbours(), watchers)


@applies(ev.AccountChanged)
def _account(chat: Chat, event: ev.AccountChanged) -> Heard:
    user = chat.user_of(event)
    user.who = user.who._replace(account=event.account)
    user.key = chat.key_of(user)
    return Heard(tuple(user.rooms), user.neighbours(), chat.watching(user.folded))


@applies(ev.AwayChanged)
def _away(chat: Chat, event: ev.AwayChanged) -> Heard:
    user = chat.user_of(event)
    user.away = event.message
    return Heard(tuple(user.rooms), user.neighbours(), chat.watching(user.folded))


@applies(ev.UserModesChanged)
def _user_modes(chat: Chat, event: ev.UserModesChanged) -> Heard:
    user = chat.user_of(event)
    chat.invisible -= user.is_invisible
    for change in event.changes:
        if change.adding:
            user.modes[change.letter] = None
        else:
            user.modes.pop(change.letter, None)
    chat.invisible += user.is_invisible
    return Heard((personal_place(user.folded),), (user,))


@applies(ev.Ignored)
def _ignored(chat: Chat, event: ev.Ignored) -> Heard:
    user, other = chat.user_of(event), chat.users[chat.names.fold(event.nick)]
    user.ignoring[other] = None
    other.ignored_by[user] = None
    return Heard((), ())


@applies(ev.Unignored)
def _unignored(chat: Chat, event: ev.Unignored) -> Heard:
    user, other = chat.user_of(event), chat.users[chat.names.fold(event.nick)]
    user.ignoring.pop(other, None)
    other.ignored_by.pop(user, None)
    return Heard((), ())
