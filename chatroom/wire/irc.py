"""The grammar of an IRC line: `@tags :source VERB params`.

Strategy: split from the left, each part at its own mark, and never raise: what has no verb is None. Writing is as
careful as reading is tolerant: a parameter that could not be read back as itself is made harmless, so that nothing
one client sends can make another client's line malformed.

Sources: RFC 1459 section 2.3, Modern IRC "Message Format", IRCv3 message-tags.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

MAX_LINE = 510  # bytes of a line without its tags and its end (RFC 1459: 512 with CR LF)
MAX_CLIENT_TAGS = 4094  # bytes of tags a client may send, without @ and the space after (IRCv3 message-tags)
MAX_RECEIVED = MAX_LINE + MAX_CLIENT_TAGS + 2
MAX_PARAMS = 15
_LONGEST_CHARACTER = 4  # bytes of UTF-8
_CLIENT_TAG = re.compile(r"\+(?:[A-Za-z0-9.-]+/)?[A-Za-z0-9-]+")

_NO_TAGS: Mapping[str, str] = MappingProxyType({})
_UNESCAPE = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}
_ESCAPE = str.maketrans({";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n", "\0": None})
_UNPRINTABLE = str.maketrans({"\r": " ", "\n": " ", "\0": None})


class Message(NamedTuple):
    """One line, taken apart. `verb` is upper case; a tag without a value has the value ""."""

    verb: str
    params: tuple[str, ...] = ()
    source: str = ""
    tags: Mapping[str, str] = _NO_TAGS

    def param(self, index: int, default: str = "") -> str:
        """The parameter at `index`, or `default` where there are fewer."""
        return self.params[index] if index < len(self.params) else default


def parse(line: str) -> Message | None:
    """Take one line apart; None when it holds no verb."""
    tags = _NO_TAGS
    source = ""
    if line.startswith("@"):
        raw_tags, _, line = line[1:].partition(" ")
        tags = parse_tags(raw_tags)
    line = line.lstrip(" ")
    if line.startswith(":"):
        source, _, line = line[1:].partition(" ")
    head, colon, trailing = line.partition(" :")
    words = head.split(" ")  # no other white space parts words
    if "" in words:
        words = [word for word in words if word]
    if not words or words[0].startswith(":"):  # no verb before the trailing part
        return None
    if colon:
        words.append(trailing)
    if len(words) > MAX_PARAMS + 1:
        words[MAX_PARAMS:] = [" ".join(words[MAX_PARAMS:])]
    return Message(words[0].upper(), tuple(words[1:]), source, tags)


def parse_tags(raw: str) -> dict[str, str]:
    """The tags of a line, values unescaped; the last of equal names counts."""
    tags = {}
    for tag in raw.split(";"):
        name, _, value = tag.partition("=")
        if name:
            tags[name] = _unescape(value) if "\\" in value else value
    return tags


def fits(line: bytes, most: int = MAX_LINE) -> bool:
    """Whether a received line is within the limits: that of its tags, and `most` bytes of the rest (message-tags)."""
    if not line.startswith(b"@"):
        return len(line) <= most
    tags, _, rest = line.partition(b" ")
    return len(tags) <= len(b"@") + MAX_CLIENT_TAGS and len(rest) <= most


def client_tags(tags: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Those of `tags` that a client may have passed on to others: well-formed names that begin with +."""
    return tuple(tag for tag in tags.items() if _CLIENT_TAG.fullmatch(tag[0])) if tags else ()


def _unescape(value: str) -> str:
    pieces = []
    letters = iter(value)
    for letter in letters:
        if letter == "\\":
            following = next(letters, "")
            pieces.append(_UNESCAPE.get(following, following))
        else:
            pieces.append(letter)
    return "".join(pieces)


def format_tags(tags: Mapping[str, str]) -> str:
    """`@a=1;b ` with the space after it, or nothing without tags."""
    if not tags:
        return ""
    return "@" + ";".join(f"{k}={v.translate(_ESCAPE)}" if v else k for k, v in tags.items()) + " "


def format_line(verb: str, *params: str, source: str = "", tags: Mapping[str, str] | None = None) -> str:
    """One line without its end. The last parameter may hold spaces; earlier ones that would break it are mended."""
    pieces = [f":{source} {verb}" if source else verb]
    pieces += [_middle(param) for param in params[:-1]]
    if params:
        pieces.append(_last(params[-1]))
    return format_tags(tags or {}) + " ".join(pieces)


def _middle(param: str) -> str:
    param = _in_one_line(param).replace(" ", "_")
    if not param:
        return "*"
    return f"_{param}" if param.startswith(":") else param


def _last(param: str) -> str:
    param = _in_one_line(param)
    return f":{param}" if not param or " " in param or param.startswith(":") else param


def _in_one_line(param: str) -> str:
    return param if param.isprintable() else param.translate(_UNPRINTABLE)  # the latter takes ten times as long


def split_text(text: str, limit: int) -> list[str]:
    """`text` in pieces of at most `limit` bytes of UTF-8, cut behind spaces if there are any, never in a character.

    A limit that a character could be over counts as one that it is not: each piece holds something.
    """
    limit = max(limit, _LONGEST_CHARACTER)
    pieces = []
    data = text.encode()
    while len(data) > limit:
        end = data.rfind(b" ", limit // 2, limit) + 1 or _character_start(data, limit)
        pieces.append(data[:end].decode())
        data = data[end:]
    pieces.append(data.decode())
    return pieces


def _character_start(data: bytes, index: int) -> int:
    """The nearest start of a character at or before `index`."""
    while index > 0 and data[index] & 0xC0 == 0x80:
        index -= 1
    return index
