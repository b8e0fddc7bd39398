"""Making text safe and pleasant for a bare terminal.

Strategy: whatever people wrote passes `safe` on its way to a terminal, once, here: terminal escapes, other control
characters and IRC's formatting codes are taken out, so that nobody can paint on another's screen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# IRC formatting (bold, colour with its digits, ...), CSI sequences whole, then every other control but tab.
# Marks that turn the direction of writing go too: they could make a line read as another person's.
_UNSAFE = re.compile(
    "\x03(?:\\d{1,2}(?:,\\d{1,2})?)?|\x04(?:[0-9A-Fa-f]{6})?"
    "|\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?|\x9b[0-?]*[ -/]*[@-~]"
    "|[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u206f\ufff9-\ufffb]"
)


def safe(text: str) -> str:
    """`text` without anything a terminal would obey."""
    return text if text.isprintable() else _UNSAFE.sub("", text)


def because(reason: str) -> str:
    """The end of a sentence: the reason, if one was given."""
    return f": {safe(reason)}" if reason else "."


def listing(words: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 person`, `2 people`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
