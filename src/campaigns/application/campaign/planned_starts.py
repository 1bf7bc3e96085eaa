"""Answering for a planned instant, whoever says that it has come: our clock or a task service."""

from datetime import datetime

from campaigns.application.campaign.launching import LaunchChecks
from campaigns.application.campaign.ports import Campaigns, Recurrence, SchedulingRules
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.errors import HeldByRuleError
from campaigns.domain.campaign.planning import planned_execution_id
from campaigns.domain.shared.rule_hours import open_from


class PlannedStarts:
    """Starts the run, or lets it go when it was missed for too long."""

    def __init__(
        self,
        campaigns: Campaigns,
        checks: LaunchChecks,
        scheduling: SchedulingRules,
        recurrence: Recurrence,
        clock: Clock,
    ) -> None:
        self._campaigns = campaigns
        self._checks = checks
        self._scheduling = scheduling
        self._recurrence = recurrence
        self._clock = clock

    async def answer(self, campaign: Campaign, planned_for: datetime, caller: Caller) -> Receipt:
        """TransitionError when the campaign does not wait for this instant; it goes on waiting when a scheduling rule
        holds it (HeldByRuleError), or somebody who must be asked does not answer (DependencyDownError).
        """
        campaign.require_awaiting(planned_for)
        await self._require_open(campaign, planned_for, caller)
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

    async def _require_open(self, campaign: Campaign, planned_for: datetime, caller: Caller) -> None:
        """HeldByRuleError while a scheduling rule lets no run begin. What is too late by then is let go as ever."""
        schedule, now = campaign.definition.schedule, self._clock.now()
        if (
            schedule is None
            or not schedule.scheduling_rules
            or campaign.late_by(planned_for, now) > campaign.patience()
        ):
            return
        opens = open_from(await self._scheduling.hours(caller, schedule.scheduling_rules), now)
        if opens != now:
            when = f"until {opens.isoformat()}" if opens else "for more than a year"
            raise HeldByRuleError(f"scheduling rules let no run begin {when}", opens)

    def _following(self, campaign: Campaign, planned_for: datetime) -> datetime | None:
        schedule, anchor = campaign.definition.schedule, campaign.anchor()
        if not campaign.recurs() or schedule is None or anchor is None:
            return None
        return self._recurrence.next_after(schedule, anchor, planned_for)
