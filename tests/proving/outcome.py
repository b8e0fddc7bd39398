"""What an experiment found: how often it was done, how much people were shown, how much of it is missing."""

from __future__ import annotations

from typing import NamedTuple


class Outcome(NamedTuple):
    """One line of the table. `shown` and `missing` are counted in `unit`; `failed` says what else went wrong."""

    times: int
    shown: int
    missing: int
    unit: str = "lines"
    note: str = ""
    failed: str = ""

    @property
    def is_proven(self) -> bool:
        """Whether the promise was kept; an experiment that showed nothing proves nothing."""
        return self.shown > 0 and self.missing == 0 and not self.failed
