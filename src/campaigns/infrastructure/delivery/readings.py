"""Executions and recipients as the API shows them."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row

from campaigns.application.delivery.readings import (
    BatchCounts,
    ExecutionView,
    RecipientFilter,
    RecipientPage,
    RecipientTrace,
    StratumView,
)
from campaigns.domain.delivery.errors import (
    ExecutionArchivedError,
    ExecutionNotFoundError,
    RecipientNotFoundError,
)
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId
from campaigns.infrastructure.delivery.executions import accounting_of
from campaigns.infrastructure.delivery.planned import PLANNED, Planned, planned_of
from campaigns.infrastructure.delivery.recipient_pages import page_of
from campaigns.infrastructure.delivery.recipient_search import newest_run_of, seq_of
from campaigns.infrastructure.delivery.tracing import trace_of
from campaigns.infrastructure.postgres.database import Database

_EXECUTIONS: LiteralString = """
select e.execution_id, e.campaign_id, e.kind, e.status, e.planned_for, e.created_at, e.started_at, e.finished_at,
       e.detail, case when e.held_until > now() - interval '3 seconds' or e.canary_to is not null then e.waiting_for
                      when e.rest_held then 'the winner of its test' end
         as waiting_for,
       a.audience, a.holdout, a.control, a.skipped, a.waiting, a.sending, a.sent, a.failed,
       a.uncertain, a.cancelled, b.batches_waiting, b.batches_sending, b.batches_done, b.batches_cancelled, b.next_at,
       s.strata
  from executions e join execution_accounting a on a.execution_id = e.execution_id
 cross join lateral (
       select count(*) filter (where state = 'waiting') as batches_waiting,
              count(*) filter (where state = 'sending') as batches_sending,
              count(*) filter (where state = 'done') as batches_done,
              count(*) filter (where state = 'cancelled') as batches_cancelled,
              min(greatest(release_at, e.held_until)) filter (where state = 'waiting') as next_at
         from batches where execution_no = e.execution_no) b
 cross join lateral (
       select jsonb_agg(jsonb_build_object('stratum', stratum::json, 'people', people, 'held_out', held_out)
                        order by stratum) as strata
         from execution_strata where execution_no = e.execution_no) s
 where e.campaign_id = %(campaign)s and (%(execution)s::uuid is null or e.execution_id = %(execution)s)
 order by e.created_at desc, e.execution_id desc limit 500"""


class PostgresDeliveryReadings:
    """`DeliveryReadings` as the tenant: row-level security shows nobody else's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def executions(self, tenant_id: TenantId, campaign_id: CampaignId) -> Sequence[ExecutionView]:
        return await self._executions(tenant_id, campaign_id, None)

    async def execution(self, tenant_id: TenantId, campaign_id: CampaignId, execution_id: ExecutionId) -> ExecutionView:
        found = await self._executions(tenant_id, campaign_id, execution_id)
        if not found:
            raise ExecutionNotFoundError(f"The campaign has no execution {execution_id}.")
        return found[0]

    async def recipients(
        self, tenant_id: TenantId, campaign_id: CampaignId, wanted: RecipientFilter, *, limit: int, cursor: str | None
    ) -> RecipientPage:
        async with self._database.tenant(tenant_id) as connection:
            planned = await _planned(connection, campaign_id, wanted.execution_id)
            return await page_of(connection, planned, wanted, limit, cursor)

    async def trace(
        self, tenant_id: TenantId, campaign_id: CampaignId, user_id: str, execution_id: ExecutionId | None
    ) -> RecipientTrace:
        async with self._database.tenant(tenant_id) as connection:
            newest = execution_id or await newest_run_of(connection, campaign_id, user_id)
            planned = await _planned(connection, campaign_id, newest)
            seq = await seq_of(connection, planned, user_id)
            if seq is None:
                raise RecipientNotFoundError("This person was not in the audience when the execution was planned.")
            return await trace_of(connection, planned, seq)

    async def _executions(
        self, tenant_id: TenantId, campaign_id: CampaignId, execution_id: ExecutionId | None
    ) -> list[ExecutionView]:
        asked = {"campaign": campaign_id, "execution": execution_id}
        async with self._database.tenant(tenant_id) as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = await (await cursor.execute(_EXECUTIONS, asked)).fetchall()
        return [_view(row) for row in rows]


async def _planned(connection: AsyncConnection, campaign_id: CampaignId, execution_id: ExecutionId | None) -> Planned:
    asked = {"campaign": campaign_id, "execution": execution_id}
    row = await (await connection.execute(PLANNED, asked)).fetchone()
    if row is None:
        raise ExecutionNotFoundError("The campaign has no execution with a plan yet.")
    if row[7] is not None:
        raise ExecutionArchivedError(f"The people of this execution were moved to the archive on {row[7]:%Y-%m-%d}.")
    return planned_of(row)


_OWN = ("execution_id", "campaign_id", "kind", "status", "planned_for", "created_at", "started_at", "finished_at")


def _view(row: Mapping[str, Any]) -> ExecutionView:
    batches = BatchCounts(
        waiting=row["batches_waiting"],
        sending=row["batches_sending"],
        done=row["batches_done"],
        cancelled=row["batches_cancelled"],
        next_release_at=row["next_at"],
    )
    own = {name: row[name] for name in (*_OWN, "detail", "waiting_for")}
    strata = msgspec.convert(row["strata"] or (), tuple[StratumView, ...])
    return ExecutionView(**own, accounting=accounting_of(row), batches=batches, strata=strata)
