"""Credits conversions to the messages that led to them."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from itertools import zip_longest
from uuid import UUID

from msgspec.structs import replace

from campaigns.application.analytics.ports import Fact, FactDetail, FactName
from campaigns.application.shared.ports import Clock
from campaigns.domain.analytics.attribution import AttributionModel, Credit, judged
from campaigns.infrastructure.analytics.ledger_facts import append_facts
from campaigns.infrastructure.analytics.touchpoints import SLICE, Touched, Waiting, touches_of
from campaigns.infrastructure.eventstore.news import News
from campaigns.infrastructure.nats.repeating import repeat
from campaigns.infrastructure.postgres.database import Database

_WAITING = """
    select tenant_id, source_event_id, user_id, event_type, at, amount, currency, campaign_id from conversions
     where attributed_at is null order by received_at limit %s for update skip locked"""
_DONE = """
    update conversions set attributed_at = %s
      from unnest(%s::text[], %s::text[]) as done (tenant_id, source_event_id)
     where conversions.tenant_id = done.tenant_id and conversions.source_event_id = done.source_event_id"""


class Attribution:
    """Works off conversions in groups; each group's credits and its end of waiting commit together."""

    def __init__(self, database: Database, clock: Clock, news: News) -> None:
        self._database = database
        self._news = news
        self._clock = clock

    async def run(self, stopping: asyncio.Event) -> None:
        await repeat(self.step, stopping=stopping, pulse=self._news, idle_seconds=0.5, name="attribution")

    async def step(self) -> int:
        """Attribute the next group; how many conversions it held."""
        async with self._database.system() as connection:
            rows = await (await connection.execute(_WAITING, (SLICE,))).fetchall()
            waiting = [Waiting(*row) for row in rows]
            if waiting:
                facts = _facts(waiting, await touches_of(connection, waiting))
                if facts:
                    await append_facts(connection, facts)
                keys = [[w.tenant_id for w in waiting], [w.event_id for w in waiting]]
                await connection.execute(_DONE, (self._clock.now(), *keys))
        return len(waiting)


def _facts(waiting: Sequence[Waiting], touches: Sequence[Touched]) -> list[Fact]:
    by_campaign: dict[tuple[int, UUID], list[Touched]] = defaultdict(list)
    for touch in touches:
        by_campaign[touch.number, touch.campaign_id].append(touch)
    return [fact for (number, _), found in sorted(by_campaign.items()) for fact in _credited(waiting[number], found)]


def _credited(conversion: Waiting, touches: Sequence[Touched]) -> list[Fact]:
    """The campaign's credits; of somebody held out the conversion is noted, so that the lift can be measured."""
    rule = touches[0]
    points = [touch.point for touch in touches]
    found = judged(points, conversion.at, rule.window_days, AttributionModel(rule.model))
    if found.held_out:
        return [_fact(conversion, found.held_out, FactDetail())]
    revenues = [str(revenue) for revenue in conversion.revenues(found.credits)]
    last = len(found.credits) - 1
    return [
        _fact(conversion, credit, FactDetail(weight=credit.weight, revenue=revenue, assisted=place < last or None))
        for place, (credit, revenue) in enumerate(zip_longest(found.credits, revenues))
    ]


def _fact(conversion: Waiting, credit: Credit, said: FactDetail) -> Fact:
    return Fact(
        execution_no=credit.execution_no,
        seq=credit.seq,
        name=FactName.CONVERTED,
        at=conversion.at,
        source_event_id=f"conversion:{conversion.event_id}",
        detail=replace(
            said,
            event_type=conversion.event_type,
            amount=None if conversion.amount is None else str(conversion.amount),
            currency=conversion.currency,
        ),
    )
