"""Bring a campaign to life, as its mode says; a paused one resumes."""

from campaigns.application.campaign.launching import LaunchChecks
from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.campaign.transitions import Action


class ActivateCampaign(CampaignCommand, frozen=True, kw_only=True):
    pass


class ActivateCampaignHandler:
    def __init__(self, campaigns: Campaigns, checks: LaunchChecks, clock: Clock, ids: Ids) -> None:
        self._campaigns = campaigns
        self._checks = checks
        self._clock = clock
        self._ids = ids

    async def __call__(self, command: ActivateCampaign) -> Receipt:
        campaign = await self._campaigns.get(command.campaign_id, command.caller, command.expected_version)
        campaign.require(Action.ACTIVATE)
        facts = await self._checks.facts(campaign.id, campaign.definition, command.caller)
        events = campaign.activate(self._ids.new(), facts, at=self._clock.now(), by=command.caller.principal)
        return await self._campaigns.record(campaign, events, command.caller)
