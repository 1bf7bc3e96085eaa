"""What the tracking endpoint holds back, shown to Prometheus."""

from campaigns.infrastructure.analytics.spool import Spool
from campaigns.infrastructure.analytics.touch_buffer import TouchBuffer
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments


class TrackingFigures:
    """Call it now and then."""

    def __init__(self, touches: TouchBuffer, spool: Spool, instruments: Instruments) -> None:
        self._touches, self._spool = touches, spool
        self._waiting, self._bytes = instruments.gauge(d.HITS_WAITING), instruments.gauge(d.SPOOL_BYTES)
        self._dropped, self._counted = instruments.counter(d.HITS_DROPPED), 0

    def __call__(self) -> None:
        self._waiting.set(self._touches.waiting)
        self._bytes.set(self._spool.size)
        self._dropped.inc(self._touches.dropped - self._counted)
        self._counted = self._touches.dropped
