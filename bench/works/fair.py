"""One client has very much to say; how long the others wait."""

from __future__ import annotations

from bench.trial import Trial
from bench.works.table import Figures, Row, work

_ROOMS = 100  # of two
_RATE = 500.0  # messages a second in all of them
_SECONDS = 3.0


@work(
    Row("fair_p99_ms", "one pipelines {pipelined:,} lines: latency p99 of the others", "ms"),
    Row("fair_most_ms", "the same, the longest", "ms"),
)
def fair(trial: Trial) -> Figures:
    """The lines are talk in a room where nobody else is; they are in the kernel's and the server's hands at once."""
    with trial.crowd(2 * _ROOMS + 1, rooms=_ROOMS) as crowd:
        crowd.pipeline(trial.sizes.pipelined)
        outcome = trial.measure(crowd, round(_RATE * _SECONDS), 2 * _ROOMS, _RATE, is_busy=True).outcome
    return {"fair_p99_ms": outcome.latency_ms(99), "fair_most_ms": outcome.latency_ms(100)}
