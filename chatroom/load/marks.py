"""The mark that each of the load's messages carries, and finding it again in received bytes.

Strategy: a mark says which round, which client, its how-manieth message and when it was sent, in plain ASCII, so any
server passes it on untouched. One regular expression finds all marks in all whole lines of a chunk at once; a receiver
never takes lines apart for the load's own messages.
"""

from __future__ import annotations

import re

from chatroom.wire.irc import format_line

Mark = tuple[bytes, bytes, bytes]  # client, number, microseconds since the start of the round, all in digits
LONGEST_MARK = len("~xxxx.999 1679615 9999999 9999999999999~")
LONGEST_TEXT = 380  # bytes; with the longest prefix of server, nick and room still within the 512 of a line
_FILL = " the quick brown fox jumps over the lazy dog" * 12


class Marker:
    """Writes and finds the marks of one round. `tag` must be letters, digits and full stops."""

    __slots__ = ("_fill", "_tag", "find")

    def __init__(self, tag: str, text_bytes: int = LONGEST_MARK) -> None:
        self._tag = tag
        self._fill = text_bytes
        pattern = rb"~%s (\d{1,7}) (\d{1,7}) (\d{1,13})~" % re.escape(tag).encode()
        self.find = re.compile(pattern).findall  # find(data, start, end) -> list of Mark

    def line(self, room: str, client: int, number: int, sent_us: int) -> bytes:
        """The whole line, with its end, in which `client` says its message `number` (from 0) in `room`."""
        mark = f"~{self._tag} {client} {number} {sent_us}~"
        text = mark + _FILL[: max(0, self._fill - len(mark))]
        # filled up, never ended by a space, and the colon is there even for a bare mark
        return format_line("PRIVMSG", room, f"{text[:-1]}." if text.endswith(" ") else text).encode() + b"\r\n"


NO_MARKS = Marker("-")  # before a round begins: a tag that no round has
