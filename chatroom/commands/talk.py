"""Saying something, to a room or to one person."""

from __future__ import annotations

from collections.abc import Iterator

from chatroom.commands.call import Call
from chatroom.commands.paces import check_talk
from chatroom.commands.shelves import is_same, room_shelf
from chatroom.commands.table import Needs, Section, find_room, find_user
from chatroom.core.events import Event, Manner, Said, Tagged, TaggedTo, Told, Who
from chatroom.core.modes import addressed
from chatroom.core.names import is_room
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import IsAbsent, IsAway, Reply, SaidBefore
from chatroom.core.room import Room
from chatroom.core.user import User

talk = Section("Talking")
doors = Section("")  # nobody types these; a dialect calls them
REPLY_TAGS = frozenset(("+reply", "+draft/reply"))  # their value is the msgid of what is answered
Outcome = Iterator[Event | Reply]


def _to_room(call: Call, room: Room, text: str, manner: Manner, to: str = "") -> Outcome:
    """To everybody in the room, or those alone who have the privilege of the sign `to`, or a higher one."""
    call.chat.names.check_text(text)
    room.check_speaking(call.user, call.chat.names.fold, call.server.now)
    if "W" in room.modes:
        room.check_pace(call.user, call.server.now)
    room.check_text(text)
    if call.tags and (number := call.chat.once.find(call.tags, room.name)):
        yield _repeated(call, number, room)
        return
    check_talk(call, room, text)
    yield Said(call.who, room.name, text, manner, call.tags, call.cuts, to, _answered(call, room))


def _to_person(call: Call, other: User, text: str, manner: Manner) -> Outcome:
    call.chat.names.check_text(text)
    _check_heard(call, other)
    if "T" in other.modes and text.startswith("\x01"):
        raise Refused(Why.CTCP_UNHEARD, nick=other.nick)
    if call.tags and (number := call.chat.once.find(call.tags, other.nick)):
        yield _repeated(call, number)
        return
    yield Told(call.who, other.who, text, manner, call.tags, call.cuts)
    if other.away and manner is not Manner.NOTICE:
        yield IsAway(other)


def _to_absent(call: Call, name: str, text: str, manner: Manner) -> Outcome:
    """To somebody with an account who is not here, from somebody else with one: it is kept for both."""
    call.chat.names.check_text(text)
    if call.tags and (number := call.chat.once.find(call.tags, name)):
        yield _repeated(call, number)
        return
    yield Told(call.who, Who(name, "", "", name), text, manner, call.tags, call.cuts)
    if manner is not Manner.NOTICE:
        yield IsAbsent(name)


def _repeated(call: Call, number: int, room: Room | None = None) -> SaidBefore:
    """What answers a message that was event `number` already; its words only to whom may read them, or said them.

    Raise Refused while nothing can be recorded: what waits for the disk must not be taken for said.
    """
    if call.chat.sealed:
        raise call.chat.sealed
    record = call.server.history.record(number)
    if record is None:  # taken back since
        return SaidBefore(None)
    may_read = room is not None and call.user in room.members and room_shelf(room, call.user).has(record)
    return SaidBefore(record if may_read or is_same(call, call.user, record.event.who, record) else None)


def _check_heard(call: Call, other: User) -> None:
    """Raise Refused when `other` wants to hear nothing from the caller in private (user mode R)."""
    if not other.hears_in_private(call.user):
        raise Refused(Why.GUESTS_UNHEARD, nick=other.nick)


def _answered(call: Call, room: Room) -> str:
    """Who said what the tags of a call refer to: "" when they don't, or to nothing that was said here."""
    msgid = next((value for name, value in call.tags if name in REPLY_TAGS), "")
    number = call.server.number_of(msgid) if msgid else None
    if number is None or number <= room.history_from:
        return ""
    record = call.server.history.record(number)
    return record.event.who.nick if record and isinstance(record.event, Said) and room.place in record.places else ""


