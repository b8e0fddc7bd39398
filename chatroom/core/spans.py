"""Lengths of time: what people write for them, and how they are told.

Strategy: one reader for all that takes a length of time (mutes, bans, slow mode, /since). Several parts add up; a
number alone is none, as nobody can know whether minutes or days are meant.
"""

from __future__ import annotations

import re

MOST = 3650 * 86400  # seconds; whoever wants longer wants for good
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_PART = r"(\d{1,6})(weeks?|days?|hours?|minutes?|mins?|seconds?|secs?|[wdhms])"
_PARTS, _WHOLE = re.compile(_PART), re.compile(f"(?:{_PART})+")
OFF = "off"


class Span(int):
    """So many seconds; 0 is "off"."""


def span_of(word: str) -> Span | None:
    """The length that `word` writes, such as 10m, 2h, 1d or 1h30m; "off" is none at all. None for anything else."""
    word = word.lower()
    if word == OFF:
        return Span(0)
    if not word.isascii() or _WHOLE.fullmatch(word) is None:
        return None
    total = sum(int(number) * _UNITS[unit[0]] for number, unit in _PARTS.findall(word))
    return Span(min(total, MOST)) if total else None


def in_words(seconds: int) -> str:
    """A length of time in its largest unit or two: `3 h 20 min`."""
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 10:
        return _both(minutes, "min", seconds % 60, "s")
    if hours == 0:
        return f"{minutes} min"
    if days == 0:
        return _both(hours, "h", minutes % 60, "min")
    return _both(days, "day" if days == 1 else "days", hours % 24, "h")


def _both(large: int, unit: str, small: int, small_unit: str) -> str:
    return f"{large} {unit} {small} {small_unit}" if small else f"{large} {unit}"


def left(until: int, now: int) -> str:
    """How much longer, for a sentence: ` for 8 min more`; nothing without an end. Both in milliseconds."""
    return f" for {in_words(max(1, (until - now + 999) // 1000))} more" if until else ""
