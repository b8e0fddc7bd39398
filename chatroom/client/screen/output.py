"""The terminal as this screen writes to it: links, clusters, notices.

Strategy: prompt_toolkit draws only the cells that changed, in any order; so each cell of a link carries its link
alone, opened before the character and closed after it, and terminals join those of one address again.

Sources: the OSC 8 convention (hyperlinks), OSC 9 (iTerm2), OSC 777 (rxvt) and BEL for notices; tmux's passing on.
"""

from __future__ import annotations

import os
import sys
from typing import Any
from zlib import crc32

from prompt_toolkit.output.vt100 import Vt100_Output

from chatroom.client.clean import clean
from chatroom.client.screen.cells import ESCAPE, LINK, Piece, Row, restored

_CLOSE = "\x1b]8;;\x1b\\"


class ScreenOutput(Vt100_Output):
    """prompt_toolkit's output, with links and with clusters in place of their stand-ins."""

    _link = ""

    def write_raw(self, data: str) -> None:
        """Write an escape sequence; the one that opens a link waits for its character."""
        if data.startswith("\x1b]8;"):
            self._link = data
        else:
            super().write_raw(data)

    def write(self, data: str) -> None:
        """Write the text of some cells."""
        text = restored(data.replace("\x1b", "?"))
        if self._link:
            super().write_raw(f"{self._link}{text}{_CLOSE}")
            self._link = ""
        else:
            super().write_raw(text)


def has_links(environment: Any = os.environ) -> bool:
    """Whether the terminal is taken to know links: all that are not known for printing them do."""
    return environment.get("TERM", "") not in ("linux", "dumb", "vt100", "vt220", "screen")


def linked(row: Row, can_link: bool = True) -> Row:
    """`row` with each character of a link carrying it, where the terminal can."""
    if not any(LINK in style for style, _ in row):
        return row
    pieces: list[Piece] = []
    for style, text in row:
        address = style.partition(" url=")[2]
        if not address:
            pieces.append((style, text))
            continue
        style = style.partition(" url=")[0]
        if not can_link:
            pieces.append((style, text))
            continue
        opening = f"\x1b]8;id={crc32(address.encode()):x};{address}\x1b\\"
        pieces += [each for letter in text for each in ((ESCAPE, opening), (style, letter))]
    return pieces


def notice(title: str, text: str, environment: Any = os.environ) -> str:
    """The sequence that has the desktop show a notice: what terminals don't know they pass over."""
    title, text = (clean(part).replace(";", ",")[:200] for part in (title, text))
    if environment.get("TERM_PROGRAM") == "iTerm.app" or "WT_SESSION" in environment:
        sequence = f"\x1b]9;{title}: {text}\a"
    else:
        sequence = f"\x1b]777;notify;{title};{text}\a"
    if "TMUX" in environment:
        doubled = sequence.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\"
    return sequence


def open_output() -> ScreenOutput:
    """The terminal of this process."""
    output = ScreenOutput.from_pty(sys.stdout, term=os.environ.get("TERM"))
    assert isinstance(output, ScreenOutput)
    return output
