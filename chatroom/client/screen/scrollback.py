"""What was said in the place one looks at: the rows in sight, and moving through them.

Strategy: only rows in sight are made; those of an entry are kept until the look of the screen changes. Where one stands
is an entry and a row of it, the lowest in sight, so that nothing moves under the reader's eyes when lines arrive below
or older ones are put above. At the end there is no such entry: the screen follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import cast

from prompt_toolkit.data_structures import Point
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding.key_bindings import KeyBindingsBase
from prompt_toolkit.layout.controls import UIContent, UIControl
from prompt_toolkit.mouse_events import MouseEvent, MouseEventType

from chatroom.client.places import Entry, Place, Places
from chatroom.client.screen.cells import Row, drawable
from chatroom.client.screen.output import linked
from chatroom.client.screen.rows import Before, Look, day_of, rows_of, rule, with_width
from chatroom.client.words import t

_WHEEL = 3  # rows
_DRAWN = 1000  # entries whose rows are kept
_AHEAD = 40  # entries above the sight at which older ones are asked for


@dataclass
class Stand:
    """The lowest row in sight: a row of an entry."""

    entry: Entry
    row: int


class Scrollback(UIControl):
    """The rows of the current place. `wants_older` is called when the first of them come into sight."""

    def __init__(self, places: Places, pending: Callable[[Place, Look], list[Row]], can_link: bool) -> None:
        self.places = places
        self.look = Look()
        self.wants_older: Callable[[Place], None] = lambda place: None
        self._pending = pending
        self._can_link = can_link
        self._stands: dict[Place, Stand] = {}
        self._drawn: dict[Entry, tuple[Before, tuple[object, ...], list[Row]]] = {}
        self._height = 20

    # drawing

    def create_content(self, width: int, height: int) -> UIContent:
        """The rows in sight, from the top."""
        self._height = height
        if width != self.look.width:
            self.look = with_width(self.look, width)
            self._drawn.clear()
        rows = self._in_sight(self.places.current, height)
        rows = [[("", "")]] * (height - len(rows)) + [linked(row, self._can_link) for row in rows]
        lines = cast("list[StyleAndTextTuples]", rows)
        return UIContent(lines.__getitem__, len(rows), Point(0, height - 1), show_cursor=False)

    def _in_sight(self, place: Place, height: int) -> list[Row]:
        stand = self._stands.get(place)
        index, rows = self._lowest(place, stand)
        if stand is None:
            rows = [*rows, *self._pending(place, self.look)]
        while index > 0 and len(rows) < height:
            index -= 1
            rows = [*self.rows(place, index), *rows]
        if index < _AHEAD:
            self.wants_older(place)
        if index == 0:
            rows = [*self._beginning(place), *rows]
        return rows[-height:]

    def _lowest(self, place: Place, stand: Stand | None) -> tuple[int, list[Row]]:
        """The index of the lowest entry in sight, and its rows down to the one in sight."""
        if not place.entries:
            return 0, []
        if stand is None or (index := place.position(stand.entry)) is None:
            self._stands.pop(place, None)
            index = len(place.entries) - 1
            return index, self.rows(place, index)
        return index, self.rows(place, index)[: stand.row + 1]

    def _beginning(self, place: Place) -> list[Row]:
        if place.is_asking:
            return [drawable(rule(t("reading older messages ..."), self.look.width))]
        if place.is_whole and place.entries:
            return [drawable(rule(t("nothing older is kept"), self.look.width))]
        return []

    def rows(self, place: Place, index: int) -> list[Row]:
        """The rows of one entry."""
        entry = place.entries[index]
        before = self._before(place, index)
        kept = self._drawn.get(entry)
        state = (entry.event.text, *(len(nicks) for nicks in entry.reactions.values()))
        if kept and kept[0] == before and kept[1] == state:
            return kept[2]
        if len(self._drawn) > _DRAWN:
            self._drawn.clear()
        rows = rows_of(entry, before, self.look, place)
        self._drawn[entry] = (before, state, rows)
        return rows

    def _before(self, place: Place, index: int) -> Before:
        entry = place.entries[index]
        earlier = place.entries[index - 1] if index else None
        day = day_of(entry.event.time)
        return Before("" if earlier and day_of(earlier.event.time) == day else day, place.begins_new(index))

    def redraw(self, look: Look) -> None:
        """Draw everything anew, in another look."""
        self.look = look
        self._drawn.clear()

    # moving

    @property
    def is_at_end(self) -> bool:
        """Whether the newest row is in sight, and stays so."""
        return self.places.current not in self._stands

    def to_end(self) -> None:
        """Follow what comes from here on."""
        self._stand_at(self.places.current, None)

    def page_up(self) -> None:
        """Back, by a screen less two rows."""
        self.up(max(1, self._height - 2))

    def page_down(self) -> None:
        """Forth, by a screen less two rows."""
        self.down(max(1, self._height - 2))

    def up(self, count: int) -> None:
        """Back by `count` rows, as far as there is something to fill the screen with."""
        place = self.places.current
        index, rows = self._lowest(place, self._stands.get(place))
        if not rows:
            return
        row = len(rows) - 1
        if place not in self._stands:
            count = max(0, count - len(self._pending(place, self.look)))
        while count > row and index > 0:
            count -= row + 1
            index -= 1
            row = len(self.rows(place, index)) - 1
        self._stand_at(place, self._not_above(place, index, max(0, row - count)))

    def down(self, count: int) -> None:
        """Forth by `count` rows; past the last of them the screen follows again."""
        place = self.places.current
        stand = self._stands.get(place)
        index = place.position(stand.entry) if stand else None
        if stand is None or index is None:
            return self.to_end()
        row = stand.row + count
        while row >= (height := len(self.rows(place, index))):
            row -= height
            index += 1
            if index >= len(place.entries):
                return self.to_end()
        is_last = index == len(place.entries) - 1 and row == height - 1
        return self._stand_at(place, None if is_last else Stand(place.entries[index], row))

    def show(self, entry: Entry) -> None:
        """Bring an entry of the current place into sight, with some of what follows."""
        place = self.places.current
        index = place.position(entry)
        if index is not None:
            last = min(len(place.entries) - 1, index + self._height // 3)
            at_end = last == len(place.entries) - 1
            self._stand_at(place, None if at_end else Stand(place.entries[last], len(self.rows(place, last)) - 1))

    def _not_above(self, place: Place, index: int, row: int) -> Stand | None:
        """A stand that leaves no empty rows above it, unless there is less than a screen."""
        above = row + 1
        for earlier in range(index - 1, -1, -1):
            if above >= self._height:
                break
            above += len(self.rows(place, earlier))
        else:
            above += len(self._beginning(place))
        missing = self._height - above
        while missing > 0:
            height = len(self.rows(place, index))
            if row + missing < height:
                return Stand(place.entries[index], row + missing)
            missing -= height - 1 - row
            index, row = index + 1, -1
            if index >= len(place.entries):
                return None
        is_last = index == len(place.entries) - 1 and row >= len(self.rows(place, index)) - 1
        return None if is_last else Stand(place.entries[index], row)

    def _stand_at(self, place: Place, stand: Stand | None) -> None:
        if stand is None:
            self._stands.pop(place, None)
        else:
            self._stands[place] = stand
        place.is_held = stand is not None
        self.places.is_looking = self.is_at_end
        if self.is_at_end:
            self.places.look()

    # searching

    def matches(self, words: str, before: Entry | None, forth: bool = False) -> Iterator[Entry]:
        """The entries that hold `words`, from one on towards the oldest, or forth towards the newest."""
        place = self.places.current
        index = place.position(before) if before else None
        entries = place.entries
        if forth:
            span = range((index + 1) if index is not None else 0, len(entries))
        else:
            span = range((index if index is not None else len(entries)) - 1, -1, -1)
        wanted = words.casefold()
        for number in span:
            event = entries[number].event
            if wanted in event.text.casefold() or wanted in event.nick.casefold():
                yield entries[number]

    # the mouse

    def mouse_handler(self, mouse_event: MouseEvent) -> object:
        """The wheel moves; everything else is the terminal's."""
        if mouse_event.event_type is MouseEventType.SCROLL_UP:
            self.up(_WHEEL)
            return None
        if mouse_event.event_type is MouseEventType.SCROLL_DOWN:
            self.down(_WHEEL)
            return None
        return NotImplemented

    def is_focusable(self) -> bool:
        """Never: keys go to where one types."""
        return False

    def get_key_bindings(self) -> KeyBindingsBase | None:
        """None of its own."""
        return None
