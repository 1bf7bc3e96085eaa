"""How many people an audience comes to, counted by the resolver that will find them."""

from uuid import UUID

import msgspec

from campaigns.application.audience.ports import AudienceOrder, AudienceResolver
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock
from campaigns.domain.audience.definition import AudienceDefinition as ResolvableAudience
from campaigns.domain.campaign.values import AudienceDefinition
from campaigns.domain.shared.ids import CampaignId


class ResolvedAudienceSizes:
    """Reads the whole stream and keeps nothing of it."""

    def __init__(self, resolver: AudienceResolver, clock: Clock) -> None:
        self._resolver = resolver
        self._clock = clock

    async def size(self, caller: Caller, campaign_id: UUID, audience: AudienceDefinition) -> int:
        order = AudienceOrder(
            tenant_id=caller.tenant_id,
            campaign_id=CampaignId(campaign_id),
            definition=msgspec.convert(msgspec.to_builtins(audience), ResolvableAudience),
            channels=(),
            now=self._clock.now(),
        )
        async with self._resolver.resolve(order) as resolution:
            return sum([batch.num_rows async for batch in resolution.batches()])
