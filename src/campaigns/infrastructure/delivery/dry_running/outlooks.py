"""The checks of a launch, by the campaign's own decisions, whose facts are thrown away."""

from collections.abc import Callable, Iterator
from datetime import datetime

from campaigns.application.campaign.launching import LaunchChecks
from campaigns.application.campaign.ports import Campaigns, Recurrence
from campaigns.application.campaign.timekeeping import not_before
from campaigns.application.delivery.dry_running.forecasts import LaunchProblem
from campaigns.application.delivery.dry_running.ports import Outlook
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.readiness import LaunchFacts, require_ready
from campaigns.domain.campaign.transitions import Action
from campaigns.domain.campaign.values import Mode
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import CampaignId


class CampaignOutlooks:
    """`LaunchOutlooks`."""

    def __init__(
        self, campaigns: Campaigns, checks: LaunchChecks, recurrence: Recurrence, clock: Clock, ids: Ids
    ) -> None:
        self._campaigns = campaigns
        self._checks = checks
        self._recurrence = recurrence
        self._clock = clock
        self._ids = ids

    async def of(self, campaign_id: CampaignId, caller: Caller) -> Outlook:
        campaign = await self._campaigns.newest(campaign_id, caller)
        planned_for = self._planned_for(campaign)
        facts = await self._checks.facts(campaign.id, campaign.definition, caller)
        problems = [problem for refused in self._refusals(campaign, facts, caller) for problem in _problems(refused)]
        return Outlook(
            campaign_version=campaign.version,
            problems=tuple(problems),
            expected=facts.audience_size,
            starts_at=planned_for or campaign.definition.starts_at(),
            planned_for=planned_for,
            answers_events=campaign.definition.mode is Mode.TRIGGERED,
        )

    def _planned_for(self, campaign: Campaign) -> datetime | None:
        """The run that the schedule would make next, where people's own clocks count; None when it is over for all."""
        schedule, now = campaign.definition.schedule, self._clock.now()
        if schedule is None or not schedule.at_recipient_local_time:
            return None
        begins = campaign.definition.begins_at()
        if campaign.recurs():
            anchor = campaign.anchor() or campaign.definition.first_instant(now)
            return self._recurrence.next_after(schedule, anchor, not_before(now, begins))
        return begins if begins and campaign.late_by(begins, now) <= campaign.patience() else None

    def _refusals(self, campaign: Campaign, facts: LaunchFacts, caller: Caller) -> Iterator[DomainError]:
        """The status by itself, so that it hides no broken rule."""

        def activate() -> None:
            campaign.activate(self._ids.new(), facts, at=self._clock.now(), by=caller.principal)

        barred = _refusal(lambda: campaign.require(Action.ACTIVATE))
        rules = _refusal(lambda: require_ready(campaign.definition, facts)) if barred else _refusal(activate)
        yield from (refused for refused in (barred, rules) if refused)


def _refusal(decide: Callable[[], None]) -> DomainError | None:
    try:
        decide()
    except DomainError as refused:
        return refused
    return None


def _problems(refused: DomainError) -> Iterator[LaunchProblem]:
    for violation in refused.violations:
        yield LaunchProblem(pointer=violation.pointer, message=violation.message, code=refused.code)
    if not refused.violations:
        yield LaunchProblem(pointer="", message=refused.detail, code=refused.code)
