"""Modes by name instead of letter, for programs that want to be told so.

Strategy: a table for rooms and one for people, from letters to names; what is asked with names is turned into letters
and goes the way of MODE, what happened is told with names to who asked for that. Names that no specification has
begin with a vendor, as it demands. The tables go from the rare to what nearly every room or person has.

Source: IRCv3 named-modes (draft/named-modes), with the numerics it has for the time being.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from chatroom.core.events import Change
from chatroom.core.modes import ROOM_MODES, ModeKind
from chatroom.dialects.irc.lines import fit_line, packed, room_after, size_of
from chatroom.wire.irc import MAX_LINE, MAX_PARAMS

CAPABILITY = "draft/named-modes"
ROOM_NAMES = {
    "q": "owner",
    "a": "admin",
    "h": "halfop",
    "v": "voice",
    "o": "op",
    "I": "invex",
    "e": "banex",
    "b": "ban",
    "k": "key",
    "f": "chatroom/forward",
    "l": "limit",
    "W": "chatroom/slow",
    "O": "chatroom/operonly",
    "U": "chatroom/opmoderated",
    "u": "chatroom/auditorium",
    "r": "chatroom/registered",
    "M": "chatroom/regmoderated",
    "R": "regonly",
    "C": "noctcp",
    "m": "moderated",
    "s": "secret",
    "i": "inviteonly",
    "t": "topiclock",
    "n": "noextmsg",
}
USER_NAMES = {
    "R": "chatroom/regdeaf",
    "T": "chatroom/noctcp",
    "B": "bot",
    "o": "oper",
    "w": "wallops",
    "i": "invisible",
}
_TYPES = {ModeKind.LIST: "1", ModeKind.KEY: "2", ModeKind.SETTING: "3", ModeKind.FLAG: "4", ModeKind.PRIVILEGE: "5"}


def letter_of(name: str, names: Mapping[str, str]) -> str | None:
    """The letter of the mode called `name`; None when there is none."""
    return next((letter for letter, its in names.items() if its == name), None)


def told(target: str, changes: Sequence[Change], names: Mapping[str, str], source: str) -> Iterator[str]:
    """The lines that tell changes of modes by name."""
    words = [f"{'+' if c.adding else '-'}{names[c.letter]}{f'={c.value}' if c.value else ''}" for c in changes]
    for some in packed(words, room_after("PROP", target, source=source), size_of, MAX_PARAMS - 1):
        yield fit_line("PROP", target, *some, source=source)


def _announced(number: str, words: Iterable[str]) -> list[tuple[str, ...]]:
    *before, last = packed(words, MAX_LINE * 2 // 3, size_of, MAX_PARAMS - 2)
    return [*((number, "*", *some) for some in before), (number, *last)]


# All names, as everybody is told them on coming in: RPL_CHMODELIST and RPL_UMODELIST.
ANNOUNCED = [
    *_announced("964", (f"{_TYPES[ROOM_MODES[letter]]}:{name}={letter}" for letter, name in ROOM_NAMES.items())),
    *_announced("965", (f"4:{name}={letter}" for letter, name in USER_NAMES.items())),
]


def listed(set_modes: Mapping[str, str], names: Mapping[str, str], has_key: bool) -> list[str]:
    """The modes that are set, by name, with their values; the key is not for everybody."""
    words = []
    for letter, value in set_modes.items():
        is_shown = value and (has_key or letter != "k")
        words.append(f"{names[letter]}={value}" if is_shown else names[letter])
    return words
