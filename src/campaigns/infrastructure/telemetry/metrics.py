"""Figures for Prometheus, of one process or of a whole tree of them."""

import os
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Histogram, Metric, multiprocess

from campaigns.infrastructure.telemetry.definitions import MESSAGES_SECONDS
from campaigns.infrastructure.telemetry.instruments import Instruments
from campaigns.infrastructure.telemetry.metrics_directory import SHARED_DIRECTORY


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

    def __init__(self, instruments: Instruments) -> None:
        self._messages = instruments.histogram(MESSAGES_SECONDS)
        self._known: dict[tuple[str, str], Histogram] = {}

    def observe(self, message: str, outcome: str, seconds: float) -> None:
        found = self._known.get((message, outcome))
        if found is None:
            found = self._known[message, outcome] = self._messages.labels(message, outcome)
        found.observe(seconds)
