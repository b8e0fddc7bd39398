"""Many small rooms: what a message costs when next to nobody hears it."""

from __future__ import annotations

from bench.trial import Measured, Trial
from bench.works.table import Figures, Row, work


def _talk(trial: Trial, rate: float) -> Measured:
    sizes = trial.sizes
    with trial.crowd(2 * sizes.rooms, rooms=sizes.rooms) as crowd:
        return trial.measure(crowd, round(rate * sizes.pair_seconds), 2 * sizes.rooms, rate)


@work(
    Row("full_us", "{rooms} rooms of two, {full:,.0f} msg/s: CPU per message", "us", "<= 1.5"),
    Row("full_rate", "the same, messages a second", "/s", "ahead"),
)
def pairs_full(trial: Trial) -> Figures:
    """More than most servers can do: they batch, or fall behind."""
    measured = _talk(trial, trial.sizes.full)
    return {
        "full_us": measured.micros(measured.outcome.sent),
        "full_user_us": measured.cpu.user / measured.outcome.sent * 1e6,
        "full_rate": measured.outcome.sent / measured.outcome.seconds,
    }


@work(Row("slow_us", "{rooms} rooms of two, {slow:,.0f} msg/s: CPU per message", "us", "<= 1.5"))
def pairs_slow(trial: Trial) -> Figures:
    """Hardly two messages to a turn: what waking up costs is in it."""
    measured = _talk(trial, trial.sizes.slow)
    return {
        "slow_us": measured.micros(measured.outcome.sent),
        "slow_user_us": measured.cpu.user / measured.outcome.sent * 1e6,
        "slow_p99_ms": measured.outcome.latency_ms(99),
    }
