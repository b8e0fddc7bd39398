"""One entry as rows of the screen: time, who, what, each in its column.

Strategy: who spoke stands to the right of the time and to the left of what was said, so that talk reads as one column;
a narrow screen gives that up for room. What is not talk is the sentence that every other face shows. A day, and what is
new since one left, begin with a row of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from chatroom.client.events import Event
from chatroom.client.places import Entry, Place
from chatroom.client.render import sentence
from chatroom.client.screen.cells import Piece, Row, cut, drawable, fold, width_of, with_links
from chatroom.client.screen.theme import nick_style
from chatroom.client.words import t

_NICK_CELLS = 12
_NARROW = 60  # cells of a screen that has no room for columns
_QUIET = "class:quiet"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Look:
    """How entries are drawn. `found`: words to be shown as found, folded."""

    width: int = 80
    time_format: str = "%H:%M"
    found: str = ""


@dataclass(frozen=True)
class Before:
    """What stands over an entry: the `day` that begins with it, and whether it is the first new one."""

    day: str = ""
    is_new: bool = False


def rows_of(entry: Entry, before: Before, look: Look, place: Place) -> list[Row]:
    """The rows of `entry`, as the renderer can draw them."""
    rows = [*_separators(before, look.width), *_entry(entry, look, place)]
    return [drawable(row) for row in rows]


def _separators(before: Before, width: int) -> Iterator[Row]:
    if before.day:
        yield rule(before.day, width)
    if before.is_new:
        yield rule(t("new since you left"), width, "class:new")


def rule(words: str, width: int, style: str = _QUIET) -> Row:
    """A row that parts what is above it from what is below."""
    words = cut(words, max(1, width - 6))
    return [(style, f"── {words} " + "─" * max(0, width - width_of(words) - 5))]


def _entry(entry: Entry, look: Look, place: Place) -> list[Row]:
    event = entry.event
    time = f"{event.time.astimezone():{look.time_format}}"
    stamp = (_QUIET, f"{time} " if time else "")
    who, said = _spoken(entry, place) if entry.is_spoken else ([(_QUIET, "--")], _told(entry))
    pieces = list(_marked(said, look.found))
    if look.width < _NARROW:
        return fold([stamp, *who, ("", " "), *pieces], look.width, indent=2)
    name = [(style, cut(text, _NICK_CELLS)) for style, text in who]
    blank = " " * (_NICK_CELLS - sum(width_of(text) for _, text in name))
    head: Row = [stamp, ("", blank), *name, ("", "  ")]
    indent = width_of(stamp[1]) + _NICK_CELLS + 2
    rows = fold([*pieces, *_marks(entry)], look.width - indent)
    return [[*head, *rows[0]], *([("", " " * indent), *row] for row in rows[1:])]


def _spoken(entry: Entry, place: Place) -> tuple[list[Piece], list[Piece]]:
    """Who said it, and what."""
    event = entry.event
    style = nick_style(event.nick)
    text_style = "class:mention" if event.mention and place.is_room else ""
    said = with_links(text_style, event.text)
    if event.reply:
        said = [(_QUIET, f"↳ {_answered(event, place)} "), *said]
    if event.mention and place.is_room:
        style = f"{style} class:mentioned"
    if event.type == "action":
        return [("", "*")], [(style, event.nick), ("", " "), *said]
    if event.type == "notice":
        return [(style, event.nick)], [(_QUIET, t("notice: ")), *said]
    return [(f"{style} class:own" if event.own else style, event.nick)], said


def _answered(event: Event, place: Place) -> str:
    """Whose words are answered, and how they begin."""
    entry = place.find(event.reply)
    if entry is None:
        return event.to or t("something earlier")
    words = entry.event.text.partition("\n")[0]
    return f"{entry.event.nick}: {cut(words, 24)} ·"


def _told(entry: Entry) -> list[Piece]:
    pieces = [(_style(style), text) for style, text in sentence(entry.event)]
    return [linked for style, text in pieces for linked in with_links(style, text)]


def _style(style: str) -> str:
    """The theme's style for one that a sentence names; there, nicks are coloured by the colour itself."""
    return style if not style.startswith("#") else ("class:warning" if "bold" in style else _QUIET)


def _marks(entry: Entry) -> Iterator[Piece]:
    """What is known of an entry beside its words: that it is stored, and what people answered it with."""
    if entry.event.own and entry.event.msgid and entry.is_spoken:
        yield _QUIET, " ✓"
    for reaction, nicks in entry.reactions.items():
        yield _QUIET, f" [{reaction} {', '.join(nicks)}]"


def _marked(pieces: list[Piece], found: str) -> Iterator[Piece]:
    """`pieces`, with what is searched for in a style of its own."""
    for style, text in pieces:
        folded = text.casefold()
        if not found or found not in folded or len(folded) != len(text):
            yield style, text
            continue
        at = 0
        while (start := folded.find(found, at)) >= 0:
            yield style, text[at:start]
            yield f"{style} class:found", text[start : start + len(found)]
            at = start + len(found)
        yield style, text[at:]


def day_of(time: datetime) -> str:
    """The day `time` is in, where the user is, as it is written over its entries."""
    local = time.astimezone()
    return f"{t(_DAYS[local.weekday()])}, {local:%Y-%m-%d}"


def with_width(look: Look, width: int) -> Look:
    """`look` for another width."""
    return look if look.width == width else replace(look, width=width)
