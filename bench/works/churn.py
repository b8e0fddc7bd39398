"""Clients come, talk and leave, again and again: whether anything stays."""

from __future__ import annotations

from bench.trial import Trial
from bench.works.table import Figures, Row, work

_CROWDS = 8
_WARM = 3  # of them: what is only needed once is made by then
_MEMBERS = 10  # of a room
_MESSAGES = 2000


@work(
    Row("churn_kib", "memory that stays of each client who comes, talks and leaves", "KiB"),
    Row("churn_first_kib", "the same, of the first {churned}", "KiB"),
    is_long=True,
)
def churn(trial: Trial) -> Figures:
    """What is held after each crowd; the slope is that of the later ones."""
    clients, held = trial.sizes.churned, [trial.memory()]
    for _ in range(_CROWDS):
        with trial.crowd(clients, rooms=max(1, clients // _MEMBERS)) as crowd:
            trial.measure(crowd, _MESSAGES, clients, _MESSAGES * 2.0, is_busy=True)
        held.append(trial.memory())
    later = held[_WARM:]
    return {
        "churn_kib": (later[-1] - later[0]) / (len(later) - 1) / clients / 1024,
        "churn_first_kib": (held[1] - held[0]) / clients / 1024,
    }
