"""What was measured, round by round, and what it comes to.

Strategy: every figure is kept as it came, with its server and round. A ratio is taken within one round, between works
that ran one after the other, and only then is the median of the rounds taken: what disturbs the machine for a while
disturbs both sides of a ratio.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple


class Spread(NamedTuple):
    """The median of several rounds, the least and the most."""

    median: float
    least: float
    most: float


def spread(values: list[float]) -> Spread | None:
    """The spread of the values; None when there are none."""
    return Spread(median(values), min(values), max(values)) if values else None


@dataclass
class Results:
    """Figures by round, server and name; `trouble` says what went wrong, `remarks` what was odd."""

    figures: dict[tuple[int, str], dict[str, float]] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, number: int, server: str, figures: dict[str, float]) -> None:
        """Keep what one work gave."""
        self.figures.setdefault((number, server), {}).update(figures)

    def values(self, server: str, name: str) -> Spread | None:
        """A figure of one server over the rounds."""
        return spread([row[name] for (_, one), row in self.figures.items() if one == server and name in row])

    def ratios(self, server: str, reference: str, name: str) -> Spread | None:
        """The same, as a ratio to the reference in the same round."""
        found = []
        for (number, one), row in self.figures.items():
            base = self.figures.get((number, reference), {}).get(name)
            if one == server and name in row and base:
                found.append(row[name] / base)
        return spread(found)
