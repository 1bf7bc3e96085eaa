"""What opens, clicks and feedback hold back, shown to Prometheus."""

from collections.abc import Sequence
from typing import Any

from campaigns.infrastructure.analytics.spool import LineSpool
from campaigns.infrastructure.analytics.touch_buffer import TouchBuffer
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments


class TrackingFigures:
    """Call it now and then."""

    def __init__(self, touches: TouchBuffer, spools: Sequence[LineSpool[Any]], instruments: Instruments) -> None:
        self._touches, self._spools = touches, spools
        self._waiting, self._bytes = instruments.gauge(d.HITS_WAITING), instruments.gauge(d.SPOOL_BYTES)
        self._dropped, self._counted = instruments.counter(d.HITS_DROPPED), 0

    def __call__(self) -> None:
        self._waiting.set(self._touches.waiting)
        self._bytes.set(sum(spool.size for spool in self._spools))
        self._dropped.inc(self._touches.dropped - self._counted)
        self._counted = self._touches.dropped
