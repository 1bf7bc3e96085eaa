"""What is consumed, shown to Prometheus."""

from contextlib import AbstractContextManager
from typing import Any

from campaigns.application.shared.consuming import Taken
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments


class ConsumerFigures:
    """By subject, as it is without the installation's prefix."""

    def __init__(self, instruments: Instruments) -> None:
        self._events = instruments.counter(d.EVENTS_CONSUMED)
        self._seconds = instruments.histogram(d.CONSUME_SECONDS)
        self._bound = instruments.gauge(d.CONSUMER_BOUND)
        self._pending = instruments.gauge(d.CONSUMER_PENDING)

    def bound(self, subject: str, *, is_bound: bool) -> None:
        self._bound.labels(subject).set(is_bound)

    def idle(self, subject: str) -> None:
        self._pending.labels(subject).set(0)

    def timed(self, subject: str) -> AbstractContextManager[Any]:
        return self._seconds.labels(subject).time()

    def count(self, subject: str, taken: Taken, pending: int) -> None:
        for outcome, count in (("taken", taken.taken), ("repeated", taken.repeated), ("dead", len(taken.dead))):
            if count:
                self._events.labels(subject, outcome).inc(count)
        self._pending.labels(subject).set(pending)
