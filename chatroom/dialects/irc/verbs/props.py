"""PROP: modes by name.

Source: IRCv3 named-modes (draft/named-modes).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chatroom.commands.call import Call
from chatroom.commands.table import find_room
from chatroom.core.modes import ROOM_MODES, ModeKind
from chatroom.core.names import is_room
from chatroom.core.refusals import Refused, Why
from chatroom.core.room import Room
from chatroom.dialects.irc.lines import packed, size_of
from chatroom.dialects.irc.props import ROOM_NAMES, USER_NAMES, letter_of, listed
from chatroom.dialects.irc.verbs.table import verb
from chatroom.wire.irc import MAX_LINE, MAX_PARAMS, Message

if TYPE_CHECKING:
    from chatroom.dialects.irc.session import IrcSession


@verb("PROP", least=1)
def prop(session: IrcSession, message: Message) -> None:
    """Show or change the modes of a room, or one's own, by their names."""
    target, *words = message.params
    if is_room(target):
        _of_room(session, target, words)
    else:
        _of_person(session, target, words)


def _of_room(session: IrcSession, target: str, words: Sequence[str]) -> None:
    room = find_room(Call(session, session.server, "prop"), target)
    if not words:
        _list(session, room.name, listed(room.modes, ROOM_NAMES, session.user in room.members))
    elif words[0][:1] not in ("+", "-"):
        _list_masks(session, room, words[0])
    elif changes := _in_letters(session, words, ROOM_NAMES):
        session.call("mode", (target, *changes))


def _of_person(session: IrcSession, target: str, words: Sequence[str]) -> None:
    other = session.server.chat.user(target)
    if other is None:
        raise Refused(Why.NO_SUCH_PERSON, nick=target)
    if other is not session.user:
        raise Refused(Why.NOT_YOUR_MODES)
    if not words:
        _list(session, other.nick, listed(dict.fromkeys(other.modes, ""), USER_NAMES, True))
    elif changes := _in_letters(session, words, USER_NAMES):
        session.call("usermode", changes[:1])


def _in_letters(session: IrcSession, words: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Changes by name as those of MODE, letters first; a name that no mode has is told back."""
    letters, values = "", []
    for word in words:
        sign, (name, equals, value) = word[:1], word[1:].partition("=")
        letter = letter_of(name, names) if sign in ("+", "-") else None
        if letter is None:
            session.refuse(Refused(Why.MODE_UNKNOWN, letter=word.lstrip("+-").partition("=")[0]))
            continue
        letters += sign + letter
        values += [value] if equals and _takes_value(letter, sign) else []
    return [letters, *values] if letters else []


def _takes_value(letter: str, sign: str) -> bool:
    kind = ROOM_MODES.get(letter)
    return kind is not ModeKind.FLAG and not (kind is ModeKind.SETTING and sign == "-")


def _list(session: IrcSession, target: str, words: list[str]) -> None:
    for some in packed(words, MAX_LINE // 2, size_of, MAX_PARAMS - 2):
        session.numeric("961", target, *some)
    session.numeric("960", target, "End of mode list")


def _list_masks(session: IrcSession, room: Room, name: str) -> None:
    letter = letter_of(name, ROOM_NAMES) or ""
    if ROOM_MODES.get(letter) is not ModeKind.LIST:
        raise Refused(Why.MODE_UNKNOWN, letter=name)
    for entry in room.lists[letter].values():
        session.numeric("963", room.name, name, entry.mask, entry.by, str(entry.time // 1000))
    session.numeric("962", room.name, name, "End of list")
