"""What was really planned, counted from the ledger, and what is known to have changed before."""

from collections.abc import Iterator, Sequence
from typing import Any, LiteralString

import msgspec

from campaigns.application.campaign.ports import Campaigns
from campaigns.application.delivery.dry_running.forecasts import DryRun
from campaigns.application.delivery.dry_running.ports import Change, RealPlan
from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.revision import changes as changed_fields
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.errors import ExecutionNotFoundError
from campaigns.domain.delivery.forecast import Cell
from campaigns.domain.shared.ids import CampaignId, ExecutionId, TenantId
from campaigns.infrastructure.postgres.database import Database

_PLANNED: LiteralString = """
select execution_no, brief, started_at from executions
 where campaign_id = %s and execution_id = %s and execution_no is not null"""
_CELLS: LiteralString = """
select variant, channel, reason, count(*) from messages where execution_no = %s group by variant, channel, reason"""
_RELEASED: LiteralString = "select release_at, seq_to - seq_from + 1 from batches where execution_no = %s"
_SPENT: LiteralString = "select coalesce(sum(cost), 0) from batches where execution_no = %s"

# Each says what kind of thing it is, how many, and an example.
_MEANWHILE: LiteralString = """
select 'dataset', count(*), min(dataset) from audience_imports
 where status = 'completed' and suppresses is null and finished_at > %(since)s and finished_at <= %(until)s
union all
select 'suppressions', count(*), null from suppressions where created_at > %(since)s and created_at <= %(until)s
union all
select 'segments', count(*), min(name) from segment_listing where updated_at > %(since)s and updated_at <= %(until)s
union all
select 'templates', count(*), min(name) from templates where updated_at > %(since)s and updated_at <= %(until)s
union all
select 'executions', count(*), null from executions
 where started_at > %(since)s and started_at <= %(until)s and execution_id <> %(execution)s"""
_SAYS = {
    "dataset": "people or lists were imported",
    "suppressions": "people were suppressed",
    "segments": "segments were changed",
    "templates": "templates were changed",
    "executions": "other executions were planned, which count against frequency caps",
}


class PostgresRealPlans:
    """`RealPlans`."""

    def __init__(self, database: Database, campaigns: Campaigns) -> None:
        self._database = database
        self._campaigns = campaigns

    async def of(self, tenant_id: TenantId, campaign_id: CampaignId, execution_id: ExecutionId) -> RealPlan:
        async with self._database.tenant(tenant_id) as connection:
            planned = await (await connection.execute(_PLANNED, (campaign_id, execution_id))).fetchone()
            if planned is None:
                raise ExecutionNotFoundError(f"The campaign has no execution {execution_id} with a plan.")
            number = (planned[0],)
            cells = await (await connection.execute(_CELLS, number)).fetchall()
            released = await (await connection.execute(_RELEASED, number)).fetchall()
            spent = await (await connection.execute(_SPENT, number)).fetchall()
        if not cells:
            raise ExecutionNotFoundError(f"The plan of execution {execution_id} has left the ledger.")
        return RealPlan(
            execution_id=execution_id,
            brief=msgspec.convert(planned[1], Brief),
            planned_at=planned[2],
            cells=tuple(Cell(*cell) for cell in cells),
            released=tuple((at, messages) for at, messages in released),
            spent=spent[0][0],
        )

    async def changes(self, dry_run: DryRun, real: RealPlan, caller: Caller) -> Sequence[Change]:
        since, until = dry_run.started_at or dry_run.created_at, real.planned_at
        asked = {"since": since, "until": until, "execution": real.execution_id}
        async with self._database.tenant(dry_run.tenant_id) as connection:
            rows = await (await connection.execute(_MEANWHILE, asked)).fetchall()
        return [*await self._edits(dry_run, real, caller), *_meanwhile(rows)]

    async def _edits(self, dry_run: DryRun, real: RealPlan, caller: Caller) -> Sequence[Change]:
        forecast = dry_run.forecast
        if forecast is None:
            return []
        before = await self._campaigns.as_of(dry_run.campaign_id, caller, version=forecast.campaign_version)
        after = await self._campaigns.as_of(dry_run.campaign_id, caller, at=real.planned_at)
        fields = sorted(changed_fields(before.definition, after.definition))
        if not fields:
            return []
        versions = {"from": before.version, "to": after.version, "fields": fields}
        return [Change(what="campaign", says=f"the campaign was edited: {', '.join(fields)}", details=versions)]


def _meanwhile(rows: Sequence[Sequence[Any]]) -> Iterator[Change]:
    for what, count, example in rows:
        if count:
            details = {"count": count} | ({"first": example} if example else {})
            yield Change(what=what, says=_SAYS[what], details=details)
