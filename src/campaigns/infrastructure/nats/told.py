"""Counting what was told."""

from collections import Counter
from collections.abc import Iterable, Sequence

from campaigns.application.campaign.published import CampaignCreatedNews
from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.infrastructure.telemetry import definitions as d
from campaigns.infrastructure.telemetry.instruments import Instruments

_ENDS = {"campaign.completed": "completed", "campaign.cancelled": "cancelled"}


class Told:
    """Events that NATS has acknowledged: call it after that, and repetitions count again."""

    def __init__(self, instruments: Instruments) -> None:
        self._published = instruments.counter(d.EVENTS_PUBLISHED)
        self._created = instruments.counter(d.CAMPAIGNS_CREATED)
        self._completed = instruments.counter(d.CAMPAIGNS_COMPLETED)

    def count(self, events: Sequence[CloudEvent]) -> None:
        self.count_types(event.type for event in events)
        for event in events:
            if isinstance(event.data, CampaignCreatedNews):
                self._created.labels(event.data.type).inc()

    def count_types(self, types: Iterable[str]) -> None:
        for name, count in Counter(types).items():
            self._published.labels(name).inc(count)
            if name in _ENDS:
                self._completed.labels(_ENDS[name]).inc(count)
