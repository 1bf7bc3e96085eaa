"""How many people an audience comes to, counted by the context that will find them."""

from uuid import UUID

import msgspec

from campaigns.application.audience.ports import AudienceCounts, AudienceOrder
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock
from campaigns.domain.audience.definition import AudienceDefinition as ResolvableAudience
from campaigns.domain.campaign.values import AudienceDefinition
from campaigns.domain.shared.ids import CampaignId


class CountedAudienceSizes:
    """Channels do not matter here: people are counted before suppression."""

    def __init__(self, counts: AudienceCounts, clock: Clock) -> None:
        self._counts = counts
        self._clock = clock

    async def size(self, caller: Caller, campaign_id: UUID, audience: AudienceDefinition) -> int:
        order = AudienceOrder(
            tenant_id=caller.tenant_id,
            campaign_id=CampaignId(campaign_id),
            definition=msgspec.convert(msgspec.to_builtins(audience), ResolvableAudience),
            channels=(),
            now=self._clock.now(),
        )
        return await self._counts.count(order)
