"""The works, one module each; importing them fills the table."""

from bench.works import churn, fair, fanout, holding, joining, latency, memory, pairs  # noqa: F401 - they fill the table
