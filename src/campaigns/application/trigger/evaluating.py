"""Asks the triggers about events that came in: which conditions hold, and what follows for whom."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from campaigns.application.shared.ports import Clock
from campaigns.application.trigger.asking import Asking, Match
from campaigns.application.trigger.ports import Evaluation, Evaluations
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.trigger.deciding import Decision, decide
from campaigns.domain.trigger.frequency import Frequency
from campaigns.domain.trigger.outcomes import Outcome


class EventEvaluation:
    """Any number may run: events of one tenant are evaluated by one at a time, each once."""

    def __init__(self, evaluations: Evaluations, asking: Asking, clock: Clock) -> None:
        self._evaluations = evaluations
        self._asking = asking
        self._clock = clock

    async def step(self) -> int:
        """Evaluate some events of each tenant whose events wait; how many there were."""
        return sum([await self._evaluate(tenant_id) for tenant_id in await self._evaluations.tenants()])

    async def _evaluate(self, tenant_id: TenantId) -> int:
        async with self._evaluations.open(tenant_id) as evaluation:
            if evaluation is None:
                return 0
            now = self._clock.now()
            moments = [(event, now) for event in evaluation.events]
            matches = await self._asking.matches(tenant_id, evaluation.book.index, moments)
            decisions = await self._decisions(tenant_id, evaluation, matches, now)
            await evaluation.record(decisions, now)
            return len(evaluation.events)

    async def _decisions(
        self, tenant_id: TenantId, evaluation: Evaluation, matches: Sequence[Match], now: datetime
    ) -> list[Decision]:
        standing = await self._asking.standing(tenant_id, evaluation.book.orders, matches, now)
        limited = [(match.rule, match.event.user_id) for match in matches if match.rule.frequency_limit is not None]
        acting = list({(rule.trigger_id, user_id) for rule, user_id in limited})
        longest = max((rule.frequency_window for rule, _ in limited), default=timedelta())
        frequency = Frequency(await evaluation.counted(acting, now - longest) if acting else {})
        return [
            _repeated(match)
            if match.event.event_no in evaluation.repeated
            else decide(match.rule, match.event, standing[match.rule.campaign_id, match.event.user_id], frequency, now)
            for match in matches
        ]


def _repeated(match: Match) -> Decision:
    return Decision(match.rule, match.event.event_no, match.event.user_id, Outcome.ALREADY_TRIGGERED)
