"""People: coming, going, names, accounts, modes, being away, whom they do not hear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatroom.core import events as ev
from chatroom.core.apply.registered import restored
from chatroom.core.apply.rooms import remove
from chatroom.core.apply.table import AUDIT, Heard, applies, audits, personal_place
from chatroom.core.gone import Gone
from chatroom.core.user import ABSENT, User

if TYPE_CHECKING:
    from chatroom.core.account import Presence
    from chatroom.core.chat import Chat


@applies(ev.Entered)
def _entered(chat: Chat, event: ev.Entered) -> Heard:
    folded = chat.names.fold(event.who.nick)
    chat.users[folded] = user = User(event.who, folded, event.realname, chat.time)
    user.be_called(folded, chat.number)
    user.key = chat.key_of(user)
    chat.looks[chat.names.look(user.nick)] = user
    _log_in(chat, user)
    return Heard((), (), chat.watching(folded))


@applies(ev.Quit)
def _quit(chat: Chat, event: ev.Quit) -> Heard:
    user = chat.user_of(event)
    neighbours = user.neighbours()
    del neighbours[user]
    places = user.places()
    for room in user.rooms.values():
        remove(chat, user, room, event.who)
    for other in user.ignored_by:
        other.ignoring.pop(user, None)
    for other in user.ignoring:
        other.ignored_by.pop(user, None)
    for other in user.accepted_by:
        other.accepting.pop(user, None)
    for other in user.accepting:
        other.accepted_by.pop(user, None)
    for room in user.invitations:
        room.invited.pop(user, None)
    user.rooms, user.facing, user.answers_to = {}, None, None
    _count(chat, user, -1)
    _remember(chat, user)
    _log_out(chat, user)
    del chat.users[user.folded]
    _look_is_free(chat, user)
    return Heard(places, neighbours, chat.watching(user.folded))


@applies(ev.Renamed)
def _renamed(chat: Chat, event: ev.Renamed) -> Heard:
    user = chat.user_of(event)
    before = user.folded
    if before != chat.names.fold(event.nick):
        _remember(chat, user)
    del chat.users[before]
    _look_is_free(chat, user)
    user.who = user.who._replace(nick=event.nick)
    chat.looks[chat.names.look(user.nick)] = user
    user.be_called(chat.names.fold(event.nick), chat.number)
    user.key = chat.key_of(user)
    chat.users[user.folded] = user
    watchers = {} if user.folded == before else {**chat.watching(before), **chat.watching(user.folded)}
    return Heard(user.places(), user.neighbours(), watchers)


@applies(ev.AccountChanged)
def _account(chat: Chat, event: ev.AccountChanged) -> Heard:
    user = chat.user_of(event)
    _log_out(chat, user)
    user.who = user.who._replace(account=event.account)
    user.key = chat.key_of(user)
    _log_in(chat, user)
    for room in user.rooms.values():
        if room.is_registered:
            restored(chat, room, user)
    watchers = {**chat.watching(user.folded), **dict.fromkeys(user.outboxes)}
    return Heard(user.places(), user.neighbours(), watchers)


def _look_is_free(chat: Chat, user: User) -> None:
    """`user` has their name no longer; one that looks like it may be another's, of the same account."""
    look = chat.names.look(user.nick)
    if chat.looks.get(look) is not user:
        return
    del chat.looks[look]
    for other in chat.by_account.get(chat.names.fold(user.who.account), ()):
        if other is not user and chat.names.look(other.nick) == look:
            chat.looks[look] = other


def _log_in(chat: Chat, user: User) -> None:
    if user.who.account:
        chat.by_account.setdefault(chat.names.fold(user.who.account), {})[user] = None


def _log_out(chat: Chat, user: User) -> None:
    if not user.who.account:
        return
    account = chat.names.fold(user.who.account)
    chat.by_account[account].pop(user)
    if not chat.by_account[account]:
        del chat.by_account[account]


@applies(ev.AwayChanged)
def _away(chat: Chat, event: ev.AwayChanged) -> Heard:
    user = chat.user_of(event)
    user.away = event.message
    return Heard(user.places(), user.neighbours(), chat.watching(user.folded))


