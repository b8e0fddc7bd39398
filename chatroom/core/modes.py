"""The modes of rooms and people, as tables that checking, telling and documentation read.

Source: Modern IRC "Channel Modes", "User Modes" and ISUPPORT CHANMODES, whose types A to D these kinds are.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from chatroom.core.names import is_room


class ModeKind(Enum):
    """What a mode's value means."""

    PRIVILEGE = "PREFIX"  # a nick, always
    LIST = "A"  # a mask to add or take off; without one, a question
    KEY = "B"  # a value both to set and to clear
    SETTING = "C"  # a value only to set
    FLAG = "D"  # none


ROOM_MODES = {
    "q": ModeKind.PRIVILEGE,  # founder
    "a": ModeKind.PRIVILEGE,  # protected from operators
    "o": ModeKind.PRIVILEGE,  # operator
    "h": ModeKind.PRIVILEGE,  # half operator: kicks, bans, gives a voice
    "v": ModeKind.PRIVILEGE,  # voice: speaks while the room is moderated
    "b": ModeKind.LIST,  # banned
    "e": ModeKind.LIST,  # excepted from bans
    "I": ModeKind.LIST,  # invited for good
    "k": ModeKind.KEY,
    "f": ModeKind.SETTING,  # where those go who may not come in
    "l": ModeKind.SETTING,  # of members
    "W": ModeKind.SETTING,  # seconds between what one person says and the next
    "C": ModeKind.FLAG,  # no CTCP but ACTION
    "M": ModeKind.FLAG,  # people without an account are silent
    "O": ModeKind.FLAG,  # operators of the server only
    "R": ModeKind.FLAG,  # people with an account only
    "U": ModeKind.FLAG,  # what people without a privilege say is heard by operators only
    "i": ModeKind.FLAG,  # invited people only
    "m": ModeKind.FLAG,  # moderated
    "n": ModeKind.FLAG,  # no messages from outside
    "r": ModeKind.FLAG,  # registered: belongs to an account
    "s": ModeKind.FLAG,  # secret: not in lists
    "t": ModeKind.FLAG,  # topic by operators only
    "u": ModeKind.FLAG,  # auditorium: people without a privilege do not see each other
}
PREFIXES = {"q": "~", "a": "&", "o": "@", "h": "%", "v": "+"}  # highest first
LETTERS = {sign: letter for letter, sign in PREFIXES.items()}
RANKS = {letter: len(PREFIXES) - place for place, letter in enumerate(PREFIXES)}
OPERATOR, HALF_OPERATOR, FOUNDER = RANKS["o"], RANKS["h"], RANKS["q"]
# The rank it takes to change a mode; of others OPERATOR.
RANK_TO_CHANGE = {"q": FOUNDER, "a": FOUNDER, **dict.fromkeys("vbeI", HALF_OPERATOR)}
SET_BY_SERVER = frozenset("r")
SET_BY_SERVER_OPERATORS = frozenset("O")
USER_MODES = {
    "B": "a bot",
    "R": "hears only people with an account in private",
    "T": "hears no questions from program to program (CTCP)",
    "i": "invisible",
    "o": "operator of the server",
    "w": "hears wallops",
}
GIVEN_MODES = frozenset("o")  # user modes that nobody takes: they are given, and may be laid down
PRIVATE = ("i", "k", "s", "O")  # a room with one of these keeps its history to itself when it closes
MAX_LIST = 100  # masks in one list
SLOWEST = 86400  # seconds between what one person says and the next
MAX_MASK = 120  # bytes of a mask in a list


# Masks of another kind than nick!username@host (extended bans), by what is typed before the colon.
MUTE, ACCOUNT = "m:", "a:"
EXTENDED = {"m": MUTE, "mute": MUTE, "a": ACCOUNT, "account": ACCOUNT}
ACCOUNT_NAMES = [name for name, kind in EXTENDED.items() if kind == ACCOUNT]


def addressed(to: str) -> tuple[str, str]:
    """The sign of a privilege and the room that a word like `@#tea` names; of several signs the lowest counts.

    No sign, and the word itself, where it names no such thing.
    """
    name = to.lstrip("".join(LETTERS))
    if name == to or not is_room(name):
        return "", to
    return max(to.removesuffix(name), key=list(LETTERS).index), name


def rank_of(letters: str) -> int:
    """The rank that privileges give; 0 without any."""
    return max(RANKS[letter] for letter in letters) if letters else 0


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


def list_mask(mask: str) -> str:
    """`mask` as a list holds it: completed, extended ones with the one letter before the colon that they have here.

    `a:bob` is whoever is logged in to bob's account; `m:` before any mask only takes away the voice.
    """
    name, _, rest = mask.partition(":")
    kind = EXTENDED.get(name)
    if kind is None or not rest:
        return full_mask(mask)
    return kind + (list_mask(rest) if kind == MUTE and not rest.startswith(MUTE) else rest)


def fits(mask: str, person: str, account: str) -> bool:
    """Whether a list's `mask`, of whatever kind but a mute, is for that person (nick!username@host). All folded."""
    if mask.startswith(ACCOUNT):
        return account != "" and is_match(mask[len(ACCOUNT) :], account)
    return is_match(mask, person)
