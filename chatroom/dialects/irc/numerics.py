"""Replies and refusals as numerics: the one place where they are written.

Strategy: one table for each. A refusal is a numeric, the facts that are its parameters, and IRC's customary text; a
reply is a function giving the parameters of its lines, after the nick. A reply that IRC has no numerics for is told
as NOTICEs, in the sentences of the plain dialect, so that every row of the command table is there for IRC too.

Sources: Modern IRC "Numerics"; RFC 2812 section 5 where that is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chatroom.core import replies as re_
from chatroom.core.refusals import Refused, Why
from chatroom.core.replies import Reply
from chatroom.core.room import Room
from chatroom.core.user import User
from chatroom.dialects.irc.caps import isupport
from chatroom.dialects.irc.lines import packed, room_after, size_of
from chatroom.dialects.plain.replies import Context
from chatroom.dialects.plain.replies import lines as sentences
from chatroom.wire.irc import MAX_PARAMS, split_text

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession

Numeric = tuple[str, ...]  # the number, then its parameters after the nick

REFUSALS: dict[Why, tuple[str, tuple[str, ...], str]] = {
    Why.UNKNOWN_COMMAND: ("421", ("verb",), "Unknown command"),
    Why.USAGE: ("461", ("verb",), "Not enough parameters"),
    Why.TOO_MUCH: ("461", ("verb",), "Too many parameters"),
    Why.NOT_A_NUMBER: ("461", ("verb",), "That is not a number above zero"),
    Why.NOT_A_TIME: ("461", ("verb",), "That is no time: try 14:00, 2026-11-22 or 90m"),
    Why.LINE_TOO_LONG: ("417", (), "Input line was too long"),
    Why.TEXT_MISSING: ("412", (), "No text to send"),
    Why.TEXT_TOO_LONG: ("417", (), "Input line was too long"),
    Why.NOT_ENTERED: ("451", (), "You have not registered"),
    Why.ALREADY_ENTERED: ("462", (), "You may not reregister"),
    Why.PASSWORD_WRONG: ("464", (), "Password incorrect"),
    Why.NICK_MISSING: ("431", (), "No nickname given"),
    Why.NICK_TOO_LONG: ("432", ("nick",), "Erroneous nickname: too long"),
    Why.NICK_BAD: ("432", ("nick",), "Erroneous nickname"),
    Why.NICK_RESERVED: ("432", ("nick",), "Erroneous nickname: kept for the server"),
    Why.NICK_TAKEN: ("433", ("nick",), "Nickname is already in use"),
    Why.ROOM_BAD: ("403", ("room",), "No such channel: that can't be a channel's name"),
    Why.ROOM_TOO_LONG: ("403", ("room",), "No such channel: the name is too long"),
    Why.NO_SUCH_ROOM: ("403", ("room",), "No such channel"),
    Why.NO_SUCH_PERSON: ("401", ("nick",), "No such nick/channel"),
    Why.NO_ROOM: ("442", ("verb",), "You're in no channel"),
    Why.NOT_MEMBER: ("442", ("room",), "You're not on that channel"),
    Why.ALREADY_MEMBER: ("443", ("nick", "room"), "is already on channel"),
    Why.PERSON_NOT_MEMBER: ("441", ("nick", "room"), "They aren't on that channel"),
    Why.NOBODY_TO_ANSWER: ("411", (), "No recipient given (nobody has written to you yet)"),
    Why.GONE: ("401", ("nick",), "They have left"),
    Why.NOT_YOURSELF: ("401", ("verb",), "That would be yourself"),
    Why.NOT_IGNORED: ("401", ("nick",), "You are not ignoring them"),
    Why.TOO_MANY_TARGETS: ("407", ("target",), "Too many targets"),
    Why.TOO_MANY_ROOMS: ("405", ("room",), "You have joined too many channels"),
    Why.OPERATORS_ONLY: ("482", ("room",), "You're not channel operator"),
    Why.MODERATED: ("404", ("room",), "Cannot send to channel (+m)"),
    Why.BANNED: ("474", ("room",), "Cannot join channel (+b)"),
    Why.BANNED_FROM_SPEAKING: ("404", ("room",), "Cannot send to channel (+b)"),
    Why.OUTSIDERS_SILENT: ("404", ("room",), "Cannot send to channel (+n)"),
    Why.INVITE_ONLY: ("473", ("room",), "Cannot join channel (+i)"),
    Why.KEY_WRONG: ("475", ("room",), "Cannot join channel (+k)"),
    Why.ROOM_FULL: ("471", ("room",), "Cannot join channel (+l)"),
    Why.KEY_BAD: ("525", ("room",), "Key is not well-formed"),
    Why.MODE_UNKNOWN: ("472", ("letter",), "is unknown mode char to me"),
    Why.USER_MODE_UNKNOWN: ("501", (), "Unknown MODE flag"),
    Why.NOT_YOUR_MODES: ("502", (), "Cant change mode for other users"),
    Why.CHANGES_NOTHING: ("400", ("verb",), "That would change nothing"),
    Why.MASK_TOO_LONG: ("696", ("room", "letter", "mask"), "The mask is too long"),
    Why.LIST_FULL: ("478", ("room", "letter"), "Channel list is full"),
    Why.DISK: ("437", ("verb",), "The server can't write to its disk; nothing can be said just now"),
}
# Told as a standard reply instead (IRCv3 standard-replies): the code.
FAILS = {Why.NOT_UTF8: "INVALID_UTF8"}


def refusal(refused: Refused, verb: str) -> Numeric:
    """The numeric for a refusal of what `verb` asked."""
    number, keys, text = REFUSALS[refused.why]
    facts = refused.facts | {"verb": verb}
    return (number, *(str(facts.get(key, "*")) for key in keys), text)


def numerics(reply: Reply, session: IrcSession) -> Iterator[Numeric]:
    """The numerics that tell `reply`; NOTICE stands where there are none for it."""
    tell = _TELL.get(type(reply))
    if tell is not None:
        yield from tell(reply, session)
        return
    context = Context(session.server.zone, session.nick)
    for line in sentences(reply, context):
        yield from in_pieces(session, line, "NOTICE")


def in_pieces(session: IrcSession, text: str, number: str, start: str = "") -> Iterator[Numeric]:
    """`text` as the last parameter of as many lines as it takes; each piece begins with `start`."""
    for piece in split_text(text, room_after(number, session.nick, start, source=session.server.name)):
        yield (number, start + piece)


def in_lines(session: IrcSession, words: Iterable[str], *numeric: str) -> Iterator[Numeric]:
    """`words` as the last parameter of as many lines as it takes; none when there are no words."""
    number, *params = numeric
    room = room_after(number, session.nick, *params, source=session.server.name)
    for some in packed(words, room, size_of):
        yield (*numeric, " ".join(some))


def _welcomed(reply: re_.Welcomed, session: IrcSession) -> Iterator[Numeric]:
    server, names = session.server, session.server.chat.names
    yield ("001", f"Welcome to the {server.network} Network, {reply.user.who.mask}")
    yield ("002", f"Your host is {server.name}, running version {server.version}")
    yield ("003", f"This server was started {_moment(server.started):%Y-%m-%d %H:%M:%S} UTC")
    yield ("004", server.name, server.version.replace(" ", "-"), "iw", "beIiklmnostv", "beIklov")
    text = "are supported by this server"
    room = room_after("005", session.nick, text, source=server.name)
    for tokens in packed(isupport(names, server.network), room, size_of, MAX_PARAMS - 2):
        yield ("005", *tokens, text)


def _moment(time: int) -> datetime:
    return datetime.fromtimestamp(time / 1000, UTC)


def _room_shown(reply: re_.RoomShown, session: IrcSession) -> Iterator[Numeric]:
    if reply.room.topic:
        yield from _topic(re_.TopicShown(reply.room), session)
    yield from _names(re_.NamesShown(reply.room), session)


def _names(reply: re_.NamesShown, session: IrcSession) -> Iterator[Numeric]:
    room, sign = reply.room, "@" if "s" in reply.room.modes else "="
    names = (_prefixes(room, user, session) + user.nick for user in _seen_members(room, session))
    yield from in_lines(session, names, "353", sign, room.name)
    yield ("366", room.name, "End of /NAMES list")


def _seen_members(room: Room, session: IrcSession) -> list[User]:
    if session.user in room.members:
        return list(room.members)
    return [user for user in room.members if not user.is_invisible]


def _prefixes(room: Room, user: User, session: IrcSession) -> str:
    signs = room.prefixes(user)
    return signs if "multi-prefix" in session.capabilities else signs[:1]


def _topic(reply: re_.TopicShown, session: IrcSession) -> Iterator[Numeric]:
    topic, name = reply.room.topic, reply.room.name
    if topic is None:
        yield ("331", name, "No topic is set")
        return
    yield ("332", name, topic.text)
    yield ("333", name, topic.by, str(topic.time // 1000))


def _rooms(reply: re_.RoomsShown, session: IrcSession) -> Iterator[Numeric]:
    yield ("321", "Channel", "Users  Name")
    for room in reply.rooms:
        if room.members:  # an empty room is no channel to IRC
            yield ("322", room.name, str(len(room.members)), room.topic.text if room.topic else "")
    yield ("323", "End of /LIST")


def _people(reply: re_.PeopleShown, session: IrcSession) -> Iterator[Numeric]:
    for user in reply.people:
        room = reply.room or next((r for r in user.rooms.values() if r.is_visible_to(session.user)), None)
        flags = ("G" if user.away else "H") + (_prefixes(room, user, session) if room else "")
        who, server = user.who, session.server.name
        place = room.name if room else "*"
        yield ("352", place, who.username, who.host, server, who.nick, flags, f"0 {user.realname}")
    yield ("315", reply.query or "*", "End of /WHO list")


def _person(reply: re_.PersonShown, session: IrcSession) -> Iterator[Numeric]:
    user, who = reply.user, reply.user.who
    yield ("311", who.nick, who.username, who.host, "*", user.realname)
    rooms = (_prefixes(room, user, session) + room.name for room in reply.rooms)
    yield from in_lines(session, rooms, "319", who.nick)
    yield ("312", who.nick, session.server.name, session.server.description)
    if user.away:
        yield ("301", who.nick, user.away)
    if reply.sees_address:
        yield ("378", who.nick, f"is connecting from {who.username}@{user.address} {user.address}")
    yield ("317", who.nick, str(reply.idle_seconds), str(user.since // 1000), "seconds idle, signon time")


def _away_marked(reply: re_.AwayMarked, session: IrcSession) -> Iterator[Numeric]:
    if reply.message:
        yield ("306", "You have been marked as being away")
    else:
        yield ("305", "You are no longer marked as being away")


def _is_away(reply: re_.IsAway, session: IrcSession) -> Iterator[Numeric]:
    yield ("301", reply.user.nick, reply.user.away)


def _invite_sent(reply: re_.InviteSent, session: IrcSession) -> Iterator[Numeric]:
    yield ("341", reply.nick, reply.room.name)


def _modes(reply: re_.ModesShown, session: IrcSession) -> Iterator[Numeric]:
    room = reply.room
    values = [value if reply.with_values or letter != "k" else "*" for letter, value in room.modes.items() if value]
    yield ("324", room.name, "+" + "".join(room.modes), *values)
    yield ("329", room.name, str(room.created // 1000))


_LISTS = {
    "b": ("367", "368", "End of channel ban list"),
    "e": ("348", "349", "End of channel exception list"),
    "I": ("346", "347", "End of channel invite exception list"),
}


def _listed(reply: re_.ListShown, session: IrcSession) -> Iterator[Numeric]:
    entry_number, end_number, text = _LISTS[reply.letter]
    for entry in reply.room.lists[reply.letter].values():
        yield (entry_number, reply.room.name, entry.mask, entry.by, str(entry.time // 1000))
    yield (end_number, reply.room.name, text)


def _user_modes(reply: re_.UserModesShown, session: IrcSession) -> Iterator[Numeric]:
    yield ("221", "+" + "".join(reply.user.modes))


def _motd(reply: re_.MotdShown, session: IrcSession) -> Iterator[Numeric]:
    if not reply.lines:
        yield ("422", "MOTD File is missing")
        return
    yield ("375", f"- {session.server.name} Message of the day -")
    for line in reply.lines:
        yield from in_pieces(session, line, "372", "- ")
    yield ("376", "End of /MOTD command.")


def _counts(reply: re_.CountsShown, session: IrcSession) -> Iterator[Numeric]:
    visible = reply.people - reply.invisible
    yield ("251", f"There are {visible} users and {reply.invisible} invisible on 1 servers")
    yield ("252", "0", "operator(s) online")
    yield ("253", str(reply.unknown), "unknown connection(s)")
    yield ("254", str(reply.rooms), "channels formed")
    yield ("255", f"I have {reply.people} clients and 0 servers")
    for number, where in (("265", "local"), ("266", "global")):
        text = f"Current {where} users {reply.people}, max {reply.most}"
        yield (number, str(reply.people), str(reply.most), text)


def _version(reply: re_.VersionShown, session: IrcSession) -> Iterator[Numeric]:
    yield ("351", reply.version.replace(" ", "-"), session.server.name, "https://modern.ircdocs.horse, IRCv3")


def _time(reply: re_.TimeShown, session: IrcSession) -> Iterator[Numeric]:
    seconds = str(reply.time // 1000)
    yield ("391", session.server.name, seconds, "0", f"{_moment(reply.time):%A %B %d %Y -- %H:%M:%S} +00:00")


def _nothing(reply: Reply, session: IrcSession) -> Iterator[Numeric]:
    """IRC says nothing here: the event itself, or silence, tells it."""
    return iter(())


_TELL: dict[type[Reply], Callable[[Any, Any], Iterator[Numeric]]] = {
    re_.Welcomed: _welcomed,
    re_.RoomShown: _room_shown,
    re_.HasLeft: _nothing,
    re_.NamesShown: _names,
    re_.TopicShown: _topic,
    re_.RoomsShown: _rooms,
    re_.PeopleShown: _people,
    re_.PersonShown: _person,
    re_.AwayMarked: _away_marked,
    re_.IsAway: _is_away,
    re_.InviteSent: _invite_sent,
    re_.ModesShown: _modes,
    re_.ListShown: _listed,
    re_.UserModesShown: _user_modes,
    re_.MotdShown: _motd,
    re_.CountsShown: _counts,
    re_.VersionShown: _version,
    re_.TimeShown: _time,
}
