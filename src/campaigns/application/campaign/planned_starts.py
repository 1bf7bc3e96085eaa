"""Answering for a planned instant, whoever says that it has come: our clock or a task service."""

from datetime import datetime

from campaigns.application.campaign.launching import LaunchChecks
from campaigns.application.campaign.ports import Campaigns, Recurrence
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.planning import planned_execution_id


class PlannedStarts:
    """Starts the run, or lets it go when it was missed for too long."""

    def __init__(self, campaigns: Campaigns, checks: LaunchChecks, recurrence: Recurrence, clock: Clock) -> None:
        self._campaigns = campaigns
        self._checks = checks
        self._recurrence = recurrence
        self._clock = clock

    async def answer(self, campaign: Campaign, planned_for: datetime, caller: Caller) -> Receipt:
        """TransitionError when the campaign does not wait for this instant; DependencyDownError: it goes on waiting."""
        campaign.require_awaiting(planned_for)
        facts = await self._checks.facts(campaign.id, campaign.definition, caller)
        events = campaign.start_planned(
            planned_execution_id(campaign.id, planned_for),
            planned_for,
            facts,
            at=self._clock.now(),
            by=caller.principal,
            following=self._following(campaign, planned_for),
        )
        return await self._campaigns.record(campaign, events, caller)

    def _following(self, campaign: Campaign, planned_for: datetime) -> datetime | None:
        schedule, anchor = campaign.definition.schedule, campaign.anchor()
        if not campaign.recurs() or schedule is None or anchor is None:
            return None
        return self._recurrence.next_after(schedule, anchor, planned_for)
