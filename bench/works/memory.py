"""What a client costs that does nothing."""

from __future__ import annotations

from bench.trial import Trial
from bench.works.table import Figures, Row, work


@work(Row("memory_kib", "memory per idle client, of {idle:,}", "KiB", "<= 10 KiB"), is_long=True)
def memory(trial: Trial) -> Figures:
    """Registered, in no room, silent. A first hundred fill what is only needed once, and are not counted."""
    with trial.crowd(100) as crowd:
        before = trial.memory()
        crowd.connect(100 + trial.sizes.idle)
        crowd.fence()
        return {"memory_kib": (trial.memory() - before) / trial.sizes.idle / 1024}
