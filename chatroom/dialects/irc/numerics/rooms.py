"""Rooms in numerics: what is shown on entry, names, topics, lists, invitations, modes.

Sources: Modern IRC "Numerics"; IRCv3 no-implicit-names, userhost-in-names, multi-prefix, forward-mode (470).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chatroom.core import replies as re_
from chatroom.core.account_replies import RoomResumed
from chatroom.core.replies import Reply
from chatroom.core.room import Room
from chatroom.core.user import User
from chatroom.dialects.irc.lines import cut_at_spaces
from chatroom.dialects.irc.numerics.history import tell_room_marker
from chatroom.dialects.irc.numerics.refusals import Numeric
from chatroom.dialects.irc.numerics.table import tells
from chatroom.wire.irc import MAX_LINE

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


@tells(re_.RoomShown, RoomResumed)
def _room_shown(reply: re_.RoomShown, session: IrcSession) -> Iterator[Numeric]:
    if reply.room.topic:
        yield from _topic(re_.TopicShown(reply.room), session)
    tell_room_marker(session, reply.room)
    if "no-implicit-names" not in session.capabilities:
        yield from _names(re_.NamesShown(reply.room), session)


@tells(re_.NamesShown)
def _names(reply: re_.NamesShown, session: IrcSession) -> Iterator[Numeric]:
    tell_people_in(reply.room, session)
    yield ("366", reply.room.name, "End of /NAMES list")


def tell_people_in(room: Room, session: IrcSession) -> None:
    """Tell who is in a room, as far as this person may know.

    Thousands may come in at once, and each is told of all: so this is cut as one text, which takes a tenth of the time.
    """
    people, letters = room.seen_by(session.user), room.members
    if "userhost-in-names" in session.capabilities:
        names = [prefixes(room, user, session) + user.who.mask for user in people]
    else:
        names = [prefixes(room, user, session) + user.who[0] if letters[user] else user.who[0] for user in people]
    if names:
        start = f":{session.server.name} 353 {session.nick} {'@' if 's' in room.modes else '='} {room.name} ".encode()
        pieces = cut_at_spaces(" ".join(names).encode(), MAX_LINE - len(start) - 1)
        session.write(b"".join([b"%b%b%b\r\n" % (start, b":" if b" " in one else b"", one) for one in pieces]))


def prefixes(room: Room, user: User, session: IrcSession) -> str:
    """The signs before a member's name, as many as the program takes."""
    signs = room.prefixes(user)
    return signs if "multi-prefix" in session.capabilities else signs[:1]


@tells(re_.TopicShown)
def _topic(reply: re_.TopicShown, session: IrcSession) -> Iterator[Numeric]:
    topic, name = reply.room.topic, reply.room.name
    if topic is None:
        yield ("331", name, "No topic is set")
        return
    yield ("332", name, topic.text)
    yield ("333", name, topic.by, str(topic.time // 1000))


@tells(re_.RoomsShown)
def _rooms(reply: re_.RoomsShown, session: IrcSession) -> Iterator[Numeric]:
    yield ("321", "Channel", "Users  Name")
    for room in reply.rooms:
        if room.members:  # an empty room is no channel to IRC
            yield ("322", room.name, str(len(room.members)), room.topic.text if room.topic else "")
    yield ("323", "End of /LIST")


@tells(re_.InviteSent)
def _invite_sent(reply: re_.InviteSent, session: IrcSession) -> Iterator[Numeric]:
    yield ("341", reply.nick, reply.room.name)


@tells(re_.InvitationsShown)
def _invitations(reply: re_.InvitationsShown, session: IrcSession) -> Iterator[Numeric]:
    for room in reply.rooms:
        yield ("336", room.name)
    yield ("337", "End of /INVITE list")


@tells(re_.Forwarded)
def _forwarded(reply: re_.Forwarded, session: IrcSession) -> Iterator[Numeric]:
    yield ("470", reply.room, reply.to, "Forwarding to another channel")


@tells(re_.ModesShown)
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


@tells(re_.ListShown)
def _listed(reply: re_.ListShown, session: IrcSession) -> Iterator[Numeric]:
    entry_number, end_number, text = _LISTS[reply.letter]
    for entry in reply.room.lists[reply.letter].values():
        yield (entry_number, reply.room.name, entry.mask, entry.by, str(entry.time // 1000))
    yield (end_number, reply.room.name, text)


@tells(re_.HasLeft, re_.TopicKept)
def _nothing(reply: Reply, session: IrcSession) -> Iterator[Numeric]:
    """IRC says nothing here: the event itself, or silence, tells it."""
    return iter(())
