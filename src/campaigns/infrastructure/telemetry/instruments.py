"""The catalogue's figures as instruments of one registry, each made when first asked for."""

import threading
from typing import Any, TypeVar, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from campaigns.infrastructure.telemetry.definitions import Definition

T = TypeVar("T", Counter, Gauge, Histogram)


class Instruments:
    """From a definition to what is counted with. The same definition gives the same instrument."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._made: dict[str, Any] = {}
        self._one_at_a_time = threading.Lock()

    def counter(self, definition: Definition) -> Counter:
        return self._of(definition, Counter)

    def gauge(self, definition: Definition) -> Gauge:
        return self._of(definition, Gauge, multiprocess_mode=definition.merged)

    def histogram(self, definition: Definition) -> Histogram:
        return self._of(definition, Histogram, buckets=definition.buckets)

    def _of(self, definition: Definition, kind: type[T], **given: Any) -> T:
        if definition.kind != kind.__name__.lower():
            raise TypeError(f"{definition.name} is a {definition.kind}")
        with self._one_at_a_time:
            if definition.name not in self._made:
                self._made[definition.name] = kind(
                    definition.name, definition.meaning, definition.labels, registry=self.registry, **given
                )
            return cast("T", self._made[definition.name])
