"""Where everything stands on the screen.

Strategy: a title, what was said, a status line, and where one types; on a wide screen the list of places stands to the
left, on a narrow one in the status line. Members stand to the right when they are wanted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import (
    BufferControl,
    CompletionsMenu,
    ConditionalContainer,
    Dimension,
    Float,
    FloatContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    VSplit,
    Window,
)
from prompt_toolkit.layout.processors import BeforeInput, ConditionalProcessor, PasswordProcessor

from chatroom.client import tagged
from chatroom.client.clean import clean
from chatroom.client.screen import panels
from chatroom.client.screen.cells import cut
from chatroom.client.screen.entry import usage
from chatroom.client.words import t

if TYPE_CHECKING:
    from chatroom.client.screen.app import Screen

Act = Callable[[], None]
WIDE = 100  # cells from which on the list of places has a column of its own
_LIST, _MEMBERS = 22, 18  # cells
_MOST_TYPED = 6  # rows


def build(screen: Screen) -> Layout:
    """The layout of `screen`."""
    body = HSplit([_title(screen), _middle(screen), _status(screen), _hint(screen), *_typing(screen)])
    menu = Float(CompletionsMenu(max_height=10, scroll_offset=1), xcursor=True, ycursor=True)
    return Layout(FloatContainer(body, [menu]))


def _line(text: Callable[[], StyleAndTextTuples], style: str = "") -> Window:
    return Window(FormattedTextControl(text), height=1, style=style, always_hide_cursor=True)


def _width(screen: Screen) -> int:
    return screen.app.output.get_size().columns


def _title(screen: Screen) -> Window:
    return _line(lambda: panels.title(screen.places, screen.host, _width(screen)), "class:bar")


def _middle(screen: Screen) -> VSplit:
    is_wide = Condition(lambda: _width(screen) >= WIDE)
    has_members = Condition(lambda: screen.has_members and screen.places.current.is_room)
    items = FormattedTextControl(
        lambda: panels.side_list(panels.place_list(screen.places, screen.host, screen.turn_to))
    )
    people = FormattedTextControl(lambda: panels.members(screen.places))
    return VSplit(
        [
            ConditionalContainer(Window(items, width=_LIST, always_hide_cursor=True), is_wide),
            Window(screen.scrollback, always_hide_cursor=True),
            ConditionalContainer(Window(people, width=_MEMBERS, always_hide_cursor=True), has_members),
        ]
    )


def _status(screen: Screen) -> Window:
    return _line(screen.status)


def _hint(screen: Screen) -> ConditionalContainer:
    """A question, or what the command being typed takes, or that there is more below."""

    def text() -> StyleAndTextTuples:
        if screen.question:
            return [("class:question", screen.question.text)]
        width = _width(screen)
        form, help = usage(screen.session, screen.entry.text)
        if form:
            return [("class:here", form), ("class:quiet", cut(f"  {help}", max(1, width - len(form))))]
        if typists := tagged.who_types(screen.session, screen.session.facing):
            return [("class:quiet", t("{names} typing ...", names=", ".join(map(clean, typists))))]
        if not screen.scrollback.is_at_end:
            new = screen.places.current.unread
            more = t("{count} new below; End goes there", count=new) if new else t("further up; End goes back")
            return [("class:quiet", f"── {more} ──")]
        return []

    return ConditionalContainer(_line(text), Condition(lambda: bool(text())))


def _typing(screen: Screen) -> list[ConditionalContainer]:
    is_finding = Condition(lambda: screen.is_finding)
    hidden = ConditionalProcessor(PasswordProcessor(), Condition(lambda: screen.secret is not None))
    entry = BufferControl(screen.entry, [hidden, BeforeInput(lambda: _prompt(screen))], focus_on_click=True)
    find = BufferControl(screen.find, [BeforeInput(lambda: [("class:question", t("Find: "))])])
    height = Dimension(min=1, max=_MOST_TYPED)
    return [
        ConditionalContainer(Window(entry, height=height, dont_extend_height=True, wrap_lines=True), ~is_finding),
        ConditionalContainer(Window(find, height=1), is_finding),
    ]


def _prompt(screen: Screen) -> StyleAndTextTuples:
    if screen.secret:
        return [("class:question", screen.secret[0])]
    return [("", f"[{clean(screen.session.facing) or t('no room')}] ")]