@applies(ev.UserModesChanged)
def _user_modes(chat: Chat, event: ev.UserModesChanged) -> Heard:
    user = chat.user_of(event)
    _count(chat, user, -1)
    for change in event.changes:
        if change.adding:
            user.modes[change.letter] = None
        else:
            user.modes.pop(change.letter, None)
    user.who = user.who._replace(is_bot="B" in user.modes)
    _count(chat, user, 1)
    places = (
        (personal_place(user.folded), AUDIT)
        if any(c.letter == "o" for c in event.changes)
        else (personal_place(user.folded),)
    )
    return Heard(places, (user,))


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


@applies(ev.Accepted)
def _accepted(chat: Chat, event: ev.Accepted) -> Heard:
    accept(chat.user_of(event), chat.users[chat.names.fold(event.nick)])
    return Heard((), ())


@applies(ev.Unaccepted)
def _unaccepted(chat: Chat, event: ev.Unaccepted) -> Heard:
    user, other = chat.user_of(event), chat.users[chat.names.fold(event.nick)]
    user.accepting.pop(other, None)
    other.accepted_by.pop(user, None)
    return Heard((), ())


def accept(user: User, other: User) -> None:
    """Have `user` hear `other` in private from now on, whoever else they hear."""
    user.accepting[other] = None
    other.accepted_by[user] = None


@applies(ev.RealnameChanged)
def _realname(chat: Chat, event: ev.RealnameChanged) -> Heard:
    user = chat.user_of(event)
    user.realname = event.realname
    return Heard(user.places(), user.neighbours(), chat.watching(user.folded))


@applies(ev.HostChanged)
def _host(chat: Chat, event: ev.HostChanged) -> Heard:
    user = chat.user_of(event)
    user.who = user.who._replace(username=event.username, host=event.host)
    watchers = {**chat.watching(user.folded), **dict.fromkeys(user.outboxes)}
    return Heard(user.places(), user.neighbours(), watchers)


def bring_back(chat: Chat, presence: Presence) -> None:
    """Have somebody be where they were before a restart, in those rooms that are still open."""
    folded = chat.names.fold(presence.who.nick)
    if folded in chat.users:
        return
    chat.users[folded] = user = User(presence.who, folded, presence.realname, presence.since)
    user.be_called(folded, chat.number)
    user.key = chat.key_of(user)
    user.spoke = presence.left or presence.since
    user.away = presence.away or ABSENT
    user.modes = dict.fromkeys(presence.modes)
    user.metadata = dict(presence.metadata)
    user.own_host = presence.own_host or user.own_host
    _count(chat, user, 1)
    _log_in(chat, user)
    for name, letters in presence.rooms.items():
        room = chat.room(name)
        if room is not None and room.is_open:
            room.members[user] = letters
            user.rooms[room.place] = user.facing = room


def _remember(chat: Chat, user: User) -> None:
    """They leave a name behind."""
    gone = Gone(user.folded, user.who, user.realname, user.address, user.is_invisible, chat.time)
    chat.gone.add(gone)


def _count(chat: Chat, user: User, sign: int) -> None:
    chat.invisible += sign * user.is_invisible
    chat.operators += sign * user.is_server_operator


@applies(ev.ReadMarked)
def _read_marked(chat: Chat, event: ev.ReadMarked) -> Heard:
    user = chat.user_of(event)
    if not user.who.account:
        user.markers[chat.marker_key(event.target)] = event.time
    same = chat.by_account.get(chat.names.fold(user.who.account), {}) if user.who.account else {}
    return Heard((), (user,), [outbox for one in {user: None, **same} for outbox in one.outboxes])


@applies(ev.Announced)
@audits
def _announced(chat: Chat, event: ev.Announced) -> Heard:
    return Heard((), [user for user in chat.users.values() if event.is_for_all or "w" in user.modes])


@applies(ev.Ghosted)
def _ghosted(chat: Chat, event: ev.Ghosted) -> Heard:
    user, ghost = chat.user_of(event), chat.users[chat.names.fold(event.nick)]
    if ghost is not user:
        chat.follow(ev.Quit(ghost.who, f"Ghosted by {event.who.nick}"))
    return Heard((personal_place(user.folded),), (user,), tuple(ghost.outboxes))


@applies(ev.Killed)
@audits
def _killed(chat: Chat, event: ev.Killed) -> Heard:
    user = chat.users[chat.names.fold(event.nick)]
    by = f"{event.who.nick} ({event.reason})" if event.reason else event.who.nick
    chat.follow(ev.Quit(user.who, f"Killed by {by}"))
    return Heard((personal_place(user.folded),), (), tuple(user.outboxes))
