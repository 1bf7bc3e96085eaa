"""The tenant's limits, in this context's words."""

from campaigns.application.platform.ports import Limits as TenantsLimits
from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.limits import CampaignLimits


class PlatformLimits:
    """What the platform grants; `notice_minutes` and `longest_cap_days` are the installation's own."""

    def __init__(self, tenants: TenantsLimits, notice_minutes: int, longest_cap_days: int) -> None:
        self._longest_cap_days = longest_cap_days
        self._tenants = tenants
        self._notice_minutes = notice_minutes

    async def of(self, caller: Caller) -> CampaignLimits:
        granted = await self._tenants.of(caller)
        return CampaignLimits(
            running_campaigns=granted.running_campaigns,
            audience=granted.audience,
            inline_rules=granted.inline_rules,
            segments=granted.segments,
            test_groups=granted.test_groups,
            variants=granted.variants,
            minimum_notice_minutes=self._notice_minutes,
            longest_cap_days=self._longest_cap_days,
        )
