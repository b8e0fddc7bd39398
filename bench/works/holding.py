"""As many clients as a process may have files for, and all of them talk."""

from __future__ import annotations

import time

from bench.trial import Trial
from bench.works.table import Figures, Row, work

_ROOM = 10  # members
_RATE = 2000.0  # messages a second


@work(
    Row("held", "clients held at once, all talking", "", "19,000"),
    Row("held_connect_s", "the same, until all are in", "s"),
    is_long=True,
)
def holding(trial: Trial) -> Figures:
    """In rooms of ten, each says something that the other nine hear."""
    clients = trial.sizes.held
    began = time.monotonic()
    with trial.crowd(clients, rooms=max(1, clients // _ROOM)) as crowd:
        seconds = time.monotonic() - began
        outcome = trial.measure(crowd, clients, clients, _RATE).outcome
    return {"held": outcome.clients, "held_connect_s": seconds, "held_p99_ms": outcome.latency_ms(99)}
