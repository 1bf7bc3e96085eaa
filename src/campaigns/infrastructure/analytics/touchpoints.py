"""The messages that may have led to conversions."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.domain.analytics.attribution import Credit, Touchpoint, parts_of
from campaigns.domain.delivery.numbers import CHANNELS_BY_NUMBER
from campaigns.domain.shared.skip_reasons import SkipReason

SLICE = 250
"""Conversions a statement: what one takes must not grow with the history."""
_HELD_OUT = (SkipReason.HOLDOUT, SkipReason.CONTROL)

# Who was delivered to or clicked was touched; where nobody reports deliveries, who was sent to and did not bounce. Who
# is held out counts from when the sending began. Everything is looked up by its key: there is no join to plan wrongly.
_TOUCHES = """
    select w.number, r.campaign_id, r.model, r.window_days, e.execution_no, found.seq, m.reason = any(%(held_out)s),
           m.variant, touch.at
      from unnest(%(numbers)s::integer[], %(tenants)s::text[], %(users)s::text[], %(types)s::text[],
                  %(instants)s::timestamptz[], %(campaigns)s::uuid[])
           as w (number, tenant_id, user_id, event_type, at, campaign_id)
      join conversion_rules r on r.tenant_id = w.tenant_id and r.event_type = w.event_type
                             and (w.campaign_id is null or r.campaign_id = w.campaign_id)
                             and (%(only)s::uuid is null or r.campaign_id = %(only)s)
     cross join lateral executions_reaching(r.campaign_id, w.user_id) e
     cross join lateral seq_in_plan(e.execution_no, w.user_id) found (seq)
     cross join lateral message_at(e.execution_no, found.seq) m
     cross join lateral (
           select f.at from message_facts f
            where f.execution_no = e.execution_no and f.seq = found.seq and f.kind in (6, 21)
           union all
           select coalesce((select f.at from message_facts f
                             where f.execution_no = e.execution_no and f.seq = found.seq and f.kind = 1
                             order by f.append_no desc limit 1),
                           (select stretch.at from (select at, seq_to from message_ranges
                                                     where execution_no = e.execution_no and seq_from <= found.seq
                                                     order by seq_from desc limit 1) stretch
                             where stretch.seq_to >= found.seq))
            where coalesce(e.brief->'unreported', '[]') ? (%(channels)s::text[])[m.channel + 1]
              and not exists (select from message_facts f
                               where f.execution_no = e.execution_no and f.seq = found.seq and f.kind in (2, 6, 7))
           union all
           select coalesce(e.started_at, e.created_at) where m.reason = any(%(held_out)s)) touch
     where e.execution_no is not null and e.created_at <= w.at and touch.at is not null"""
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

    def revenues(self, credited: Sequence[Credit]) -> list[Decimal]:
        """What each of the credits is worth; none when nobody was credited or nothing was paid."""
        if not credited or self.amount is None or self.currency is None:
            return []
        return parts_of(self.amount, self.currency, credited)


class Touched(Struct, frozen=True):
    """A message of the person who did it; `number` is the place of the conversion among those asked for."""

    number: int
    campaign_id: UUID
    model: str
    window_days: int
    execution_no: int
    seq: int
    held_out: bool
    variant: int
    at: datetime

    @property
    def point(self) -> Touchpoint:
        return Touchpoint(self.execution_no, self.seq, self.at, self.held_out)


async def touches_of(
    connection: AsyncConnection, waiting: Sequence[Waiting], campaign_id: UUID | None = None
) -> list[Touched]:
    """Of all campaigns that count these conversions, or of one. Give it a SLICE at a time.

    As the system: below row-level security every look at a plan would go through all executions of the tenant.
    """
    columns: dict[str, list[Any]] = {
        "numbers": list(range(len(waiting))),
        "tenants": [one.tenant_id for one in waiting],
        "users": [one.user_id for one in waiting],
        "types": [one.event_type for one in waiting],
        "instants": [one.at for one in waiting],
        "campaigns": [one.campaign_id for one in waiting],
    }
    asked = {**columns, "only": campaign_id, "channels": _CHANNELS, "held_out": [int(reason) for reason in _HELD_OUT]}
    return [Touched(*row) for row in await (await connection.execute(_TOUCHES, asked)).fetchall()]
