"""Brings what triggers decided into delivery: what is due of a campaign becomes one run."""

from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from campaigns.application.shared.errors import ConflictError, DependencyDownError
from campaigns.application.shared.ports import Clock, Ids
from campaigns.application.trigger.asking import known_together
from campaigns.application.trigger.ports import (
    Bystanders,
    Due,
    DueCampaign,
    Gathering,
    Gatherings,
    Judged,
    PresentOrders,
    TriggeredRuns,
)
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import ExecutionId, TriggerId, UserId
from campaigns.domain.trigger.deciding import Bystander
from campaigns.domain.trigger.due import judge_due
from campaigns.domain.trigger.index import Compile
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.domain.trigger.rules import TriggerOrders, TriggerRule, rules_of

log = structlog.get_logger(__name__)
Profiles = Mapping[UserId, Mapping[str, Any]]


class TriggeredPeople:
    """Any number may run: a campaign is gathered for by one at a time, and each decision belongs to one run."""

    def __init__(
        self,
        *,
        gatherings: Gatherings,
        orders: PresentOrders,
        bystanders: Bystanders,
        runs: TriggeredRuns,
        clock: Clock,
        ids: Ids,
        compiled: Compile,
    ) -> None:
        self._gatherings = gatherings
        self._orders = orders
        self._bystanders = bystanders
        self._runs = runs
        self._clock = clock
        self._ids = ids
        self._compiled = compiled

    async def step(self) -> int:
        """Begin the runs that are due; how many."""
        begun = 0
        for campaign, execution_id in await self._gatherings.without_run():
            begun += await self._unless_refused(campaign, self._begin(campaign, execution_id))
        for campaign in await self._gatherings.campaigns(self._clock.now()):
            begun += await self._unless_refused(campaign, self._gather(campaign))
        return begun

    async def _unless_refused(self, campaign: DueCampaign, work: Awaitable[bool]) -> bool:
        """One campaign's trouble does not hold up the others; it is tried again at the next step."""
        try:
            return await work
        except (DomainError, DependencyDownError, ConflictError) as refusal:
            log.warning("triggered people wait", campaign=str(campaign.campaign_id), detail=str(refusal))
            return False

    async def _gather(self, campaign: DueCampaign) -> bool:
        execution_id = await self._taken(campaign)
        return execution_id is not None and await self._begin(campaign, execution_id)

    async def _begin(self, campaign: DueCampaign, execution_id: ExecutionId) -> bool:
        await self._runs.begin(campaign, execution_id, self._clock.now())
        await self._gatherings.begun(campaign, execution_id)
        return True

    async def _taken(self, campaign: DueCampaign) -> ExecutionId | None:
        now = self._clock.now()
        orders = await self._orders.of(campaign)
        if orders is None:
            return None
        async with self._gatherings.open(campaign, now) as gathering:
            return await self._take(campaign, gathering, orders, now) if gathering is not None else None

    async def _take(
        self, campaign: DueCampaign, gathering: Gathering, orders: TriggerOrders, now: datetime
    ) -> ExecutionId | None:
        judged = await self._judged(campaign, gathering.due, orders, now)
        taken = [one.due for one in judged if one.outcome in (Outcome.FIRED, Outcome.HOLDOUT)]
        put_off = [one for one in judged if one.outcome not in (Outcome.FIRED, Outcome.HOLDOUT)]
        execution_id = ExecutionId(self._ids.new())
        await gathering.take(execution_id, taken, put_off)
        return execution_id if taken else None

    async def _judged(
        self, campaign: DueCampaign, due: Sequence[Due], orders: TriggerOrders, now: datetime
    ) -> list[Judged]:
        people = sorted({one.event.user_id for one in due})
        profiles = await self._bystanders.profiles(campaign.tenant_id, people)
        standing = await self._bystanders.standing(campaign.tenant_id, campaign.campaign_id, orders, profiles, now)
        rules = {rule.trigger_id: rule for rule in rules_of(campaign.campaign_id, orders)}
        return [self._judge(one, rules, profiles, standing, now) for one in due]

    def _judge(
        self,
        due: Due,
        rules: Mapping[TriggerId, TriggerRule],
        profiles: Profiles,
        standing: Mapping[UserId, Bystander],
        now: datetime,
    ) -> Judged:
        rule, user_id = rules.get(TriggerId(due.trigger_id)), due.event.user_id
        known = known_together(due.event, profiles[user_id])
        holds = rule is not None and (rule.criteria is None or self._compiled(rule.criteria)(known, now))
        outcome, due_at = judge_due(rule, standing[user_id], now, condition_holds=holds)
        return Judged(due, outcome, due_at)
