"""Finding a person in a plan: both its stretches are in the order of the user ids."""

from typing import LiteralString

from psycopg import AsyncConnection

from campaigns.domain.shared.ids import CampaignId, ExecutionId
from campaigns.infrastructure.delivery.planned import Planned

_SEQ: LiteralString = "select seq_in_plan(%s, %s)"
_NEWEST: LiteralString = """
select execution_id from executions_reaching(%s, %s)
 where kind = 'triggered' and execution_no is not null order by created_at desc limit 1"""


async def seq_of(connection: AsyncConnection, planned: Planned, user_id: str) -> int | None:
    """The person's number in the plan; None when they are not in it."""
    row = await (await connection.execute(_SEQ, (planned.execution_no, user_id))).fetchone()
    return row[0] if row else None


async def newest_run_of(connection: AsyncConnection, campaign_id: CampaignId, user_id: str) -> ExecutionId | None:
    """The newest run that triggers gathered this person for; None where there is none."""
    row = await (await connection.execute(_NEWEST, (campaign_id, user_id))).fetchone()
    return ExecutionId(row[0]) if row else None
