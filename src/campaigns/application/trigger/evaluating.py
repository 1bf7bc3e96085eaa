"""Asks the triggers about events: which conditions hold, and what follows for whom."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock
from campaigns.application.trigger.ports import Bystanders, Evaluation, Evaluations
from campaigns.domain.shared.errors import DomainError
from campaigns.domain.shared.ids import CampaignId, TenantId, UserId
from campaigns.domain.trigger.deciding import Bystander, Decision, decide
from campaigns.domain.trigger.events import OF_EVENT, OutsideEvent
from campaigns.domain.trigger.frequency import Frequency
from campaigns.domain.trigger.index import Listener
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.domain.trigger.rules import TriggerOrders, TriggerRule

log = structlog.get_logger(__name__)
Profiles = Mapping[UserId, Mapping[str, Any]]
Match = tuple[OutsideEvent, TriggerRule]
Standing = Mapping[tuple[CampaignId, UserId], Bystander]


class EventEvaluation:
    """Any number may run: events of one tenant are evaluated by one at a time, each once."""

    def __init__(self, evaluations: Evaluations, bystanders: Bystanders, clock: Clock) -> None:
        self._evaluations = evaluations
        self._bystanders = bystanders
        self._clock = clock

    async def step(self) -> int:
        """Evaluate some events of each tenant whose events wait; how many there were."""
        return sum([await self._evaluate(tenant_id) for tenant_id in await self._evaluations.tenants()])

    async def _evaluate(self, tenant_id: TenantId) -> int:
        async with self._evaluations.open(tenant_id) as evaluation:
            if evaluation is None:
                return 0
            now = self._clock.now()
            matches = await self._matches(tenant_id, evaluation, now)
            decisions = await self._decisions(tenant_id, evaluation, matches, now)
            await evaluation.record(decisions, now)
            return len(evaluation.events)

    async def _matches(self, tenant_id: TenantId, evaluation: Evaluation, now: datetime) -> list[Match]:
        """Events and triggers whose condition holds."""
        index = evaluation.book.index
        concerned = [(event, one) for event in evaluation.events for one in index.concerned(event, now)]
        asked = [event.user_id for event, listener in concerned if listener.of_person is not None]
        profiles = await self._profiles(tenant_id, asked)
        return [(event, one.rule) for event, one in concerned if _holds(one, event, profiles, now)]

    async def _decisions(
        self, tenant_id: TenantId, evaluation: Evaluation, matches: Sequence[Match], now: datetime
    ) -> list[Decision]:
        standing = await self._standing(tenant_id, evaluation.book.orders, matches, now)
        acting = list({(rule.trigger_id, event.user_id) for event, rule in matches if rule.frequency_limit is not None})
        longest = max((rule.frequency_window for _, rule in matches), default=timedelta())
        frequency = Frequency(await evaluation.counted(acting, now - longest) if acting else {})
        return [
            _repeated(event, rule)
            if event.event_no in evaluation.repeated
            else decide(rule, event, standing[rule.campaign_id, event.user_id], frequency, now)
            for event, rule in matches
        ]

    async def _standing(
        self, tenant_id: TenantId, orders: Mapping[CampaignId, TriggerOrders], matches: Sequence[Match], now: datetime
    ) -> Standing:
        profiles = await self._profiles(tenant_id, [event.user_id for event, rule in matches])
        concerned: dict[CampaignId, set[UserId]] = defaultdict(set)
        for event, rule in matches:
            concerned[rule.campaign_id].add(event.user_id)
        found: dict[tuple[CampaignId, UserId], Bystander] = {}
        for campaign_id, people in concerned.items():
            known = {user_id: profiles[user_id] for user_id in people}
            standing = await self._of_campaign(tenant_id, campaign_id, orders[campaign_id], known, now)
            found |= {(campaign_id, user_id): one for user_id, one in standing.items()}
        return found

    async def _of_campaign(
        self, tenant_id: TenantId, campaign_id: CampaignId, orders: TriggerOrders, people: Profiles, now: datetime
    ) -> Mapping[UserId, Bystander]:
        """Where the audience cannot be read, all are taken to be in it: that is asked again before they are sent to."""
        try:
            return await self._bystanders.standing(tenant_id, campaign_id, orders, people, now)
        except (DomainError, DependencyDownError) as refusal:
            log.warning("an audience cannot be read", campaign=str(campaign_id), detail=refusal.detail)
            return dict.fromkeys(people, Bystander())

    async def _profiles(self, tenant_id: TenantId, user_ids: Iterable[UserId]) -> Profiles:
        wanted = sorted(set(user_ids))
        return await self._bystanders.profiles(tenant_id, wanted) if wanted else {}


def _holds(listener: Listener, event: OutsideEvent, profiles: Profiles, now: datetime) -> bool:
    if listener.of_person is None:
        return True
    return listener.of_person(known_together(event, profiles[event.user_id]), now)


def known_together(event: OutsideEvent, profile: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions may ask about: the person, and the event under its own names."""
    return {**profile, **{f"{OF_EVENT}{name}": value for name, value in event.data.items()}}


def _repeated(event: OutsideEvent, rule: TriggerRule) -> Decision:
    return Decision(rule, event.event_no, event.user_id, Outcome.ALREADY_TRIGGERED)
