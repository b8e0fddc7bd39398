"""What the keys do, beside what they do in any line editor.

Strategy: a table from keys to what the screen offers. While a question stands, every key is its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from prompt_toolkit.application.current import get_app
from prompt_toolkit.filters import Condition, Filter
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from chatroom.client.screen.entry import complete

if TYPE_CHECKING:
    from chatroom.client.screen.app import Screen


def bindings(screen: Screen) -> KeyBindings:
    """The keys of `screen`."""
    keys = KeyBindings()
    is_asked = Condition(lambda: screen.question is not None)
    is_finding = Condition(lambda: screen.is_finding) & ~is_asked
    is_typing = ~is_asked & ~is_finding
    _question(screen, keys, is_asked)
    _find(screen, keys, is_finding)
    _typing(screen, keys, is_typing)
    _moving(screen, keys, ~is_asked)
    return keys


def _add(keys: KeyBindings, when: Filter, act: Callable[[], object], *names: str) -> None:
    for name in names:
        keys.add(*name.split(" "), filter=when, eager=True)(lambda event: act())


def _question(screen: Screen, keys: KeyBindings, when: Filter) -> None:
    @keys.add(Keys.Any, filter=when, eager=True)
    @keys.add("enter", filter=when, eager=True)
    @keys.add("escape", filter=when, eager=True)
    @keys.add("c-c", filter=when, eager=True)
    def _(event: KeyPressEvent) -> None:
        key = event.key_sequence[0].key
        screen.answer("enter" if key == Keys.Enter else event.data)

    @keys.add(Keys.BracketedPaste, filter=when, eager=True)
    def _(event: KeyPressEvent) -> None:
        """A second paste is no answer."""


def _find(screen: Screen, keys: KeyBindings, when: Filter) -> None:
    _add(keys, when, screen.end_find, "escape", "c-c", "c-g")
    _add(keys, when, screen.find_next, "enter", "up", "c-f")
    _add(keys, when, lambda: screen.find_next(forth=True), "down")


def _typing(screen: Screen, keys: KeyBindings, when: Filter) -> None:
    is_empty = Condition(lambda: not screen.entry.text)
    _add(keys, when, screen.entered, "enter")
    _add(keys, when, lambda: screen.entry.insert_text("\n"), "escape enter")
    _add(keys, when, lambda: complete(screen.entry), "tab")
    _add(keys, when, screen.begin_find, "c-f")
    _add(keys, when & is_empty, screen.leave, "c-c", "c-d")
    _add(keys, when & ~is_empty, screen.entry.reset, "c-c")
    _add(keys, when & Condition(lambda: screen.secret is not None), screen.end_secret, "escape", "c-c")
    _add(keys, when & is_empty, screen.scrollback.to_end, "end")

    @keys.add(Keys.BracketedPaste, filter=when, eager=True)
    def _(event: KeyPressEvent) -> None:
        screen.pasted(event.data)


def _moving(screen: Screen, keys: KeyBindings, when: Filter) -> None:
    _add(keys, when, screen.scrollback.page_up, "pageup")
    _add(keys, when, screen.scrollback.page_down, "pagedown")
    _add(keys, when, lambda: screen.scrollback.up(1), "s-up", "escape up")
    _add(keys, when, lambda: screen.scrollback.down(1), "s-down", "escape down")
    _add(keys, when, screen.scrollback.to_end, "c-end", "escape end")
    _add(keys, when, lambda: screen.turn(1), "c-n", "f6")
    _add(keys, when, lambda: screen.turn(-1), "c-p", "f5")
    _add(keys, when, screen.turn_to_unread, "escape a")
    _add(keys, when, lambda: screen.perform("members"), "f7")
    _add(keys, when, lambda: get_app().suspend_to_background(), "c-z")
    for number in range(10):
        _add(keys, when, lambda number=number: screen.turn_to_number(number), f"escape {number}")  # type: ignore[misc]
