"""What the scheduler has to look after."""

from collections.abc import Sequence
from typing import LiteralString

from campaigns.application.delivery.running import OpenExecution
from campaigns.domain.shared.ids import ExecutionId, TenantId
from campaigns.infrastructure.postgres.database import Database

_TO_PLAN: LiteralString = """
select execution_id, tenant_id from executions
 where status = 'pending' and planned_for <= now() order by planned_for, execution_id limit %s"""

_TO_COMPLETE: LiteralString = """
select execution_id, tenant_id from executions e
 where status = 'running'
   and not exists (select from batches b where b.execution_no = e.execution_no and b.state in ('waiting', 'sending'))
 order by execution_no limit %s"""

_TO_PACE_AGAIN: LiteralString = """
select execution_id, tenant_id from executions e
 where status = 'running' and lateness is not null and (held_until is null or held_until <= now())
   and exists (select from batches b where b.execution_no = e.execution_no and b.state = 'waiting'
                  and b.release_at <= now() - e.lateness and b.batch_no <= coalesce(e.canary_to, b.batch_no)
                  and not (e.rest_held and b.seq_from >= 1073741824))
 order by execution_no limit %s"""


class PostgresWaitingWork:
    """Reads across tenants, as the system."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def to_plan(self, limit: int) -> Sequence[OpenExecution]:
        return await self._read(_TO_PLAN, limit)

    async def to_complete(self, limit: int) -> Sequence[OpenExecution]:
        return await self._read(_TO_COMPLETE, limit)

    async def to_pace_again(self, limit: int) -> Sequence[OpenExecution]:
        return await self._read(_TO_PACE_AGAIN, limit)

    async def _read(self, statement: LiteralString, limit: int) -> Sequence[OpenExecution]:
        async with self._database.system_statement() as connection:
            rows = await (await connection.execute(statement, (limit,))).fetchall()
        return [OpenExecution(ExecutionId(row[0]), TenantId(row[1])) for row in rows]
