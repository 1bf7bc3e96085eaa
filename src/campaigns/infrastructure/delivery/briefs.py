"""The campaign's order, translated from the campaign context."""

from datetime import datetime

from msgspec.structs import replace

from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.values import Variant
from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.shared.ids import CampaignId
from campaigns.domain.shared.sending_limits import Throttle


class CampaignBriefs:
    """`Briefs` over the campaigns. `ceiling` is the installation's own limit, which no campaign exceeds."""

    def __init__(self, campaigns: Campaigns, ceiling: Throttle) -> None:
        self._campaigns = campaigns
        self._ceiling = ceiling

    async def of(self, campaign_id: CampaignId, starts_at: datetime, caller: Caller) -> Brief:
        campaign = await self._campaigns.newest(campaign_id, caller)
        brief = brief_of(campaign_id, campaign.definition, starts_at, caller)
        return replace(brief, throttle=tightest(brief.throttle, self._ceiling))


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
        channels=definition.channels,
        variants=tuple(_variant(variant) for variant in definition.variants),
        budget=definition.budget,
    )


def _variant(variant: Variant) -> BriefVariant:
    return BriefVariant(
        variant_id=variant.variant_id,
        name=variant.name,
        allocation=variant.allocation_percentage,
        is_control=variant.is_control,
        channels=variant.channels,
    )


def tightest(wanted: Throttle | None, ceiling: Throttle) -> Throttle | None:
    """The lower of each limit; None where neither has any."""
    limits = {
        name: min((limit for limit in (getattr(wanted, name, None), getattr(ceiling, name)) if limit), default=None)
        for name in Throttle.__struct_fields__
    }
    return Throttle(**limits) if any(limits.values()) else None
