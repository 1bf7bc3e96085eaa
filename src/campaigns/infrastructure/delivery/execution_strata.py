"""What the holdouts of executions were drawn by."""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from psycopg import AsyncConnection

from campaigns.application.audience.ports import StratumCount
from campaigns.domain.audience.stratifying import Stratum
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.infrastructure.postgres.database import Database

_STORE: LiteralString = """
insert into execution_strata (tenant_id, execution_no, stratum, people, held_out, bound)
select %s, %s, * from unnest(%s::text[], %s::integer[], %s::integer[], %s::bigint[])"""
_FIRST: LiteralString = """
select stratum, bound from execution_strata
 where execution_no = (select min(s.execution_no) from execution_strata s join executions e using (execution_no)
                        where e.campaign_id = %s)"""


class PostgresRecordedDraws:
    """`RecordedDraws` out of the plans."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, tenant_id: TenantId, campaign_id: CampaignId) -> Mapping[Stratum, int] | None:
        async with self._database.tenant(tenant_id) as connection:
            rows = await (await connection.execute(_FIRST, (campaign_id,))).fetchall()
        return {stratum: bound for stratum, bound in rows if bound is not None} if rows else None


async def store_strata(
    connection: AsyncConnection, tenant_id: TenantId, execution_no: int, strata: Sequence[StratumCount]
) -> None:
    """Within the transaction of the plan."""
    if not strata:
        return
    columns = (
        [one.stratum for one in strata],
        [one.people for one in strata],
        [one.held_out for one in strata],
        [one.bound for one in strata],
    )
    await connection.execute(_STORE, (tenant_id, execution_no, *columns))