def _speak(call: Call, to: str, text: str, manner: Manner) -> Outcome:
    """Say something in the room, or to the person, called `to`.

    A secret room refuses by its own rules, as on other IRC servers: whoever tries to join learns of it all the same.
    """
    sign, name = addressed(to)
    if is_room(name):
        return _to_room(call, find_room(call, name, even_secret=True), text, manner, sign)
    account = call.server.accounts.find(to) if call.who.account and call.chat.user(to) is None else None
    if account is None:
        return _to_person(call, find_user(call, to), text, manner)
    present = next(iter(call.chat.by_account.get(call.chat.names.fold(account.name), ())), None)
    return _to_person(call, present, text, manner) if present else _to_absent(call, account.name, text, manner)


@talk.command("say text...")
def say(call: Call, text: str) -> Outcome:
    """Say something in the room you face. Words without a slash do the same."""
    return _to_room(call, call.room, text, Manner.SAY)


@talk.command("me text...")
def me(call: Call, text: str) -> Outcome:
    """Say what you do: "/me waves" shows "* alice waves"."""
    return _to_room(call, call.room, text, Manner.ACTION)


@talk.command("shrug [text...]")
def shrug(call: Call, text: str = "") -> Outcome:
    """Shrug, in the room you face."""
    return _to_room(call, call.room, f"{text} ¯\\_(ツ)_/¯".lstrip(), Manner.SAY)


@talk.command("msg to text...", aliases=("m", "tell", "query"))
def msg(call: Call, to: str, text: str) -> Outcome:
    """Write to one person in private, or to a room."""
    return _speak(call, to, text, Manner.SAY)


@talk.command("reply text...", aliases=("r",))
def reply(call: Call, text: str) -> Outcome:
    """Answer whoever wrote to you in private last."""
    other = call.user.answers_to
    if other is None:
        raise Refused(Why.NOBODY_TO_ANSWER)
    if call.chat.user(other.nick) is not other:  # their name may be another's by now
        raise Refused(Why.GONE, nick=other.nick)
    return _to_person(call, other, text, Manner.SAY)


@talk.command("act to text...")
def act(call: Call, to: str, text: str) -> Outcome:
    """As /me, in a room you do not face or in private: "/act bob waves"."""
    return _speak(call, to, text, Manner.ACTION)


@doors.command("relay room nick text...", needs=Needs.MEMBER)
def relay(call: Call, room: Room, nick: str, text: str) -> Outcome:
    """Pass on what somebody says in another place, as bridges do."""
    return _relayed(call, room, nick, text, Manner.SAY)


@doors.command("relayact room nick text...", needs=Needs.MEMBER)
def relayact(call: Call, room: Room, nick: str, text: str) -> Outcome:
    """Pass on what somebody does in another place."""
    return _relayed(call, room, nick, text, Manner.ACTION)


def _relayed(call: Call, room: Room, nick: str, text: str, manner: Manner) -> Outcome:
    if not room.is_operator(call.user):
        raise Refused(Why.RELAY_OPERATORS_ONLY, room=room.name)
    call.chat.names.check_relayed(nick)
    call.chat.names.check_text(text)
    room.check_text(text)
    yield Said(call.who, room.name, text, manner, call.tags, relayed=nick)


@talk.command("notice to text...")
def notice(call: Call, to: str, text: str) -> Outcome:
    """Say something that no program will answer, as bots do."""
    return _speak(call, to, text, Manner.NOTICE)


@doors.command("tag to")
def tag(call: Call, to: str) -> Outcome:
    """Pass the tags of this call on, without a word."""
    sign, name = addressed(to)
    if is_room(name):
        room = find_room(call, name, even_secret=True)
        room.check_speaking(call.user, call.chat.names.fold, call.server.now)
        yield Tagged(call.who, room.name, call.tags, sign, _answered(call, room))
    else:
        other = find_user(call, to)
        _check_heard(call, other)
        yield TaggedTo(call.who, other.who, call.tags)
