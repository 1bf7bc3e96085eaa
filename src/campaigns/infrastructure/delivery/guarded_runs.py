"""How running executions stand against their guardrails, from the counters of batches and the folded figures."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from campaigns.application.delivery.guarding import WatchedRun
from campaigns.domain.delivery.guardrails import CanaryState, GuardedRun, RunFigures
from campaigns.domain.shared.guardrails import Guardrails
from campaigns.domain.shared.ids import ExecutionId, TenantId
from campaigns.infrastructure.delivery.pacing_again import pace_again
from campaigns.infrastructure.postgres.database import Database

# Runs of triggered campaigns are small: they are judged together, those of the last day since somebody resumed one.
_FIGURES: LiteralString = """
 cross join lateral (
       select case when e.kind <> 'triggered' then array[e.execution_no] else array(
              select r.execution_no from executions r
               where r.tenant_id = e.tenant_id and r.campaign_id = e.campaign_id and r.kind = 'triggered'
                 and r.execution_no is not null and r.created_at > now() - interval '1 day'
                 and (r.execution_id = e.execution_id or r.created_at > coalesce((
                      select max(a.created_at) from executions a
                       where a.tenant_id = e.tenant_id and a.campaign_id = e.campaign_id
                         and a.acknowledged is not null), '-infinity'))) end as numbers) judged
 cross join lateral (
       select coalesce(sum(sent), 0)::bigint as sent, coalesce(sum(failed), 0)::bigint as failed,
              coalesce(sum(uncertain), 0)::bigint as uncertain,
              coalesce(sum(seq_to - seq_from + 1) filter (where batch_no <= e.canary_to), 0)::bigint as canary_size,
              count(*) filter (where batch_no <= e.canary_to and state in ('waiting', 'sending')) = 0 as canary_ended
         from batches where execution_no = any(judged.numbers)) counted
 cross join lateral (
       select coalesce(sum(uniques) filter (where kind in ('bounced_hard', 'bounced_soft')), 0)::bigint as bounced,
              coalesce(sum(uniques) filter (where kind = 'complained'), 0)::bigint as complained,
              coalesce(sum(uniques) filter (where kind = 'unsubscribed'), 0)::bigint as unsubscribed
         from campaign_metrics join metric_generations on generation = active
        where campaign_id = e.campaign_id and execution_no = any(judged.numbers)) told"""

_RUNNING: LiteralString = f"""
select e.execution_id, e.tenant_id, e.guardrails, e.acknowledged, e.canary_to, e.canary_until,
       counted.sent, counted.failed, counted.uncertain, told.bounced, told.complained, told.unsubscribed,
       counted.canary_size, counted.canary_ended
  from executions e {_FIGURES}
 where e.status = 'running' and (e.guardrails is not null or e.canary_to is not null)
 order by e.execution_no"""

# Whoever resumes what a guardrail held has seen these figures.
_ACKNOWLEDGE: LiteralString = f"""
update executions set breached = false, acknowledged = known.figures
  from (select e.execution_id, jsonb_build_object(
               'sent', counted.sent, 'failed', counted.failed, 'uncertain', counted.uncertain,
               'bounced', told.bounced, 'complained', told.complained, 'unsubscribed', told.unsubscribed) as figures
          from executions e {_FIGURES} where e.execution_id = %(id)s and e.breached) known
 where executions.execution_id = known.execution_id"""

_AWAIT: LiteralString = """
update executions set canary_until = %(until)s, waiting_for = %(because)s
 where execution_id = %(id)s and canary_to is not null and canary_until is null"""

_RELEASE: LiteralString = """
update executions set canary_to = null, waiting_for = null
 where execution_id = %(id)s and canary_to is not null and status = 'running'"""


class PostgresGuardedRuns:
    """Reads and acts across tenants, as the system."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def running(self) -> Sequence[WatchedRun]:
        async with self._database.system_statement() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = await (await cursor.execute(_RUNNING)).fetchall()
        return [_watched(row) for row in rows]

    async def judge_canary_at(self, execution_id: ExecutionId, until: datetime, size: int) -> None:
        because = f"the figures of its canary ({size} messages), judged at {until:%Y-%m-%dT%H:%M:%SZ}"
        async with self._database.system() as connection:
            await connection.execute(_AWAIT, {"id": execution_id, "until": until, "because": because})

    async def release_rest(self, execution_id: ExecutionId, now: datetime) -> None:
        async with self._database.system() as connection:
            released = await connection.execute(_RELEASE, {"id": execution_id})
            if released.rowcount:
                await pace_again(connection, execution_id, now)


async def acknowledge_figures(connection: AsyncConnection, execution_id: ExecutionId) -> None:
    """What a guardrail held goes on: only what comes from now on counts. Changes nothing where none held it."""
    await connection.execute(_ACKNOWLEDGE, {"id": execution_id})


def _watched(row: Mapping[str, Any]) -> WatchedRun:
    canary = CanaryState(size=row["canary_size"], ended=row["canary_ended"], until=row["canary_until"])
    run = GuardedRun(
        guardrails=msgspec.convert(row["guardrails"] or {}, Guardrails),
        figures=RunFigures(**{name: row[name] for name in RunFigures.__struct_fields__}),
        acknowledged=msgspec.convert(row["acknowledged"] or {}, RunFigures),
        canary=None if row["canary_to"] is None else canary,
    )
    return WatchedRun(execution_id=ExecutionId(row["execution_id"]), tenant_id=TenantId(row["tenant_id"]), run=run)
