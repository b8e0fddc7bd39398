"""Everyone in one room: messages one by one, and a flood at once."""

from __future__ import annotations

from bench.trial import Trial
from bench.works.table import Figures, Row, work


@work(Row("paced_us", "{members:,} in one room, {rate:g} msg/s: CPU per delivery", "us", "<= 0.9"))
def paced(trial: Trial) -> Figures:
    """Messages far enough apart to be turns of their own: one write for each receiver and message."""
    sizes = trial.sizes
    with trial.crowd(sizes.members, rooms=1) as crowd:
        measured = trial.measure(crowd, round(sizes.rate * sizes.seconds), min(100, sizes.members), sizes.rate)
    heard = measured.outcome.heard
    return {
        "paced_us": measured.micros(heard),
        "paced_user_us": measured.cpu.user / heard * 1e6,
        "paced_p99_ms": measured.outcome.latency_ms(99),
    }


@work(
    Row("flood_us", "the same, a flood of {burst} messages: CPU per delivery", "us", "<= 0.6"),
    Row("flood_rate", "the same, deliveries a second", "/s", "ahead"),
)
def flood(trial: Trial) -> Figures:
    """All messages at once, by a few: whoever batches well is ahead."""
    sizes = trial.sizes
    with trial.crowd(sizes.members, rooms=1) as crowd:
        measured = trial.measure(crowd, sizes.burst, sizes.senders)
    return {
        "flood_us": measured.micros(measured.outcome.heard),
        "flood_rate": measured.outcome.heard / measured.outcome.seconds,
    }
