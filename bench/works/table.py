"""The table of works: what each is called, what it gives, and which rows of the report that makes.

Strategy: a work is a function that takes a Trial and returns figures by name; its rows say how they are read. A new
work is a module with one decorated function, imported in __init__.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.trial import Trial

Figures = dict[str, float]
Function = Callable[[Trial], Figures]


@dataclass(frozen=True)
class Row:
    """One line of the report. `title` may hold fields of Sizes in braces; `goal` is a ratio to the reference."""

    figure: str
    title: str
    unit: str
    goal: str = ""


@dataclass(frozen=True)
class Work:
    """Something every server has to do."""

    name: str
    rows: tuple[Row, ...]
    run: Function
    is_long: bool = False  # so it is measured once, where time is short


WORKS: dict[str, Work] = {}


def work(*rows: Row, is_long: bool = False) -> Callable[[Function], Function]:
    """Make the decorated function a work, under its own name."""

    def register(function: Function) -> Function:
        WORKS[function.__name__] = Work(function.__name__, rows, function, is_long)
        return function

    return register
