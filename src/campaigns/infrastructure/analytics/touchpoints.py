"""The messages that may have led to conversions."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.domain.shared.skip_reasons import SkipReason

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
                               and (%s::uuid is null or r.campaign_id = %s)
       cross join lateral executions_reaching(r.campaign_id, w.user_id) e
       where e.execution_no is not null and e.created_at <= w.at
    ), planned as materialized (
      select asked.execution_no, asked.user_id, found.seq, m.channel, m.reason, m.variant
        from (select distinct execution_no, user_id from runs) asked
       cross join lateral seq_in_plan(asked.execution_no, asked.user_id) found (seq)
       cross join lateral message_at(asked.execution_no, found.seq) m
    )
    select runs.number, runs.campaign_id, runs.model, runs.window_days, m.execution_no, m.seq, m.reason, m.variant,
           f.at
      from runs join planned m on m.execution_no = runs.execution_no and m.user_id = runs.user_id
      left join message_facts f on f.execution_no = m.execution_no and f.seq = m.seq and f.kind in (6, 21)
    union all
    select runs.number, runs.campaign_id, runs.model, runs.window_days, m.execution_no, m.seq, m.reason, m.variant,
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
_CHANNELS = [CHANNELS_BY_NUMBER[number].value for number in range(len(CHANNELS_BY_NUMBER))]


class Waiting(Struct, frozen=True):
    """What somebody did outside, as it was told. Without a campaign: every campaign that counts this event type."""

    tenant_id: str
    event_id: str
    user_id: str
    event_type: str
    at: datetime
    amount: Decimal | None
    currency: str | None
    campaign_id: UUID | None


class Touched(Struct, frozen=True):
    """A message of the person who did it; `number` is the place of the conversion among those asked for."""

    number: int
    campaign_id: UUID
    model: str
    window_days: int
    execution_no: int
    seq: int
    reason: int
    variant: int
    at: datetime | None

    @property
    def is_held_out(self) -> bool:
        """Whether nothing was sent on purpose: by the holdout, or by the control among the variants."""
        return self.reason in (SkipReason.HOLDOUT, SkipReason.CONTROL)


async def touches_of(
    connection: AsyncConnection, waiting: Sequence[Waiting], campaign_id: UUID | None = None
) -> list[Touched]:
    """Of all campaigns that count these conversions, or of one."""
    names = ("tenant_id", "user_id", "event_type", "at", "campaign_id")
    columns: list[list[Any]] = [[getattr(w, name) for w in waiting] for name in names]
    asked = (list(range(len(waiting))), *columns, campaign_id, campaign_id, _CHANNELS)
    return [Touched(*row) for row in await (await connection.execute(_TOUCHES, asked)).fetchall()]
