"""A crowd comes into one room at once."""

from __future__ import annotations

import time

from bench.trial import Trial
from bench.works.table import Figures, Row, work


@work(
    Row("join_s", "{joiners:,} join one room at once: wall", "s", "<= 0.5"),
    Row("join_us", "the same, CPU per line told", "us"),
    is_long=True,
)
def joining(trial: Trial) -> Figures:
    """From the first JOIN until everyone has been told of everyone, which an answered PING proves."""
    with trial.crowd(trial.sizes.joiners) as crowd:
        before, began = trial.cpu(), time.monotonic()
        crowd.join(1)
        crowd.fence()
        seconds, used = time.monotonic() - began, trial.cpu() - before
    told = trial.sizes.joiners * (trial.sizes.joiners + 1) // 2
    return {"join_s": seconds, "join_us": used.total / told * 1e6}
