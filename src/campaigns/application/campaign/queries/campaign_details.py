"""One campaign, as it is or as it was."""

from datetime import datetime

from campaigns.application.campaign.messages import CampaignQuery
from campaigns.application.campaign.ports import CampaignFigures, Campaigns
from campaigns.application.campaign.views import CampaignView, view_of
from campaigns.domain.campaign.campaign import Campaign


class CampaignDetails(CampaignQuery, frozen=True, kw_only=True):
    """With `as_of_version` or `as_of` (an aware instant) it answers as of then; figures are always the present ones.

    `at_least_version` is for those who just recorded that version: what this process knows will do.
    """

    as_of_version: int | None = None
    as_of: datetime | None = None
    at_least_version: int | None = None


class CampaignDetailsHandler:
    def __init__(self, campaigns: Campaigns, figures: CampaignFigures) -> None:
        self._campaigns = campaigns
        self._figures = figures

    async def __call__(self, query: CampaignDetails) -> CampaignView:
        campaign = await self._campaign(query)
        campaign.require_existing()
        return view_of(campaign, await self._figures.totals(query.campaign_id, query.caller))

    async def _campaign(self, query: CampaignDetails) -> Campaign:
        if query.at_least_version is not None:
            known = await self._campaigns.get(query.campaign_id, query.caller)
            if known.version >= query.at_least_version:
                return known
        if query.as_of_version is None and query.as_of is None:
            return await self._campaigns.newest(query.campaign_id, query.caller)
        return await self._campaigns.as_of(query.campaign_id, query.caller, version=query.as_of_version, at=query.as_of)
