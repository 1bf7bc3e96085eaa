"""What a campaign asks of the audience, read from the campaign itself."""

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import msgspec

from campaigns.application.audience.ports import AudienceOrder, RecordedDraws, VariantShare
from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock
from campaigns.domain.audience.definition import AudienceDefinition
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.values import AudienceDefinition as WrittenAudience
from campaigns.domain.campaign.values import Mode
from campaigns.domain.shared.channels import Channel, ChannelType
from campaigns.domain.shared.errors import Violation
from campaigns.infrastructure.audience.frequency_caps import FrequencyCaps


class CampaignOrders:
    def __init__(self, campaigns: Campaigns, caps: FrequencyCaps, draws: RecordedDraws, clock: Clock) -> None:
        self._campaigns = campaigns
        self._draws = draws
        self._caps = caps
        self._clock = clock

    async def of(self, campaign_id: UUID, caller: Caller) -> AudienceOrder:
        campaign = await self._campaigns.newest(campaign_id, caller)
        definition = campaign.definition
        experiment = definition.experiment
        rest = experiment is not None and experiment.leaves_rest
        return AudienceOrder(
            tenant_id=campaign.tenant_id,
            campaign_id=campaign.id,
            definition=resolvable(definition.audience),
            channels=_by_priority(definition.channels),
            now=self._clock.now(),
            variants=(*_shares(definition), *(_rest(definition) if rest else ())),
            holdout_percentage=Decimal(str(definition.holdout_percentage)),
            holdout_strata=definition.holdout_strata,
            drawn=await self._draws.of(campaign.tenant_id, campaign.id) if definition.holdout_strata else None,
            frequency_caps=await self._caps.of(definition, caller),
            test_sample=Decimal(str(experiment.test_sample_percentage)) if experiment and rest else None,
            gathered=definition.mode is Mode.TRIGGERED,
        )


def _shares(definition: Definition) -> Iterator[VariantShare]:
    for variant in definition.variants:
        yield VariantShare(
            allocation=Decimal(str(variant.allocation_percentage)),
            is_control=variant.is_control,
            channels=_by_priority(variant.channels),
        )


def _rest(definition: Definition) -> Iterator[VariantShare]:
    """The people beyond a test's sample: they are reached as any of its variants is."""
    sending = [variant for variant in definition.variants if not variant.is_control]
    yield VariantShare(allocation=Decimal(0), channels=_by_priority(sending[0].channels) if sending else ())


def resolvable(written: WrittenAudience) -> AudienceDefinition:
    """InvalidAudienceError when a filter has another shape than filters have."""
    try:
        return msgspec.convert(msgspec.to_builtins(written), AudienceDefinition)
    except msgspec.ValidationError as error:
        violation = Violation("/audience", str(error).replace("`", ""))
        raise InvalidAudienceError("The audience cannot be resolved", (violation,)) from error


def _by_priority(channels: tuple[Channel, ...]) -> tuple[ChannelType, ...]:
    enabled = (channel for channel in channels if channel.enabled)
    return tuple(channel.channel_type for channel in sorted(enabled, key=lambda channel: channel.priority))
