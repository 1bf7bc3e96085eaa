"""What other runs of a triggered campaign take of the throttle that they share."""

from datetime import timedelta
from typing import LiteralString

from psycopg import AsyncConnection

from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.pacing import Release

_LONGEST_LIMIT = timedelta(days=1, hours=1)
_RELEASED: LiteralString = """
select greatest(b.release_at, b.claimed_at) as at, b.seq_to - b.seq_from + 1
  from executions e join batches b on b.execution_no = e.execution_no
 where e.tenant_id = %s and e.campaign_id = %s and e.kind = 'triggered' and e.created_at >= %s
   and b.state <> 'cancelled' order by at"""


async def released_by_others(connection: AsyncConnection, brief: Brief) -> list[Release]:
    """Ascending; what is not released yet is among them. Nothing for a run that is its campaign's only one."""
    if brief.gathered_for is None or brief.throttle is None:
        return []
    asked = (brief.tenant_id, brief.campaign_id, brief.starts_at - 2 * _LONGEST_LIMIT)
    rows = await (await connection.execute(_RELEASED, asked)).fetchall()
    return [Release(at, count) for at, count in rows]
