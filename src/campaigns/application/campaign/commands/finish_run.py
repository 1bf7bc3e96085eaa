"""A run has an outcome for everybody; what only ran once is completed by it."""

from uuid import UUID

from msgspec.structs import replace

from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import CampaignFigures, Campaigns
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.values import Totals


class FinishRun(CampaignCommand, frozen=True, kw_only=True):
    """`totals` as delivery counts them; what was delivered so far is added from the figures."""

    execution_id: UUID
    totals: Totals


class FinishRunHandler:
    def __init__(self, campaigns: Campaigns, figures: CampaignFigures, clock: Clock) -> None:
        self._campaigns = campaigns
        self._figures = figures
        self._clock = clock

    async def __call__(self, command: FinishRun) -> Receipt:
        campaign = await self._campaigns.newest(command.campaign_id, command.caller)
        figures = await self._figures.totals(campaign.id, command.caller)
        totals = replace(command.totals, delivered=figures.get("delivered"))
        by = command.caller.principal
        events = campaign.finish_run(command.execution_id, totals, at=self._clock.now(), by=by)
        return await self._campaigns.record(campaign, events, command.caller)
