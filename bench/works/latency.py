"""How long a message is under way while the server is half busy."""

from __future__ import annotations

from bench.trial import Trial
from bench.works.table import Figures, Row, work


@work(
    Row("half_p99_ms", "latency p99 at half of its own flood's rate", "ms", "<= 1.0"),
    Row("half_p50_ms", "the same, median", "ms"),
    Row("half_rate", "the same, deliveries a second", "/s"),
)
def latency(trial: Trial) -> Figures:
    """A flood finds the rate; half of it is then kept up for some seconds."""
    sizes = trial.sizes
    with trial.crowd(sizes.members, rooms=1) as crowd:
        flood = trial.measure(crowd, sizes.burst, sizes.senders).outcome
        rate = flood.sent / flood.seconds / 2
        outcome = trial.measure(crowd, round(rate * sizes.latency_seconds), min(100, sizes.members), rate).outcome
    return {
        "half_p99_ms": outcome.latency_ms(99),
        "half_p50_ms": outcome.latency_ms(50),
        "half_rate": outcome.heard / outcome.seconds,
    }
