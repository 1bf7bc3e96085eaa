"""Stores a plan: people, batches, the execution's row and its start, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

import msgspec
from psycopg import AsyncConnection

from campaigns.application.delivery.running import Decide
from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import ConflictError
from campaigns.application.shared.messages import Receipt
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.events import ExecutionStarted
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.pacing import PacedBatch, lateness
from campaigns.domain.shared.ids import ExecutionId, TenantId
from campaigns.infrastructure.delivery.execution_strata import store_strata
from campaigns.infrastructure.delivery.other_runs import released_by_others
from campaigns.infrastructure.delivery.pacing_again import pace_again, request_resend
from campaigns.infrastructure.delivery.plan_copy import write_plan
from campaigns.infrastructure.delivery.plan_decisions import DecidedPlan, PlanDecisions
from campaigns.infrastructure.delivery.rest_of_tests import open_test
from campaigns.infrastructure.eventstore.store import EventStore
from campaigns.infrastructure.postgres.database import Database

_START: LiteralString = """
update executions set execution_no = %(no)s, status = 'running', brief = %(brief)s, lateness = %(lateness)s,
       canary_to = %(canary_to)s, stretches = %(stretches)s, rest_held = %(rest)s > 0,
       audience = %(audience)s, holdout = %(holdout)s, control = %(control)s, skipped = %(skipped)s, started_at = %(at)s
 where execution_id = %(id)s and status = 'pending'"""

_BATCHES: LiteralString = """
insert into batches (tenant_id, execution_no, batch_no, seq_from, seq_to, release_at, intended_to)
select %s, %s, batch.no, batch.seq_from, batch.seq_to, batch.release_at, batch.seq_from - 1
  from unnest(%s::integer[], %s::integer[], %s::integer[], %s::timestamptz[])
       as batch (no, seq_from, seq_to, release_at)"""


class PostgresPlans:
    """Plans in the ledger."""

    def __init__(self, database: Database, store: EventStore[Execution], decisions: PlanDecisions) -> None:
        self._database = database
        self._store = store
        self._decisions = decisions

    async def store(self, execution: Execution, brief: Brief, decide: Decide, caller: Caller) -> Receipt:
        async with self._database.system() as connection, self._decisions.open(brief, caller) as deciding:
            execution_no = await write_plan(connection, deciding.audience, deciding.lines)
            plan = deciding.plan(await released_by_others(connection, brief))
            started = decide(execution_no, plan.totals)
            await _start(connection, execution, brief, started, plan)
            if brief.test is not None:
                await open_test(connection, execution)
            await deciding.lines.segments.store(connection, brief.tenant_id, execution_no)
            await store_strata(connection, brief.tenant_id, execution_no, deciding.lines.strata.counts())
            await _write_batches(connection, brief, execution_no, plan.batches)
            return await self._store.append_within(connection, execution, (started,), caller)

    async def pace_again(self, execution_id: ExecutionId, tenant_id: TenantId, now: datetime) -> int:
        async with self._database.tenant(tenant_id) as connection:
            return await pace_again(connection, execution_id, now)

    async def request_resend(self, execution: Execution) -> int:
        if execution.execution_no is None:
            return 0
        async with self._database.tenant(execution.tenant_id) as connection:
            return await request_resend(connection, execution.execution_no)


async def _start(
    connection: AsyncConnection, execution: Execution, brief: Brief, started: ExecutionStarted, plan: DecidedPlan
) -> None:
    row = {
        "no": started.execution_no,
        "brief": msgspec.json.encode(brief).decode(),
        "lateness": lateness(brief.throttle),
        "canary_to": plan.canary_to,
        "stretches": msgspec.json.encode(plan.stretches).decode(),
        "id": execution.id,
        "at": started.at,
    }
    moved = await connection.execute(_START, row | msgspec.structs.asdict(started.totals))
    if moved.rowcount != 1:
        raise ConflictError(f"execution {execution.id} is not pending any more")


async def _write_batches(
    connection: AsyncConnection, brief: Brief, execution_no: int, batches: Sequence[PacedBatch]
) -> None:
    columns = (
        list(range(1, len(batches) + 1)),
        [batch.seq_from for batch in batches],
        [batch.seq_to for batch in batches],
        [batch.release_at for batch in batches],
    )
    await connection.execute(_BATCHES, (brief.tenant_id, execution_no, *columns))
