"""A person names the winner of a test."""

from uuid import UUID

from campaigns.application.campaign.experimenting.judging import judged
from campaigns.application.campaign.experimenting.readings import Readings
from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.testing import declare_by_hand, experiment_of


class DeclareWinner(CampaignCommand, frozen=True, kw_only=True):
    """Of this run, or of the newest."""

    variant_id: UUID
    execution_id: UUID | None = None


class DeclareWinnerHandler:
    def __init__(self, campaigns: Campaigns, readings: Readings, clock: Clock) -> None:
        self._campaigns = campaigns
        self._readings = readings
        self._clock = clock

    async def __call__(self, command: DeclareWinner) -> Receipt:
        caller = command.caller
        campaign = await self._campaigns.get(command.campaign_id, caller, command.expected_version)
        experiment = experiment_of(campaign)
        reading = await self._readings.of(campaign, command.execution_id, caller)
        finding = judged(reading, experiment).finding
        events = declare_by_hand(
            campaign, reading.execution_id, command.variant_id, finding, at=self._clock.now(), by=caller.principal
        )
        return await self._campaigns.record(campaign, events, caller)
