"""From recorded facts to what the world is told."""

from campaigns.application.audience.published import PersonErasedNews
from campaigns.application.shared.published import PublishedEvent
from campaigns.domain.audience.erased_person import PersonErased
from campaigns.domain.audience.erasure import pseudonym
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.eventstore.translating import translation


def _erased(_: Recorded, event: PersonErased) -> PublishedEvent:
    return PersonErasedNews(
        campaign_id=event.campaign_id,
        message_ids=event.message_ids,
        pseudonym=pseudonym(event.erasure_id),
        erased_at=event.at,
    )


translate = translation({PersonErased: _erased})
"""Segments are nobody else's business."""
