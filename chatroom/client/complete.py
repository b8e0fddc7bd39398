"""What the word being typed may become.

Strategy: the client's command table says what each argument is, and the server's, where it publishes one, of commands
that only it knows; the roster knows the rooms, and the people in the order in which
they last spoke. Names that could not be typed, or that hold what a terminal must not be sent, are not offered.
"""

from __future__ import annotations

from chatroom.client.clean import clean
from chatroom.client.commands import TABLE
from chatroom.client.session import Session
from chatroom.client.table import Argument

_PEOPLE = frozenset(("nick", "nicks", "text", "to", "target", "accounts"))
_WORDS = {
    "theme": ("auto", "dark", "light", "middle", "mono"),
    "format": ("24", "12", "seconds", "none"),
    "on": ("on", "off"),
}


def candidates(session: Session, before: str) -> tuple[str, list[str]]:
    """For the text `before` the cursor: the part of it to replace, and what to put there, the likeliest first."""
    word = before.rpartition(" ")[2]
    is_first = word == before
    if before.startswith("/") and not before.startswith("//"):
        found = _commands(session, word) if is_first else _arguments(session, before, word)
    else:
        found = _rooms(session, word) or _nicks(session, word, ": " if is_first else " ")
    return word, [name for name in found if clean(name) == name]


def _commands(session: Session, word: str) -> list[str]:
    names = sorted({*TABLE.names(), *session.server_commands})
    return [f"/{name} " for name in names if name.startswith(word[1:].lower())]


def _arguments_of(session: Session, name: str) -> tuple[Argument, ...]:
    """What a command takes, as its usage line says; the server writes its own a little differently."""
    if row := TABLE.find(name):
        return row.arguments
    words = session.server_commands.get(name.lower(), ("", ""))[0].split()[1:]
    return tuple(Argument(word.strip("[].<>"), not word.startswith("["), word.endswith("...")) for word in words)


def _arguments(session: Session, before: str, word: str) -> list[str]:
    name, *words = before[1:].split(" ")
    arguments = _arguments_of(session, name)
    if not arguments:
        return []
    position = len(words) - 1
    if arguments[0].name == "room" and not arguments[0].is_required and not session.features.is_room(words[0]):
        position += 1  # the room was left out
    kind = arguments[min(position, len(arguments) - 1)].name
    if kind == "command":
        return [name[1:] for name in _commands(session, f"/{word}")]
    if kind in _WORDS:
        return [f"{choice} " for choice in _WORDS[kind] if choice.startswith(word.lower())]
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
