"""What triggers have decided and not yet done, from the ledger of decisions."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, LiteralString

from psycopg import AsyncConnection

from campaigns.application.trigger.ports import Due, DueCampaign, Judged
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId
from campaigns.domain.trigger.events import OutsideEvent
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.infrastructure.postgres.database import Database

_AT_ONCE = 10_000
_CAMPAIGNS: LiteralString = """
select b.tenant_id, b.campaign_id from trigger_books b left join trigger_gatherings g on g.campaign_id = b.campaign_id
 where b.until is null and b.active
   and (g.campaign_id is null or (g.gathered_at <= %(before)s and g.execution_id is null))
   and exists (select from trigger_decisions d where d.campaign_id = b.campaign_id and d.due_at <= %(now)s
                  and d.due_at is not null and d.execution_id is null)
 order by g.gathered_at nulls first, b.campaign_id"""
_ALONE: LiteralString = """
insert into trigger_gatherings as last (tenant_id, campaign_id, gathered_at) values (%(tenant)s, %(campaign)s, %(now)s)
on conflict (campaign_id) do update set gathered_at = excluded.gathered_at
   where last.gathered_at <= %(before)s and last.execution_id is null"""
# A plan holds each person once: whatever else is due for them belongs to the next run.
_DUE: LiteralString = """
select distinct on (d.user_id) d.trigger_id, d.outcome, d.event_no, coalesce(e.event_id, ''),
       coalesce(e.event_type, ''), d.user_id, coalesce(e.at, d.at), coalesce(e.data, '{}')
  from (select * from trigger_decisions
         where campaign_id = %(campaign)s and due_at <= %(now)s and due_at is not null and execution_id is null
         order by due_at limit %(limit)s for update) d
  left join outside_events e on e.event_no = d.event_no
 order by d.user_id, d.due_at, d.event_no"""
_TAKE: LiteralString = """
update trigger_decisions d set execution_id = %(execution)s
  from unnest(%(triggers)s::uuid[], %(events)s::bigint[]) as taken (trigger_id, event_no)
 where d.trigger_id = taken.trigger_id and d.event_no = taken.event_no and d.repeat = 0"""
_PUT_OFF: LiteralString = """
update trigger_decisions d set outcome = judged.outcome, due_at = judged.due_at
  from unnest(%(triggers)s::uuid[], %(events)s::bigint[], %(outcomes)s::smallint[], %(due)s::timestamptz[])
       as judged (trigger_id, event_no, outcome, due_at)
 where d.trigger_id = judged.trigger_id and d.event_no = judged.event_no and d.repeat = 0"""
_TO_BEGIN: LiteralString = "update trigger_gatherings set execution_id = %(execution)s where campaign_id = %(campaign)s"
_WITHOUT_RUN: LiteralString = """
select tenant_id, campaign_id, execution_id from trigger_gatherings where execution_id is not null"""
_BEGUN: LiteralString = """
update trigger_gatherings set execution_id = null where campaign_id = %(campaign)s and execution_id = %(execution)s"""


class PostgresGathering:
    """One campaign's, within the transaction that holds it."""

    def __init__(self, connection: AsyncConnection, campaign: DueCampaign, due: Sequence[Due]) -> None:
        self._connection = connection
        self._campaign = campaign
        self.due = due

    async def take(self, execution_id: ExecutionId, taken: Sequence[Due], put_off: Sequence[Judged]) -> None:
        if taken:
            asked = _keys(taken) | {"execution": execution_id, "campaign": self._campaign.campaign_id}
            await self._connection.execute(_TAKE, asked)
            await self._connection.execute(_TO_BEGIN, asked)
        if put_off:
            judged: dict[str, Any] = {
                "outcomes": [one.outcome.value for one in put_off],
                "due": [one.due_at for one in put_off],
            }
            await self._connection.execute(_PUT_OFF, _keys([one.due for one in put_off]) | judged)


class PostgresGatherings:
    """`Gatherings`. Of one campaign, gatherings begin at most every `seconds`."""

    def __init__(self, database: Database, *, seconds: float) -> None:
        self._database = database
        self._pause = timedelta(seconds=seconds)

    async def campaigns(self, now: datetime) -> Sequence[DueCampaign]:
        async with self._database.system_statement() as connection:
            asked = {"now": now, "before": now - self._pause}
            rows = await (await connection.execute(_CAMPAIGNS, asked)).fetchall()
        return [DueCampaign(TenantId(row[0]), CampaignId(row[1])) for row in rows]

    @asynccontextmanager
    async def open(self, campaign: DueCampaign, now: datetime) -> AsyncIterator[PostgresGathering | None]:
        asked = {"tenant": campaign.tenant_id, "campaign": campaign.campaign_id, "now": now, "limit": _AT_ONCE}
        async with self._database.system() as connection:
            alone = await connection.execute(_ALONE, asked | {"before": now - self._pause})
            rows = await (await connection.execute(_DUE, asked)).fetchall() if alone.rowcount else []
            yield PostgresGathering(connection, campaign, [_due(row) for row in rows]) if rows else None

    async def without_run(self) -> Sequence[tuple[DueCampaign, ExecutionId]]:
        async with self._database.system_statement() as connection:
            rows = await (await connection.execute(_WITHOUT_RUN)).fetchall()
        return [(DueCampaign(TenantId(row[0]), CampaignId(row[1])), ExecutionId(row[2])) for row in rows]

    async def begun(self, campaign: DueCampaign, execution_id: ExecutionId) -> None:
        async with self._database.system_statement() as connection:
            asked = {"campaign": campaign.campaign_id, "execution": execution_id}
            await connection.execute(_BEGUN, asked)


def _due(row: Sequence[Any]) -> Due:
    return Due(OutsideEvent(*row[2:]), row[0], Outcome(row[1]))


def _keys(due: Sequence[Due]) -> dict[str, Any]:
    return {"triggers": [one.trigger_id for one in due], "events": [one.event.event_no for one in due]}
