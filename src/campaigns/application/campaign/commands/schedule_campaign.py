"""Put a one-time campaign on the calendar, or move it there."""

from datetime import datetime

from campaigns.application.campaign.launching import LaunchChecks
from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.transitions import Action


class ScheduleCampaign(CampaignCommand, frozen=True, kw_only=True):
    """Without `start` (an aware instant) or `timezone` the definition's own hold."""

    start: datetime | None = None
    timezone: str | None = None


class ScheduleCampaignHandler:
    def __init__(self, campaigns: Campaigns, checks: LaunchChecks, clock: Clock) -> None:
        self._campaigns = campaigns
        self._checks = checks
        self._clock = clock

    async def __call__(self, command: ScheduleCampaign) -> Receipt:
        campaign = await self._campaigns.get(command.campaign_id, command.caller, command.expected_version)
        campaign.require(Action.SCHEDULE)
        facts = await self._checks.facts(campaign.id, campaign.definition, command.caller)
        events = campaign.schedule(
            command.start, command.timezone, facts, at=self._clock.now(), by=command.caller.principal
        )
        return await self._campaigns.record(campaign, events, command.caller)
