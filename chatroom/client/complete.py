"""What the word being typed may become.

Strategy: the command table says what each argument is; the roster knows the rooms, and the people in the order in which
they last spoke. Names that could not be typed, or that hold what a terminal must not be sent, are not offered.
"""

from __future__ import annotations

from chatroom.client.clean import clean
from chatroom.client.commands import TABLE
from chatroom.client.session import Session

_PEOPLE = frozenset(("nick", "nicks", "text"))


def candidates(session: Session, before: str) -> tuple[str, list[str]]:
    """For the text `before` the cursor: the part of it to replace, and what to put there, the likeliest first."""
    word = before.rpartition(" ")[2]
    is_first = word == before
    if before.startswith("/") and not before.startswith("//"):
        found = _commands(word) if is_first else _arguments(session, before, word)
    else:
        found = _rooms(session, word) or _nicks(session, word, ": " if is_first else " ")
    return word, [name for name in found if clean(name) == name]


def _commands(word: str) -> list[str]:
    return [f"/{name} " for name in TABLE.names() if name.startswith(word[1:].lower())]


def _arguments(session: Session, before: str, word: str) -> list[str]:
    name, *words = before[1:].split(" ")
    row = TABLE.find(name)
    if row is None or not row.arguments:
        return []
    arguments = row.arguments
    position = len(words) - 1
    if arguments[0].name == "room" and not arguments[0].is_required and not session.features.is_room(words[0]):
        position += 1  # the room was left out
    kind = arguments[min(position, len(arguments) - 1)].name
    if kind == "command":
        return [name[1:] for name in _commands(f"/{word}")]
    if kind in _PEOPLE:
        return _nicks(session, word, " ") or _rooms(session, word)
    return _rooms(session, word) or _nicks(session, word, " ")


def _rooms(session: Session, word: str) -> list[str]:
    if not session.features.is_room(word):
        return []
    names = [room.name for room in session.roster]
    names += [name for name in session.rooms_listed if not session.roster.room(name)]
    return [f"{name} " for name in names if name.casefold().startswith(word.casefold())]


def _nicks(session: Session, word: str, ending: str) -> list[str]:
    """Those in the room faced first, who spoke last before the others; a private talk has its one person."""
    facing = session.roster.room(session.facing)
    rooms = ([facing] if facing else []) + [room for room in session.roster if room is not facing]
    nicks = [member.nick for room in rooms for member in reversed(room.members.values())]
    nicks += [name for name in (session.correspondent, session.facing) if name and not session.features.is_room(name)]
    wanted = [nick for nick in dict.fromkeys(nicks) if nick.casefold().startswith(word.casefold())]
    others = [nick for nick in wanted if not session.is_me(nick)]
    return [f"{nick}{ending}" for nick in others]
