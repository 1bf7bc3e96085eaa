"""Executions: their events, and the row beside them, in one transaction."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import msgspec
from msgspec import structs
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Receipt
from campaigns.domain.delivery.accounting import Accounting
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.errors import ExecutionNotFoundError
from campaigns.domain.delivery.events import (
    ExecutionCancelled,
    ExecutionCompleted,
    ExecutionCreated,
    ExecutionEvent,
    ExecutionFailed,
    ExecutionPaused,
    ExecutionResumed,
    ExecutionTestSettled,
)
from campaigns.domain.delivery.execution import Execution, evolve
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId
from campaigns.infrastructure.delivery.guarded_runs import acknowledge_figures
from campaigns.infrastructure.delivery.pacing_again import pace_again
from campaigns.infrastructure.delivery.rest_of_tests import settle_test
from campaigns.infrastructure.eventstore.store import EventStore
from campaigns.infrastructure.postgres.database import Database

_INSERT: LiteralString = """
insert into executions (tenant_id, execution_id, campaign_id, kind, status, planned_for, created_at)
values (%(tenant_id)s, %(id)s, %(campaign_id)s, %(kind)s, 'pending', %(planned_for)s, %(at)s)
on conflict (execution_id) do nothing"""

_UPDATE: LiteralString = """
update executions set status = %(status)s, detail = %(detail)s, waiting_for = null, held_until = null,
       breached = breached or %(breached)s,
       finished_at = case when %(ended)s then %(at)s else finished_at end
 where execution_id = %(id)s"""

# What waits is never sent; batches that a worker holds are ended by that worker, or when its lease has run out.
_CANCEL: LiteralString = """
update batches set state = 'cancelled', cancelled = seq_to - intended_to + deferred, deferred = 0, resend = false
 where execution_no = %s and state = 'waiting'"""

_BRIEF: LiteralString = "select brief from executions where execution_id = %s for update"
_NEXT_EDITION: LiteralString = """
update executions set brief = %(brief)s, edition = %(edition)s where execution_id = %(id)s"""

_OPEN: LiteralString = """
select execution_id from executions
 where campaign_id = %s and status in ('pending', 'running', 'paused') order by created_at, execution_id"""

_ACCOUNTING: LiteralString = """
select audience, holdout, control, skipped, waiting, sending, sent, failed, uncertain, cancelled
  from execution_accounting where execution_id = %s"""


class PostgresExecutions:
    """The repository of executions."""

    def __init__(self, store: EventStore[Execution], database: Database) -> None:
        self._store = store
        self._database = database

    async def get(self, execution_id: ExecutionId, caller: Caller) -> Execution:
        return await self._store.load(execution_id, caller, fresh=True)

    async def record(self, before: Execution | None, events: Sequence[ExecutionEvent], caller: Caller) -> Receipt:
        if before is not None and not events:
            return Receipt(id=before.id, version=before.version, position=0)
        async with self._database.system() as connection:
            state = before
            for event in events:
                state = evolve(state, event)
                await _write_row(connection, state, event)
            return await self._store.append_within(connection, before, events, caller)

    async def record_under(
        self, order: Brief, before: Execution, events: Sequence[ExecutionEvent], caller: Caller
    ) -> Receipt:
        async with self._database.system() as connection:
            state = before
            for event in events:
                state = evolve(state, event)
                await _write_row(connection, state, event)
            await _write_edition(connection, before.id, order)
            if events:
                await pace_again(connection, before.id, events[-1].at)
            return await self._store.append_within(connection, before, events, caller)

    async def open_of(self, campaign_id: CampaignId, tenant_id: TenantId) -> Sequence[ExecutionId]:
        async with self._database.tenant(tenant_id) as connection:
            rows = await (await connection.execute(_OPEN, (campaign_id,))).fetchall()
        return [ExecutionId(row[0]) for row in rows]

    async def accounting(self, execution_id: ExecutionId, tenant_id: TenantId) -> Accounting:
        async with self._database.tenant(tenant_id) as connection, connection.cursor(row_factory=dict_row) as cursor:
            row = await (await cursor.execute(_ACCOUNTING, (execution_id,))).fetchone()
        if row is None:
            raise ExecutionNotFoundError(f"there is no execution {execution_id}")
        return accounting_of(row)


def accounting_of(row: Mapping[str, Any]) -> Accounting:
    return Accounting(**{name: int(row[name]) for name in Accounting.__struct_fields__})


async def _write_edition(connection: AsyncConnection, execution_id: ExecutionId, order: Brief) -> None:
    row = await (await connection.execute(_BRIEF, (execution_id,))).fetchone()
    if row is None or row[0] is None:
        return  # not planned yet: the plan will take the order as it is then
    following = msgspec.convert(row[0], Brief).followed_by(order)
    written = {"brief": msgspec.json.encode(following).decode(), "edition": following.edition, "id": execution_id}
    await connection.execute(_NEXT_EDITION, written)


async def _write_row(connection: AsyncConnection, state: Execution, event: ExecutionEvent) -> None:
    if isinstance(event, ExecutionCreated):
        await connection.execute(_INSERT, structs.asdict(state) | {"kind": state.kind.value, "at": event.at})
        return
    if isinstance(event, ExecutionTestSettled):
        await settle_test(connection, state.id, event)
        return
    ended = isinstance(event, ExecutionCompleted | ExecutionFailed | ExecutionCancelled)
    row = {
        "id": state.id,
        "status": state.status.value,
        "detail": state.reason,
        "ended": ended,
        "at": event.at,
        "breached": isinstance(event, ExecutionPaused) and event.guardrail is not None,
    }
    await connection.execute(_UPDATE, row)
    if isinstance(event, ExecutionResumed):
        await acknowledge_figures(connection, state.id)
    if ended and state.execution_no is not None:
        await connection.execute(_CANCEL, (state.execution_no,))
