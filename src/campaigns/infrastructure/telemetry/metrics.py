"""Figures for Prometheus. Names begin with `campaigns_` and end with their unit: `_total`, `_seconds`, `_bytes`."""

import os
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Histogram, Metric, multiprocess

from campaigns.infrastructure.telemetry.metrics_directory import SHARED_DIRECTORY

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class ProcessTreeRegistry(CollectorRegistry):
    """Shows the sums over all processes of the tree when they share a directory, else the figures of this one."""

    def collect(self) -> Iterable[Metric]:
        if not os.environ.get(SHARED_DIRECTORY):
            return super().collect()
        everybody = CollectorRegistry()
        multiprocess.MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
        return everybody.collect()


class PrometheusMeasures:
    """How long the application's messages take and how they end (a port of the bus middleware)."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._messages = Histogram(
            "campaigns_application_messages_seconds",
            "Commands and queries by their name and outcome (done, or the code of the refusal)",
            ("message", "outcome"),
            registry=registry,
            buckets=_BUCKETS,
        )
        self._known: dict[tuple[str, str], Histogram] = {}

    def observe(self, message: str, outcome: str, seconds: float) -> None:
        found = self._known.get((message, outcome))
        if found is None:
            found = self._known[message, outcome] = self._messages.labels(message, outcome)
        found.observe(seconds)
