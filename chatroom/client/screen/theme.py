"""Colours: a few themes, each a table of what is drawn how.

Strategy: meaning is never in a colour alone. The colours of nicks for a ground nobody knows are of the one brightness
that stands out against black as much as against white (a luminance near 0.18, contrast over 4 with both), taken from
the colours that 256-colour terminals have as well; a test counts that again. On a known ground they are brighter, or
darker.

Source: WCAG 2.2, relative luminance and contrast ratio; COLORFGBG as rxvt, Konsole and others set it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from zlib import crc32

from prompt_toolkit.styles import Style

MIDDLE = (
    *("#008700", "#00875f", "#0087af", "#5f5fff", "#5f8700", "#875faf", "#875fd7"),
    *("#af5f00", "#af5f5f", "#af5f87", "#af5faf", "#d70087", "#d700d7"),
)
ON_DARK = (
    *("#5faf5f", "#5fafaf", "#5fafd7", "#8787ff", "#afaf5f", "#af87d7", "#d787d7"),
    *("#d7875f", "#ff8787", "#d7af87", "#87d787", "#ff87af", "#d7d787"),
)
ON_LIGHT = (
    *("#005f00", "#005f5f", "#005f87", "#0000af", "#5f5f00", "#5f00af", "#870087"),
    *("#870000", "#af0000", "#875f00", "#5f0087", "#af005f", "#005faf"),
)
_NICKS: dict[str, tuple[str, ...]] = {"middle": MIDDLE, "dark": ON_DARK, "light": ON_LIGHT, "mono": ("",) * len(MIDDLE)}
THEMES = ("auto", *_NICKS)
_QUIET = {"middle": "#767676", "dark": "#8a8a8a", "light": "#626262", "mono": ""}
_STRUCTURE = {
    "bar": "reverse",
    "bar.warning": "reverse bold",
    "here": "bold",
    "unread": "bold",
    "mention": "bold",
    "mentioned": "bold underline",
    "own": "bold",
    "found": "reverse",
    "link": "underline",
    "new": "bold",
    "warning": "bold",
    "question": "bold",
}
_MENU = {
    "completion-menu.completion": "bg:#303030 #d0d0d0",
    "completion-menu.completion.current": "bg:#d0d0d0 #000000 noreverse",
    "completion-menu.meta.completion": "bg:#444444 #d0d0d0",
    "completion-menu.meta.completion.current": "bg:#d0d0d0 #000000",
}
_MENU_MONO = {
    "completion-menu.completion": "bg:default default",
    "completion-menu.completion.current": "bg:default default reverse",
    "completion-menu.meta.completion": "bg:default default",
    "completion-menu.meta.completion.current": "bg:default default reverse",
}


def ground(environment: Mapping[str, str] = os.environ) -> str:
    """The theme for a terminal that says what its ground is; `middle` if it does not."""
    if environment.get("NO_COLOR"):
        return "mono"
    colour = environment.get("COLORFGBG", "").rpartition(";")[2]
    if not colour.isdecimal():
        return "middle"
    return "light" if int(colour) in (7, 15) else "dark"


def style_of(theme: str) -> Style:
    """The style of a theme; `auto` looks what the terminal says."""
    theme = ground() if theme == "auto" else theme
    quiet, nicks = _QUIET[theme], _NICKS[theme]
    menu = _MENU_MONO if theme == "mono" else _MENU
    names = {f"nick-{number}": colour for number, colour in enumerate(nicks)}
    return Style.from_dict({**_STRUCTURE, "quiet": quiet, **names, **menu})


def nick_style(nick: str) -> str:
    """The style of `nick`: always the same one."""
    return f"class:nick-{crc32(nick.casefold().encode()) % len(MIDDLE)}"
