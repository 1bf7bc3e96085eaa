"""A dry run of triggers over events of the past: nothing is decided, counted or sent."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from campaigns.application.shared.messages import Query
from campaigns.application.shared.ports import Clock
from campaigns.application.trigger.asking import Asking, Moment
from campaigns.application.trigger.replaying import PastEvents, Replayed, ReplayedDay, ReplayedLine, WrittenOrders
from campaigns.domain.shared.errors import InvalidError, Violation
from campaigns.domain.shared.ids import CampaignId
from campaigns.domain.trigger.deciding import Decision, decide
from campaigns.domain.trigger.events import OutsideEvent
from campaigns.domain.trigger.frequency import Frequency
from campaigns.domain.trigger.index import Compile, TriggerIndex
from campaigns.domain.trigger.rules import TriggerOrders, WrittenTrigger, rules_of
from campaigns.domain.trigger.tally import Tally

MOST_EVENTS = 100_000
_USUALLY = timedelta(days=7)


class ReplayTriggers(Query, frozen=True, kw_only=True):
    """`triggers` in place of the campaign's own; None: its own. Without instants the last seven days."""

    campaign_id: CampaignId
    triggers: tuple[WrittenTrigger, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


class ReplayTriggersHandler:
    def __init__(
        self, orders: WrittenOrders, events: PastEvents, asking: Asking, compiled: Compile, clock: Clock
    ) -> None:
        self._orders = orders
        self._events = events
        self._asking = asking
        self._compiled = compiled
        self._clock = clock

    async def __call__(self, query: ReplayTriggers) -> Replayed:
        orders = await self._orders.of(query.campaign_id, query.caller)
        asked = orders.triggers if query.triggers is None else query.triggers
        orders = replace(orders, triggers=asked, starts_at=None)  # the past was before any start
        replay = _Replay(query.campaign_id, orders, self._asking, self._compiled)
        until = query.until or self._clock.now()
        since = query.since or until - _USUALLY
        if since >= until:
            raise InvalidError("Nothing can be replayed", (Violation("/since", "is before `until`"),))
        async for moments in self._events.received(query.caller, replay.event_types, since, until, MOST_EVENTS):
            await replay.see(query, moments, self._clock.now())
        return replay.found(since, until)


class _Replay:
    """One replay; events come in their order."""

    def __init__(self, campaign_id: CampaignId, orders: TriggerOrders, asking: Asking, compiled: Compile) -> None:
        rules = rules_of(campaign_id, orders)
        self._orders = {campaign_id: orders}
        self._index = TriggerIndex(rules, compiled)
        self._listening = Counter(rule.event_type for rule in rules)
        self._asking = asking
        self._frequency = Frequency({})
        self._tally = Tally()
        self._examples: list[tuple[Decision, OutsideEvent]] = []

    @property
    def event_types(self) -> list[str]:
        return sorted(self._listening)

    async def see(self, query: ReplayTriggers, moments: Sequence[Moment], now: datetime) -> None:
        tenant_id = query.caller.tenant_id
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

    def found(self, since: datetime, until: datetime) -> Replayed:
        tally = self._tally
        events = sum(tally.events_by_day.values())
        return Replayed(
            since=since,
            until=until,
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
