"""The campaign's order, translated from the campaign context."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from campaigns.application.campaign.ports import Campaigns
from campaigns.application.delivery.template_contents import TemplateContents
from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.sharing import percentages
from campaigns.domain.campaign.values import Experiment, Mode, Variant
from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.delivery.local_hours import LocalHour
from campaigns.domain.delivery.sampling import BriefTest
from campaigns.domain.shared.channels import Channel
from campaigns.domain.shared.guardrails import Guardrails
from campaigns.domain.shared.ids import CampaignId
from campaigns.domain.shared.wall_clocks import FIRST_ZONE, shown
from campaigns.infrastructure.audience.frequency_caps import FrequencyCaps
from campaigns.infrastructure.delivery.providers.catalogue import Providers
from campaigns.infrastructure.delivery.rendering.localised import over


class RecordedCampaigns:
    """`KnownCampaigns` by their events."""

    def __init__(self, campaigns: Campaigns) -> None:
        self._campaigns = campaigns

    async def require(self, campaign_id: CampaignId, caller: Caller) -> None:
        await self._campaigns.get(campaign_id, caller)

    async def answers_events(self, campaign_id: CampaignId, caller: Caller) -> bool:
        campaign = await self._campaigns.get(campaign_id, caller)
        return campaign.definition.mode is Mode.TRIGGERED


class CampaignBriefs:
    """`Briefs` over the campaigns, stored templates written out: what is edited later changes no order.

    Where a tenant's `providers` report no deliveries, what they accept counts; `guardrails` are the limits where a
    campaign sets none itself.
    """

    def __init__(
        self,
        campaigns: Campaigns,
        templates: TemplateContents,
        caps: FrequencyCaps,
        *,
        providers: Providers,
        guardrails: Guardrails | None,
    ) -> None:
        self._campaigns = campaigns
        self._templates = templates
        self._caps = caps
        self._providers = providers
        self._guardrails = guardrails

    async def of(
        self, campaign_id: CampaignId, starts_at: datetime, caller: Caller, planned_for: datetime | None = None
    ) -> Brief:
        campaign = await self._campaigns.newest(campaign_id, caller)
        brief = brief_of(campaign_id, campaign.definition, starts_at, caller)
        shares = percentages(campaign)
        return replace(
            brief,
            frequency_caps=await self._caps.of(campaign.definition, caller),
            channels=await self._written_out(brief.channels, caller),
            variants=tuple(
                [
                    replace(v, allocation=shares[v.variant_id], channels=await self._written_out(v.channels, caller))
                    for v in brief.variants
                ],
            ),
            unreported=self._providers.unreported_channels(caller.tenant_id),
            shares_version=campaign.drawn.version if campaign.drawn else 0,
            guardrails=completed(brief.guardrails, self._guardrails),
            local_hour=local_hour_of(campaign, planned_for),
        ).with_rest()

    async def _written_out(self, channels: Sequence[Channel], caller: Caller) -> tuple[Channel, ...]:
        return tuple([await self._with_content(channel, caller) for channel in channels])

    async def _with_content(self, channel: Channel, caller: Caller) -> Channel:
        if channel.template_id is None or not channel.enabled:
            return channel
        template = await self._templates.content(caller.tenant_id, channel.template_id)
        return replace(channel, content=over(template, channel.content), template_id=None)


def brief_of(campaign_id: CampaignId, definition: Definition, starts_at: datetime, caller: Caller) -> Brief:
    schedule = definition.schedule
    return Brief(
        tenant_id=caller.tenant_id,
        campaign_id=campaign_id,
        campaign_name=definition.name,
        starts_at=starts_at,
        zone=definition.zone(),
        windows=schedule.windows if schedule else (),
        exclude_weekends=schedule.exclude_weekends if schedule else False,
        throttle=definition.throttle,
        holdout_percentage=definition.holdout_percentage,
        holdout_strata=definition.holdout_strata,
        channels=definition.channels,
        variants=tuple(_variant(variant) for variant in definition.variants),
        budget=definition.budget,
        guardrails=definition.guardrails,
        test=_test(definition.experiment),
    )


def local_hour_of(campaign: Campaign, planned_for: datetime | None) -> LocalHour | None:
    """What everybody's own clock is to show: what the first of all clocks shows when the run is planned to begin."""
    if planned_for is None or not campaign.definition.follows_local_time():
        return None
    return LocalHour(wall=shown(planned_for, FIRST_ZONE), lateness=campaign.patience(), recurring=campaign.recurs())


def _test(experiment: Experiment | None) -> BriefTest | None:
    if experiment is None:
        return None
    return BriefTest(sample_percentage=experiment.test_sample_percentage, duration_minutes=experiment.duration_minutes)


def _variant(variant: Variant) -> BriefVariant:
    return BriefVariant(
        variant_id=variant.variant_id,
        name=variant.name,
        allocation=variant.allocation_percentage,
        is_control=variant.is_control,
        channels=variant.channels,
    )


def completed(own: Guardrails | None, usual: Guardrails | None) -> Guardrails | None:
    """The campaign's own limits, and the usual ones where it says nothing."""
    if own is None or usual is None:
        return own or usual
    missing = {f"max_{rate}": limit for rate, limit in usual.limits() if getattr(own, f"max_{rate}") is None}
    return replace(own, **missing)
