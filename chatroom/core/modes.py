"""The modes of rooms and people, as tables that checking, telling and documentation read.

Source: Modern IRC "Channel Modes", "User Modes" and ISUPPORT CHANMODES, whose types A to D these kinds are.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache


class ModeKind(Enum):
    """What a mode's value means."""

    PRIVILEGE = "PREFIX"  # a nick, always
    LIST = "A"  # a mask to add or take off; without one, a question
    KEY = "B"  # a value both to set and to clear
    LIMIT = "C"  # a value only to set
    FLAG = "D"  # none


ROOM_MODES = {
    "o": ModeKind.PRIVILEGE,  # operator
    "v": ModeKind.PRIVILEGE,  # voice: speaks while the room is moderated
    "b": ModeKind.LIST,  # banned
    "e": ModeKind.LIST,  # excepted from bans
    "I": ModeKind.LIST,  # invited for good
    "k": ModeKind.KEY,
    "l": ModeKind.LIMIT,  # of members
    "i": ModeKind.FLAG,  # invited people only
    "m": ModeKind.FLAG,  # moderated
    "n": ModeKind.FLAG,  # no messages from outside
    "s": ModeKind.FLAG,  # secret: not in lists
    "t": ModeKind.FLAG,  # topic by operators only
}
PREFIXES = {"o": "@", "v": "+"}  # highest first
USER_MODES = {"i": "invisible", "w": "hears wallops"}
PRIVATE = ("i", "k", "s")  # a room with one of these keeps its history to itself when it closes
MAX_LIST = 100  # masks in one list
MAX_MASK = 120  # bytes of a mask in a list


def letters_of(kind: ModeKind) -> str:
    """The letters of one kind, as ISUPPORT lists them."""
    return "".join(letter for letter, its in ROOM_MODES.items() if its is kind)


@lru_cache(maxsize=4096)
def _pattern(mask: str) -> re.Pattern[str]:
    """Each piece between stars is taken where it first fits, and for good: no mask takes longer than text x mask."""
    head, *rest = [".".join(map(re.escape, piece.split("?"))) for piece in mask.split("*")]
    if rest:
        head += "".join(f"(?>.*?{piece})" for piece in rest[:-1]) + ".*" + rest[-1]
    return re.compile(head, re.DOTALL)


def is_match(mask: str, text: str) -> bool:
    """Whether `text` fits `mask`, in which * is any text and ? any character. Both folded."""
    return _pattern(mask).fullmatch(text) is not None


def full_mask(mask: str) -> str:
    """`mask` completed to nick!username@host.

    With @ alone it is a username and a host. A bare word is a nick; with a dot or a colon, which no nick has, a host.
    """
    nick, bang, rest = mask.partition("!")
    if not bang and "@" in nick:
        nick, rest = "*", nick
    elif not bang and set(nick) & set(".:"):
        nick, rest = "*", f"@{nick}"
    username, _, host = rest.partition("@")
    return f"{nick or '*'}!{username or '*'}@{host or '*'}"
