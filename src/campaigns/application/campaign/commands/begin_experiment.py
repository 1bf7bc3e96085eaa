"""A triggered campaign goes live: its variants are compared from now on."""

from campaigns.application.campaign.experimenting.readings import Readings
from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.values import Mode


class BeginExperiment(CampaignCommand, frozen=True, kw_only=True):
    """Does nothing where there is no test, and where each run is a test of its own."""


class BeginExperimentHandler:
    def __init__(self, campaigns: Campaigns, readings: Readings) -> None:
        self._campaigns = campaigns
        self._readings = readings

    async def __call__(self, command: BeginExperiment) -> Receipt:
        campaign = await self._campaigns.newest(command.campaign_id, command.caller)
        if campaign.definition.experiment is not None and campaign.definition.mode is Mode.TRIGGERED:
            await self._readings.begin(campaign.id, command.caller)
        return await self._campaigns.record(campaign, (), command.caller)
