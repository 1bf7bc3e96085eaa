"""Who gets what, from the audience context."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import replace

from campaigns.application.audience.ports import (
    AudienceOrder,
    AudienceResolver,
    RecordedDraws,
    SegmentContents,
    VariantShare,
)
from campaigns.application.campaign.ports import Campaigns
from campaigns.application.platform.ports import Limits
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock
from campaigns.domain.audience.definition import AudienceDefinition, Source
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import SegmentId
from campaigns.infrastructure.delivery.gathered_audience import GatheredAudiences
from campaigns.infrastructure.delivery.segment_marks import MOST, MarkedSegment, SegmentMarks


class ResolvedAudiences:
    """`Audiences`: the campaign's definition, or whom triggers gathered, for the channels and variants of the brief."""

    def __init__(
        self,
        campaigns: Campaigns,
        resolver: AudienceResolver,
        gathered: GatheredAudiences,
        clock: Clock,
        *,
        segments: SegmentContents,
        draws: RecordedDraws,
    ) -> None:
        self._campaigns = campaigns
        self._segments = segments
        self._draws = draws
        self._resolver = resolver
        self._gathered = gathered
        self._clock = clock

    async def resolve(self, brief: Brief, caller: Caller) -> AsyncIterator[Any]:
        if brief.gathered_for is not None:
            order = order_of(brief, AudienceDefinition(), self._clock)
            yield await self._gathered.of(order, brief.gathered_for)
            return
        campaign = await self._campaigns.newest(brief.campaign_id, caller)
        written = msgspec.to_builtins(campaign.definition.audience)
        drawn = await self._draws.of(brief.tenant_id, brief.campaign_id) if brief.holdout_strata else None
        order = replace(order_of(brief, msgspec.convert(written, AudienceDefinition), self._clock), drawn=drawn)
        async with AsyncExitStack() as stack:
            resolution = await stack.enter_async_context(self._resolver.resolve(order))
            marks = await self._marks(order, stack)
            async for batch in resolution.batches():
                yield await marks(batch) if marks else batch

    async def _marks(self, order: AudienceOrder, stack: AsyncExitStack) -> SegmentMarks | None:
        """Who is in which of the segments that the audience is made of; None when it is made of no segment."""
        segment_ids = AudienceDefinition(include=order.definition.include).segments()[:MOST]
        if not segment_ids:
            return None
        known = await self._segments.contents(order.tenant_id, segment_ids)
        people = {}
        for segment_id in segment_ids:
            members = await stack.enter_async_context(self._resolver.resolve(_members(order, segment_id)))
            people[MarkedSegment(segment_id, known[segment_id].name)] = members.batches()
        return SegmentMarks(people)


def _members(order: AudienceOrder, segment_id: SegmentId) -> AudienceOrder:
    """Everybody in a segment, however they stand."""
    definition = AudienceDefinition(include=(Source(segment_id=segment_id),))
    return AudienceOrder(
        tenant_id=order.tenant_id, campaign_id=order.campaign_id, definition=definition, channels=(), now=order.now
    )


def order_of(brief: Brief, definition: AudienceDefinition, clock: Clock) -> AudienceOrder:
    return AudienceOrder(
        tenant_id=brief.tenant_id,
        campaign_id=brief.campaign_id,
        definition=definition,
        channels=_types(brief, -1),
        now=clock.now(),
        variants=tuple(
            VariantShare(
                allocation=Decimal(str(variant.allocation)),
                is_control=variant.is_control,
                channels=_types(brief, index) if variant.channels else (),
            )
            for index, variant in enumerate(brief.variants)
        ),
        holdout_percentage=Decimal(str(brief.holdout_percentage)),
        holdout_strata=brief.holdout_strata,
        frequency_caps=brief.frequency_caps,
        test_sample=_sample(brief),
        with_zones=brief.local_hour is not None,
    )


def _sample(brief: Brief) -> Decimal | None:
    leaves_rest = brief.test is not None and brief.test.leaves_rest
    return Decimal(str(brief.test.sample_percentage)) if brief.test and leaves_rest else None


def _types(brief: Brief, variant: int) -> tuple[ChannelType, ...]:
    return tuple(channel.channel_type for channel in brief.channels_of(variant))


class TenantsLargestAudiences:
    """`LargestAudiences` by the tenant's limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    async def of(self, caller: Caller) -> int:
        return (await self._limits.of(caller)).audience
