"""Outside events in Postgres: kept once, and put in line for their evaluation."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

import msgspec

from campaigns.application.trigger.ports import ReportedEvent
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.postgres.database import Database

# An id that is known, or named twice here, is kept once. What was evaluated before is put in line as repeated.
_ADD: LiteralString = """
with given as (
  select distinct on (event_id) * from unnest(%(ids)s::text[], %(types)s::text[], %(users)s::text[],
         %(at)s::timestamptz[], %(data)s::text[]) as given (event_id, event_type, user_id, at, data)
), added as (
  insert into outside_events (tenant_id, event_id, event_type, user_id, at, data, received_at)
  select %(tenant)s, event_id, event_type, user_id, at, data::jsonb, %(now)s from given
  on conflict (tenant_id, event_id) do nothing returning event_no, event_id
), queued as (
  insert into events_to_evaluate (tenant_id, event_no, log_position, repeated)
  select %(tenant)s, event_no, position, repeated from feed_head,
         (select event_no, false as repeated from added
          union all
          select event_no, true from outside_events known
           where known.tenant_id = %(tenant)s and known.event_id in (select event_id from given)) line
  on conflict (tenant_id, event_no) do nothing
), told as (
  select pg_notify('outside_events', '')
)
select count(*) from added cross join told"""


class PostgresOutsideEvents:
    """`OutsideEvents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, tenant_id: TenantId, events: Sequence[ReportedEvent], received_at: datetime) -> int:
        columns = {
            "ids": [event.event_id for event in events],
            "types": [event.event_type for event in events],
            "users": [event.user_id for event in events],
            "at": [event.at for event in events],
            "data": [msgspec.json.encode(event.data).decode() for event in events],
        }
        async with self._database.tenant(tenant_id) as connection:
            asked = columns | {"tenant": tenant_id, "now": received_at}
            row = await (await connection.execute(_ADD, asked)).fetchone()
        return int(row[0]) if row else 0
