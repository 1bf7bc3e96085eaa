"""Credits conversions to the messages that led to them."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from campaigns.application.analytics.ports import Fact, FactDetail, FactName
from campaigns.application.shared.ports import Clock
from campaigns.domain.analytics.attribution import AttributionModel, Touchpoint, shares
from campaigns.infrastructure.analytics.ledger_facts import append_facts
from campaigns.infrastructure.analytics.touchpoints import Touched, Waiting, touches_of
from campaigns.infrastructure.nats.repeating import repeat
from campaigns.infrastructure.postgres.database import Database

_GROUP = 500
_WAITING = """
    select tenant_id, source_event_id, user_id, event_type, at, amount, currency, campaign_id from conversions
     where attributed_at is null order by received_at limit %s for update skip locked"""
_DONE = """
    update conversions set attributed_at = %s
      from unnest(%s::text[], %s::text[]) as done (tenant_id, source_event_id)
     where conversions.tenant_id = done.tenant_id and conversions.source_event_id = done.source_event_id"""


class Attribution:
    """Works off conversions in groups; each group's credits and its end of waiting commit together."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self, stopping: asyncio.Event) -> None:
        await repeat(self.step, stopping=stopping, idle_seconds=0.5, name="attribution")

    async def step(self) -> int:
        """Attribute the next group; how many conversions it held."""
        async with self._database.system() as connection:
            rows = await (await connection.execute(_WAITING, (_GROUP,))).fetchall()
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
    first = touches[0]
    if held_out := [touch for touch in touches if touch.is_held_out]:
        return [_fact(conversion, held_out[0].execution_no, held_out[0].seq, None)]
    points = [Touchpoint(t.execution_no, t.seq, t.at) for t in touches if t.at is not None]
    credited = shares(points, conversion.at, first.window_days, AttributionModel(first.model))
    return [
        _fact(conversion, share.execution_no, share.seq, share.weight, assisted=share is not credited[-1])
        for share in credited
    ]


def _fact(conversion: Waiting, execution_no: int, seq: int, weight: int | None, *, assisted: bool = False) -> Fact:
    return Fact(
        execution_no=execution_no,
        seq=seq,
        name=FactName.CONVERTED,
        at=conversion.at,
        source_event_id=f"conversion:{conversion.event_id}",
        detail=FactDetail(
            event_type=conversion.event_type,
            weight=weight,
            assisted=assisted or None,
            amount=None if conversion.amount is None else str(conversion.amount),
            currency=conversion.currency,
        ),
    )
