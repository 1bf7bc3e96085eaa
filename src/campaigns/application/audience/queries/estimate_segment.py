"""How many people a segment means."""

from uuid import UUID

from campaigns.application.audience.ports import AudienceOrder, Estimate, Estimates, Segments
from campaigns.application.shared.messages import Query
from campaigns.application.shared.ports import Clock
from campaigns.domain.audience.definition import AudienceDefinition, Source
from campaigns.domain.shared.ids import CampaignId


class EstimateSegment(Query, frozen=True, kw_only=True):
    segment_id: UUID


class EstimateSegmentHandler:
    def __init__(self, segments: Segments, estimates: Estimates, clock: Clock) -> None:
        self._segments = segments
        self._estimates = estimates
        self._clock = clock

    async def __call__(self, query: EstimateSegment) -> Estimate:
        segment = await self._segments.get(query.segment_id, query.caller)
        source = Source(criteria=segment.meaning.criteria, user_ids=segment.meaning.user_ids)
        return await self._estimates.estimate(
            AudienceOrder(
                tenant_id=query.caller.tenant_id,
                campaign_id=CampaignId(segment.id),
                definition=AudienceDefinition(include=(source,)),
                channels=(),
                now=self._clock.now(),
            )
        )
