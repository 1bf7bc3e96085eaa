"""The checks of a launch, by the campaign's own decisions, whose facts are thrown away."""

from collections.abc import Callable, Iterator

from campaigns.application.campaign.launching import LaunchChecks
from campaigns.application.campaign.ports import Campaigns
from campaigns.application.delivery.dry_running.forecasts import LaunchProblem
from campaigns.application.delivery.dry_running.ports import Outlook
from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.readiness import LaunchFacts, require_ready
from campaigns.domain.campaign.transitions import Action
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import CampaignId


class CampaignOutlooks:
    """`LaunchOutlooks`."""

    def __init__(self, campaigns: Campaigns, checks: LaunchChecks, clock: Clock, ids: Ids) -> None:
        self._campaigns = campaigns
        self._checks = checks
        self._clock = clock
        self._ids = ids

    async def of(self, campaign_id: CampaignId, caller: Caller) -> Outlook:
        campaign = await self._campaigns.newest(campaign_id, caller)
        facts = await self._checks.facts(campaign.id, campaign.definition, caller)
        problems = [problem for refused in self._refusals(campaign, facts, caller) for problem in _problems(refused)]
        return Outlook(
            campaign_version=campaign.version,
            problems=tuple(problems),
            expected=facts.audience_size,
            starts_at=campaign.definition.starts_at(),
        )

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
