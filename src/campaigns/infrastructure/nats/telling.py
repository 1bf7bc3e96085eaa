"""From the log to the wire: what of a recorded event is news, in its envelope."""

from campaigns.application.analytics.published import PUBLISHED as FIGURES
from campaigns.application.delivery.published_messages import MESSAGES
from campaigns.application.shared.cloud_event import CloudEvent
from campaigns.application.shared.published import PublishedEvent, WireNames
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.eventstore.translating import Translations
from campaigns.infrastructure.nats.cloud_events import cloud_event


class Telling:
    """All contexts' translations and wire names together: what the service tells of its log."""

    def __init__(self, names: WireNames, translations: Translations) -> None:
        self._names = names
        self._translations = translations

    @property
    def types(self) -> frozenset[str]:
        """Every wire name that can come out of the log: messages and figures are told from elsewhere."""
        return frozenset(self._names.catalogue) - MESSAGES.keys() - FIGURES.keys()

    def of(self, recorded: Recorded) -> CloudEvent | None:
        """The event as the world sees it; None when it is nobody else's business."""
        published = self._translations.of(recorded)
        return self._envelope(recorded, published) if published else None

    def _envelope(self, recorded: Recorded, published: PublishedEvent) -> CloudEvent:
        return cloud_event(
            id=event_id(recorded),
            type=self._names.of(published),
            subject=str(published.campaign_id),
            time=recorded.recorded_at,
            tenant_id=recorded.tenant_id,
            correlation_id=recorded.metadata.correlation_id,
            causation_id=recorded.metadata.causation_id,
            sequence=recorded.position,
            data=published,
        )


def event_id(recorded: Recorded) -> str:
    """The name of an event for ever: whose, and which of its versions."""
    return f"{recorded.originator_id}.{recorded.originator_version}"
