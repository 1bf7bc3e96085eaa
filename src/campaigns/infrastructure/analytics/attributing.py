"""Credits conversions to the messages that led to them."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.application.analytics.ports import Fact, FactDetail, FactName
from campaigns.application.shared.ports import Clock
from campaigns.domain.analytics.attribution import AttributionModel, Touchpoint, shares
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.infrastructure.analytics.ledger_facts import append_facts
from campaigns.infrastructure.nats.repeating import repeat
from campaigns.infrastructure.postgres.database import Database

_GROUP = 500
_WAITING = """
    select tenant_id, source_event_id, user_id, event_type, at, amount, currency, campaign_id from conversions
     where attributed_at is null order by received_at limit %s for update skip locked"""
# Who was delivered to or clicked was touched; where nobody reports deliveries, who was sent to and did not bounce.
_TOUCHES = """
    with wanted as (
      select * from unnest(%s::integer[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::uuid[])
             as w (number, tenant_id, user_id, event_type, at, campaign_id)
    ), runs as (
      select w.number, w.user_id, w.at, r.campaign_id, r.model, r.window_days, e.execution_no,
             coalesce(e.brief->'unreported', '[]') as unreported
        from wanted w
        join conversion_rules r on r.tenant_id = w.tenant_id and r.event_type = w.event_type
                               and (w.campaign_id is null or r.campaign_id = w.campaign_id)
        join executions e on e.campaign_id = r.campaign_id and e.execution_no is not null and e.created_at <= w.at
    ), planned as materialized (
      select asked.execution_no, asked.user_id, found.seq, m.channel, m.reason
        from (select distinct execution_no, user_id from runs) asked
       cross join lateral seq_in_plan(asked.execution_no, asked.user_id) found (seq)
       cross join lateral message_at(asked.execution_no, found.seq) m
    )
    select runs.number, runs.campaign_id, runs.model, runs.window_days, m.execution_no, m.seq, m.reason, f.at
      from runs join planned m on m.execution_no = runs.execution_no and m.user_id = runs.user_id
      left join message_facts f on f.execution_no = m.execution_no and f.seq = m.seq and f.kind in (6, 21)
    union all
    select runs.number, runs.campaign_id, runs.model, runs.window_days, m.execution_no, m.seq, m.reason,
           coalesce(f.at, stretch.at)
      from runs join planned m on m.execution_no = runs.execution_no and m.user_id = runs.user_id
      left join lateral (select at from message_facts
                          where execution_no = m.execution_no and seq = m.seq and kind = 1
                          order by append_no desc limit 1) f on true
      left join lateral (select at, seq_to from message_ranges
                          where execution_no = m.execution_no and seq_from <= m.seq
                          order by seq_from desc limit 1) stretch on stretch.seq_to >= m.seq
     where runs.unreported ? (%s::text[])[m.channel + 1]
       and not exists (select from message_facts
                        where execution_no = m.execution_no and seq = m.seq and kind in (2, 6, 7))"""
_DONE = """
    update conversions set attributed_at = %s
      from unnest(%s::text[], %s::text[]) as done (tenant_id, source_event_id)
     where conversions.tenant_id = done.tenant_id and conversions.source_event_id = done.source_event_id"""
_HOLDOUT = 1
_CHANNELS = [CHANNELS_BY_NUMBER[number].value for number in range(len(CHANNELS_BY_NUMBER))]


class _Waiting(Struct, frozen=True):
    tenant_id: str
    event_id: str
    user_id: str
    event_type: str
    at: datetime
    amount: Decimal | None
    currency: str | None
    campaign_id: UUID | None


class _Touch(Struct, frozen=True):
    number: int
    campaign_id: UUID
    model: str
    window_days: int
    execution_no: int
    seq: int
    reason: int
    at: datetime | None


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
            waiting = [_Waiting(*row) for row in rows]
            if waiting:
                facts = _facts(waiting, await _touches(connection, waiting))
                if facts:
                    await append_facts(connection, facts)
                keys = [[w.tenant_id for w in waiting], [w.event_id for w in waiting]]
                await connection.execute(_DONE, (self._clock.now(), *keys))
        return len(waiting)


async def _touches(connection: AsyncConnection, waiting: Sequence[_Waiting]) -> list[_Touch]:
    names = ("tenant_id", "user_id", "event_type", "at", "campaign_id")
    columns: list[list[Any]] = [[getattr(w, name) for w in waiting] for name in names]
    cursor = await connection.execute(_TOUCHES, (list(range(len(waiting))), *columns, _CHANNELS))
    return [_Touch(*row) for row in await cursor.fetchall()]


def _facts(waiting: Sequence[_Waiting], touches: Sequence[_Touch]) -> list[Fact]:
    by_campaign: dict[tuple[int, UUID], list[_Touch]] = defaultdict(list)
    for touch in touches:
        by_campaign[touch.number, touch.campaign_id].append(touch)
    return [fact for (number, _), found in sorted(by_campaign.items()) for fact in _credited(waiting[number], found)]


def _credited(conversion: _Waiting, touches: Sequence[_Touch]) -> list[Fact]:
    """The campaign's credits; of somebody held out the conversion is noted, so that the lift can be measured."""
    first = touches[0]
    if held_out := [touch for touch in touches if touch.reason == _HOLDOUT]:
        return [_fact(conversion, held_out[0].execution_no, held_out[0].seq, None)]
    points = [Touchpoint(t.execution_no, t.seq, t.at) for t in touches if t.at is not None]
    credited = shares(points, conversion.at, first.window_days, AttributionModel(first.model))
    return [
        _fact(conversion, share.execution_no, share.seq, share.weight, assisted=share is not credited[-1])
        for share in credited
    ]


def _fact(conversion: _Waiting, execution_no: int, seq: int, weight: int | None, *, assisted: bool = False) -> Fact:
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
