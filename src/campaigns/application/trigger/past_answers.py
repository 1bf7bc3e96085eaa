"""What a campaign's triggers would have made of events of the past: asked as they are asked of new ones."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from campaigns.application.shared.context import Caller
from campaigns.application.shared.ports import Clock
from campaigns.application.trigger.asking import Asking, Moment
from campaigns.application.trigger.replaying import PastEvents, Replayed, ReplayedDay, ReplayedLine, WrittenOrders
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.domain.trigger.deciding import Decision, decide
from campaigns.domain.trigger.events import OutsideEvent
from campaigns.domain.trigger.frequency import Frequency
from campaigns.domain.trigger.index import Compile, TriggerIndex
from campaigns.domain.trigger.rules import TriggerOrders, WrittenTrigger, rules_of
from campaigns.domain.trigger.tally import Tally

MOST_EVENTS = 100_000
_USUALLY = timedelta(days=7)


class Replaying:
    """Replays what was received in a period, the last seven days when nothing else is said."""

    def __init__(
        self, orders: WrittenOrders, events: PastEvents, asking: Asking, compiled: Compile, clock: Clock
    ) -> None:
        self._orders = orders
        self._events = events
        self._asking = asking
        self._compiled = compiled
        self._clock = clock

    async def of(
        self,
        campaign_id: CampaignId,
        caller: Caller,
        *,
        triggers: tuple[WrittenTrigger, ...] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> "Replay":
        """`triggers` None: the campaign's own. NotFoundError; InvalidError for a period that is none."""
        until = until or self._clock.now()
        since = since or until - _USUALLY
        if since >= until:
            raise InvalidError("Nothing can be replayed", (Violation("/since", "must be before until"),))
        orders = await self._orders.of(campaign_id, caller)
        asked = orders.triggers if triggers is None else triggers
        orders = replace(orders, triggers=asked, starts_at=None)  # the past was before any start
        replay = Replay(campaign_id, orders, self._asking, self._compiled, (since, until))
        async for moments in self._events.received(caller, replay.event_types, since, until, MOST_EVENTS):
            await replay.see(caller.tenant_id, moments, self._clock.now())
        return replay


class Replay:
    """One replay; events come in their order. `answered`: each event that somebody would have been written for."""

    def __init__(
        self,
        campaign_id: CampaignId,
        orders: TriggerOrders,
        asking: Asking,
        compiled: Compile,
        period: tuple[datetime, datetime],
    ) -> None:
        rules = rules_of(campaign_id, orders)
        self._orders = {campaign_id: orders}
        self._index = TriggerIndex(rules, compiled)
        self._listening = Counter(rule.event_type for rule in rules)
        self._asking = asking
        self._frequency = Frequency({})
        self._tally = Tally()
        self._examples: list[tuple[Decision, OutsideEvent]] = []
        self._period = period
        self.answered: list[tuple[Decision, OutsideEvent]] = []

    @property
    def event_types(self) -> list[str]:
        return sorted(self._listening)

    async def see(self, tenant_id: TenantId, moments: Sequence[Moment], now: datetime) -> None:
        matches = await self._asking.matches(tenant_id, self._index, moments)
        standing = await self._asking.standing(tenant_id, self._orders, matches, now)
        for event, at in moments:
            self._tally.saw(at)
            self._tally.unanswered(self._listening[event.event_type])
        for event, rule, at in matches:
            self._tally.unanswered(-1)
            person = standing[rule.campaign_id, event.user_id]
            self._note(decide(rule, event, person, self._frequency, at), event, at)

    def _note(self, decision: Decision, event: OutsideEvent, at: datetime) -> None:
        shown = len(self._tally.examples)
        self._tally.decided(decision, at)
        if len(self._tally.examples) > shown:
            self._examples.append((decision, event))
        if decision.due_at is not None:
            self.answered.append((decision, event))

    def found(self) -> Replayed:
        tally = self._tally
        events = sum(tally.events_by_day.values())
        return Replayed(
            since=self._period[0],
            until=self._period[1],
            events=events,
            complete=events < MOST_EVENTS,
            fired=tally.fired,
            people=len(tally.people),
            outcomes={outcome.wire_name: count for outcome, count in sorted(tally.outcomes.items()) if count},
            days=tuple(
                ReplayedDay(day=day, events=count, fired=tally.fired_by_day[day])
                for day, count in sorted(tally.events_by_day.items())
            ),
            examples=tuple(_line(*example) for example in self._examples),
        )


def _line(decision: Decision, event: OutsideEvent) -> ReplayedLine:
    return ReplayedLine(
        event_id=event.event_id,
        user_id=event.user_id,
        happened_at=event.at,
        trigger_id=decision.rule.trigger_id,
        outcome=decision.outcome.wire_name,
        due_at=decision.due_at,
    )
