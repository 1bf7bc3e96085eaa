"""Answer for one planned instant: start its run, or let it go when it was missed for too long."""

from datetime import datetime

from campaigns.application.campaign.launching import LaunchChecks
from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import Campaigns, Recurrence
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.planning import planned_execution_id


class StartPlannedRun(CampaignCommand, frozen=True, kw_only=True):
    planned_for: datetime


class StartPlannedRunHandler:
    def __init__(self, campaigns: Campaigns, checks: LaunchChecks, recurrence: Recurrence, clock: Clock) -> None:
        self._campaigns = campaigns
        self._checks = checks
        self._recurrence = recurrence
        self._clock = clock

    async def __call__(self, command: StartPlannedRun) -> Receipt:
        campaign = await self._campaigns.newest(command.campaign_id, command.caller)
        campaign.require_awaiting(command.planned_for)
        execution_id = planned_execution_id(campaign.id, command.planned_for)
        facts = await self._checks.facts(campaign.id, campaign.definition, command.caller)
        events = campaign.start_planned(
            execution_id,
            command.planned_for,
            facts,
            at=self._clock.now(),
            by=command.caller.principal,
            following=self._following(campaign, command.planned_for),
        )
        return await self._campaigns.record(campaign, events, command.caller)

    def _following(self, campaign: Campaign, planned_for: datetime) -> datetime | None:
        schedule, anchor = campaign.definition.schedule, campaign.anchor()
        if not campaign.recurs() or schedule is None or anchor is None:
            return None
        return self._recurrence.next_after(schedule, anchor, planned_for)
