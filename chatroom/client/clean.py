"""What others sent, made harmless for a terminal.

Strategy: one function, called where an event is made, so that no way of showing it can forget to. Whole escape
sequences and colour codes go, not only their first byte, so that no `[31m` is left behind; then whatever control
remains.

Sources: ECMA-48 (C0, C1, CSI, OSC), the IRC formatting specification at modern.ircdocs.horse/formatting, UAX #9 (bidi).
"""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor movement
    r"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])(?:[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c))?"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]?"  # any other escape sequence
)
_FORMATTING = re.compile(
    r"\x03(?:\d{1,2}(?:,\d{1,2})?)?"  # colour by number
    r"|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"  # colour by hex value
    r"|[\x02\x0f\x11\x16\x1d\x1e\x1f]"  # bold, reset, monospace, reverse, italic, strikethrough, underline
)
_SPACES = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]")
# C0, DEL, C1; and the marks that turn the direction of what follows, past the end of the message.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` as one line without formatting codes, escape sequences and controls. It cannot raise."""
    if text.isprintable() and text.isascii():
        return text
    for pattern in (_ESCAPES, _FORMATTING):
        text = pattern.sub("", text)
    return _CONTROLS.sub("", _SPACES.sub(" ", text))
