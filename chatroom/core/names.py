"""What a nick, a room's name and a text may be, and when two names are the same.

Strategy: one frozen value holds the rules of this server, and everything that compares names asks it. Names are
compared folded and shown as they were typed. Input is refused only for what no dialect can carry; what one medium
must not show is that medium's business when it renders.

Sources: Modern IRC "Clients" and "Channels", ISUPPORT CASEMAPPING; Unicode general categories.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from chatroom.core.refusals import Refused, Why

ROOM_SIGIL = "#"
RELAY_MARK = "/"  # in the name of somebody in another place, such as "alice/matrix"; no nick here has it
NICK_BYTES = 64  # of UTF-8, however few characters that is: a line of IRC has to hold it beside all else
_NICK = re.compile(r"[A-Za-z\[\]\\`_^{|}][A-Za-z0-9\[\]\\`_^{|}-]*")
_FORBIDDEN_IN_NAMES = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"))  # controls, bidi marks, spaces
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_RFC1459_LOWER = _ASCII_LOWER | {ord("["): "{", ord("]"): "}", ord("\\"): "|", ord("~"): "^"}
# What looks like nothing at all, though it is no control and no space: fillers, joiners of letters, variants.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
# Names that people take for the server's own, or for whoever runs it. "root" is none: programs take it from the
# system, for anybody who works as root.
_RESERVED_NAMES = (
    *("nickserv", "chanserv", "memoserv", "histserv", "botserv", "hostserv", "operserv", "saslserv", "anope"),
    *("server", "system", "service", "services", "admin", "administrator", "operator", "sysop", "staff"),
    *("moderator", "security", "everyone"),
)
_LIKE = str.maketrans({"I": "l", "1": "l", "|": "l", "0": "o"})


def fold_ascii(name: str) -> str:
    """Only A to Z have a lower case; everything else is itself."""
    return name.lower() if name.isascii() else name.translate(_ASCII_LOWER)


def fold_rfc1459(name: str) -> str:
    r"""As ASCII, and []\~ are the upper case of {}|^ (RFC 1459 section 2.2)."""
    return name.translate(_RFC1459_LOWER)


def look_ascii(name: str) -> str:
    """The same for names of ASCII that a person would take for one another: l, 1 and I, o and 0, rn and m, vv and w."""
    return fold_ascii(name.translate(_LIKE)).replace("rn", "m").replace("vv", "w")


_RESERVED = frozenset(map(look_ascii, _RESERVED_NAMES))


def is_ascii_nick(nick: str) -> bool:
    """Whether IRC's traditional alphabet allows `nick`."""
    return _NICK.fullmatch(nick) is not None


@dataclass(frozen=True)
class Casemapping:
    """How names are compared, and which nicks there can be. `name` is announced as CASEMAPPING.

    `look` gives the same for names that a person would take for one another; without it none are. `guise` does so for
    names that are somebody's own (accounts, rooms that belong to somebody, the server's), where it matters everywhere.
    """

    name: str
    fold: Callable[[str], str]
    is_nick: Callable[[str], bool] = is_ascii_nick
    look: Callable[[str], str] | None = None
    guise: Callable[[str], str] = look_ascii


ASCII = Casemapping("ascii", fold_ascii)
RFC1459 = Casemapping("rfc1459", fold_rfc1459)


@dataclass(frozen=True)
class Names:
    """The rules of one server. Lengths are in bytes of UTF-8, those of nicks and keys in characters.

    The longest name, room and topic fit into one line of IRC together, as do a name, a room, a nick and a reason.
    """

    casemapping: Casemapping = ASCII
    nick_length: int = 32
    room_length: int = 64
    realname_length: int = 128
    topic_length: int = 307
    away_length: int = 300
    reason_length: int = 260
    text_length: int = 4096
    key_length: int = 32

    def fold(self, name: str) -> str:
        """The form in which names are compared."""
        return self.casemapping.fold(name)

    def look(self, name: str) -> str:
        """The same for all names that look alike."""
        return self.casemapping.look(name) if self.casemapping.look else self.fold(name)

    def guise(self, name: str) -> str:
        """The same for all names that could pass for one that is somebody's own."""
        return self.casemapping.guise(name)

    def guises(self, name: str) -> tuple[str, str]:
        """What `name` could pass for: a 1 in it may be taken for an l, or for an i."""
        return self.guise(name), self.guise(self.fold(name).replace("1", "i"))

    def is_reserved(self, nick: str) -> bool:
        """Whether `nick` is kept for the server and who runs it, or could pass for such a name."""
        return not _RESERVED.isdisjoint(self.guises(nick))

    def check_nick(self, nick: str) -> None:
        """Raise Refused when nobody can be called `nick`."""
        if not nick:
            raise Refused(Why.NICK_MISSING)
        fitting = min(self.nick_length, len(clip(nick, NICK_BYTES)))
        if len(nick) > fitting:
            raise Refused(Why.NICK_TOO_LONG, nick=nick, limit=fitting)
        if not self.casemapping.is_nick(nick):
            raise Refused(Why.NICK_BAD, nick=nick)

    def check_relayed(self, name: str) -> None:
        """Raise Refused unless `name` can be that of somebody in another place, whose words a bridge passes on."""
        is_sound = RELAY_MARK in name and self._fits_in_name(name) and not set(name) & set("!@*?:#&%+~ ")
        if not is_sound or len(name.encode()) > NICK_BYTES:
            raise Refused(Why.RELAYED_BAD, nick=name, mark=RELAY_MARK)

    def check_room(self, room: str) -> None:
        """Raise Refused when no room can be called `room`."""
        if not is_room(room) or not self._fits_in_name(room[1:]):
            raise Refused(Why.ROOM_BAD, room=room)
        fitting = len(clip(room, self.room_length))
        if len(room) > fitting:
            raise Refused(Why.ROOM_TOO_LONG, room=room, limit=fitting)

    def check_text(self, text: str) -> None:
        """Raise Refused for an empty text, or one over the limit."""
        if not text:
            raise Refused(Why.TEXT_MISSING)
        if len(text) > self.text_length // 4 and len(text.encode()) > self.text_length:
            raise Refused(Why.TEXT_TOO_LONG, limit=self.text_length)

    @staticmethod
    def _fits_in_name(name: str) -> bool:
        if not name or "," in name or _INVISIBLE.search(name):
            return False
        return not any(unicodedata.category(c) in _FORBIDDEN_IN_NAMES for c in name)


def is_room(name: str) -> bool:
    """Whether `name` is meant as the name of a room."""
    return name.startswith(ROOM_SIGIL)


def as_number(word: str, digits: int = 9) -> int | None:
    """The number that `word` writes with 0 to 9 alone, at most so many of them; None when it writes none."""
    return int(word) if len(word) <= digits and word.isascii() and word.isdecimal() else None


def clip(text: str, limit: int) -> str:
    """The start of `text`, at most `limit` bytes of UTF-8, never cut inside a character."""
    return text if len(text) * 4 <= limit else text.encode()[:limit].decode(errors="ignore")
