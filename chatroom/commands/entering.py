"""Coming into the chat, under which name, and coming back to where one is already.

Strategy: whoever knows the password of an account is its owner by any door, and what they may be called follows from
that: a registered name is for its owner alone, who takes it over from anybody who has it still. A connection that comes
under the name of somebody who is here, logged in to the same account, becomes one more connection of that person.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from chatroom.commands.call import Call
from chatroom.commands.door import check_not_barred
from chatroom.commands.hosts import host_given
from chatroom.commands.shelves import TOLD, private_shelf, room_shelf, talks
from chatroom.commands.standing import office_taken
from chatroom.commands.table import Needs, Section
from chatroom.core.account_replies import MissedTalk, RoomResumed
from chatroom.core.events import Entered, Event, Renamed, Who
from chatroom.core.names import NICK_BYTES, clip
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Page, Reply, Welcomed
from chatroom.core.room import Room
from chatroom.core.user import User

doors = Section("")  # nobody types these; a dialect calls them
LATELY = 10  # lines of a room shown to a connection that comes to somebody who is here
MISSED = 200  # lines of a room, or of a talk, shown to somebody who was not


@doors.command("enter nick username host [realname...]", needs=Needs.NOTHING)
def enter(call: Call, nick: str, username: str, host: str, realname: str = "") -> Iterator[Event | Reply]:
    """Come into the chat; each dialect asks for the name in its own way."""
    if call.session.user is not None:
        raise Refused(Why.ALREADY_ENTERED)
    holder = call.chat.user(nick)
    who = Who(nick, username, host, call.session.account)
    check_not_barred(call, who)
    if holder is not None and _may_join(call, holder):
        call.session.become(holder, is_back=True)
        yield Welcomed(holder)
        yield from office_taken(call, holder)
        return
    yield from claimed(call, nick)
    yield Entered(who, clip(realname, call.chat.names.realname_length))
    user = call.chat.users[call.chat.names.fold(nick)]
    yield from host_given(call, user)
    call.session.become(user)
    yield Welcomed(user)
    yield from office_taken(call, user)


def account_of(call: Call) -> str:
    """The account the caller has logged in to, "" for none."""
    return call.session.user.who.account if call.session.user is not None else call.session.account


def is_owner(call: Call, name: str) -> bool:
    """Whether the caller has logged in to the account called `name`."""
    account = account_of(call)
    return bool(account) and call.chat.names.fold(account) == call.chat.names.fold(name)


def _may_join(call: Call, holder: User) -> bool:
    """Whether the caller may be one more connection of `holder`."""
    accounts = call.server.accounts
    may_share = not holder.outboxes or accounts.wants(accounts.find(holder.who.account), "multiclient")
    return bool(holder.who.account) and is_owner(call, holder.who.account) and may_share


# ---- names


def check_may_enter(call: Call, nick: str) -> None:
    """Raise Refused unless the caller may come in as `nick`, be it as one more connection of who is called so."""
    holder = call.chat.user(nick)
    if holder is None or not _may_join(call, holder):
        check_free(call, nick)


def check_free(call: Call, nick: str) -> User | None:
    """Raise Refused unless the caller may be called `nick`. Who has to give it up for them, if anybody."""
    call.chat.names.check_nick(nick)
    if call.chat.names.fold(nick) in call.chat.tokens:
        raise Refused(Why.NICK_RESERVED, nick=nick)
    holder, owner = call.chat.user(nick), call.server.accounts.find(nick)
    if holder is not None and holder is call.session.user:
        return None
    owns = owner is not None and is_owner(call, owner.name)
    if owner is not None and not owns:
        raise Refused(Why.NICK_REGISTERED, nick=nick)
    if not owns:
        check_not_reserved(call, nick)
    if holder is not None and is_owner(call, holder.who.account):
        raise Refused(Why.NICK_OWN, nick=nick)
    if holder is not None and not owns:
        raise Refused(Why.NICK_TAKEN, nick=nick, suggestion=free_nick(call, nick))
    if holder is None and not owns:
        _check_look(call, nick)
    return holder


def check_not_reserved(call: Call, nick: str) -> None:
    """Raise Refused when `nick` is kept for the server and who runs it, and the caller is not one of those."""
    user = call.session.user
    if call.chat.names.is_reserved(nick) and not (user is not None and user.is_server_operator):
        raise Refused(Why.NICK_RESERVED, nick=nick)


def _check_look(call: Call, nick: str) -> None:
    """Raise Refused when `nick` would be taken for the name of somebody else."""
    other, owner = call.chat.lookalike(nick), call.server.accounts.lookalike(nick)
    if owner is not None and not is_owner(call, owner.name):
        raise Refused(Why.NICK_LOOKS_ALIKE, nick=nick, other=owner.name)
    if other is not None and other is not call.session.user and not is_owner(call, other.who.account):
        raise Refused(Why.NICK_LOOKS_ALIKE, nick=nick, other=other.nick)


def claimed(call: Call, nick: str) -> Iterator[Event]:
    """What has to happen before the caller may be called `nick`. Refused when they may not."""
    ghost = check_free(call, nick)
    if ghost is not None:
        yield Renamed(ghost.who, free_nick(call, nick))


def free_nick(call: Call, nick: str) -> str:
    """A name like `nick` that nobody has."""
    stem = clip(nick[: call.chat.names.nick_length - 4], NICK_BYTES - 4)
    numbered = (f"{stem}{number}" for number in count(2))
    return next(name for name in numbered if not _is_somebody(call, name))


def _is_somebody(call: Call, name: str) -> bool:
    """Whether a person, an account or a script is called `name`."""
    chat = call.chat
    return bool(chat.user(name) or call.server.accounts.find(name) or chat.names.fold(name) in chat.tokens)


# ---- coming back


@doors.command("resume")
def resume(call: Call) -> Iterator[Event | Reply]:
    """Be shown where one is, by a connection that came to somebody who is here already."""
    user, since = call.user, call.session.gone_since
    wanted = call.server.accounts.wants(call.server.accounts.find(user.who.account), "autoreplay")
    for room in user.rooms.values():
        tail = _meanwhile(call, room, since) if wanted else Page(room.name, [], "tail")
        yield RoomResumed(room, tail, room.seen_by(user))
    if since and wanted:
        yield from _missed_talk(call, since)
    call.server.presences.save(call.chat.names.fold(user.who.account))


def _meanwhile(call: Call, room: Room, since: int) -> Page:
    """What was said in a room since `since` (ms), or lately (0)."""
    most = MISSED if since else LATELY
    records = room_shelf(room, call.user).page(call.server.history, limit=most + 1, since=since)
    return Page(room.name, records[-most:], "tail", len(records) > most)


def _missed_talk(call: Call, since: int) -> Iterator[Reply]:
    """What was written in private since `since` (ms)."""
    first = call.server.history.number_at(since)
    for talk in talks(call, first - 1):
        shelf = private_shelf(call, talk.name)
        if shelf is not None:
            records = shelf.page(call.server.history, limit=MISSED, after=first - 1, kinds=TOLD)
            yield MissedTalk(talk.name, records)
