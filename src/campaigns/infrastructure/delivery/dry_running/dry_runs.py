"""Dry runs in Postgres, and the queue that the desk works off."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg.errors import UniqueViolation
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from campaigns.application.delivery.dry_running.forecasts import DryRun, Forecast
from campaigns.domain.delivery.errors import DryRunNotFoundError, DryRunUnderWayError
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.postgres.announcing import announce_work
from campaigns.infrastructure.postgres.database import Database

KEPT = 20
"""Finished dry runs of one campaign; older ones go when a new one is asked for."""

_SHORT: LiteralString = """dry_run_id as id, tenant_id, campaign_id, status, sample, since, until,
    people, expected, attempts, requested_by, created_at, started_at, finished_at, error"""
_QUEUE: LiteralString = """
insert into dry_runs (tenant_id, dry_run_id, campaign_id, status, sample, since, until, requested_by, created_at)
values (%(tenant_id)s, %(id)s, %(campaign_id)s, 'pending', %(sample)s, %(since)s, %(until)s, %(requested_by)s,
        %(created_at)s)"""
_FORGET: LiteralString = """
delete from dry_runs where dry_run_id in (
  select dry_run_id from dry_runs where campaign_id = %s and status in ('completed', 'failed')
   order by created_at desc, dry_run_id offset %s)"""
_ONE: LiteralString = f"select {_SHORT}, forecast from dry_runs where campaign_id = %s and dry_run_id = %s"
_ALL: LiteralString = f"select {_SHORT} from dry_runs where campaign_id = %s order by created_at desc, dry_run_id"
_LAST: LiteralString = f"""
select {_SHORT}, forecast from dry_runs
 where campaign_id = %s and status = 'completed' and finished_at <= %s order by finished_at desc limit 1"""
_CLAIM: LiteralString = f"""
update dry_runs set status = 'running', attempts = attempts + 1, started_at = coalesce(started_at, now()), people = 0,
       lease_until = now() + interval '30 seconds'
 where dry_run_id = (select dry_run_id from dry_runs
                      where status = 'pending' or (status = 'running' and lease_until < now())
                      order by created_at limit 1 for update skip locked)
returning {_SHORT}"""
_REPORT: LiteralString = """
update dry_runs set people = %s, expected = coalesce(%s, expected), lease_until = now() + interval '30 seconds'
 where dry_run_id = %s and status = 'running' and attempts = %s"""
_FINISH: LiteralString = """
update dry_runs set status = %(status)s, forecast = %(forecast)s, error = %(error)s, finished_at = %(at)s,
       people = coalesce(%(people)s, people), lease_until = null
 where dry_run_id = %(id)s and status = 'running' and attempts = %(attempts)s"""
_ATTEMPTS = 3


class PostgresDryRuns:
    """`DryRuns`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def queue(self, dry_run: DryRun) -> None:
        row = {name: getattr(dry_run, name) for name in DryRun.__struct_fields__ if name != "forecast"}
        try:
            async with self._database.tenant(dry_run.tenant_id) as connection:
                await connection.execute(_FORGET, (dry_run.campaign_id, KEPT - 1))
                await connection.execute(_QUEUE, row)
                await announce_work(connection)
        except UniqueViolation as taken:
            raise DryRunUnderWayError("A dry run of this campaign has not finished yet.") from taken

    async def get(self, tenant_id: TenantId, campaign_id: CampaignId, dry_run_id: UUID) -> DryRun:
        return await self._one(tenant_id, _ONE, (campaign_id, dry_run_id))

    async def of(self, tenant_id: TenantId, campaign_id: CampaignId) -> Sequence[DryRun]:
        async with self._database.tenant(tenant_id) as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_read(row) for row in await (await cursor.execute(_ALL, (campaign_id,))).fetchall()]

    async def last_before(self, tenant_id: TenantId, campaign_id: CampaignId, at: datetime) -> DryRun:
        return await self._one(tenant_id, _LAST, (campaign_id, at))

    async def claim(self) -> DryRun | None:
        async with self._database.system_statement() as connection, connection.cursor(row_factory=dict_row) as cursor:
            row = await (await cursor.execute(_CLAIM)).fetchone()
        if row is None:
            return None
        dry_run = _read(row)
        if dry_run.attempts > _ATTEMPTS:
            started = dry_run.started_at or dry_run.created_at
            await self.finish(dry_run, None, "the dry run was interrupted three times", started)
            return None
        return dry_run

    async def report(self, dry_run: DryRun, people: int, expected: int | None) -> None:
        async with self._database.system() as connection:
            await connection.execute(_REPORT, (people, expected, dry_run.id, dry_run.attempts))

    async def finish(self, dry_run: DryRun, forecast: Forecast | None, error: str | None, at: datetime) -> None:
        named = {
            "status": "failed" if error else "completed",
            "forecast": Jsonb(msgspec.to_builtins(forecast)) if forecast else None,
            "people": forecast.counted.audience if forecast and forecast.counted else None,
            "error": error,
            "at": at,
            "id": dry_run.id,
            "attempts": dry_run.attempts,
        }
        async with self._database.system() as connection:
            await connection.execute(_FINISH, named)

    async def _one(self, tenant_id: TenantId, statement: LiteralString, asked: tuple[Any, ...]) -> DryRun:
        async with self._database.tenant(tenant_id) as connection, connection.cursor(row_factory=dict_row) as cursor:
            row = await (await cursor.execute(statement, asked)).fetchone()
        if row is None:
            raise DryRunNotFoundError("The campaign has no such dry run.")
        return _read(row)


def _read(row: Mapping[str, Any]) -> DryRun:
    return msgspec.convert(row, DryRun)
