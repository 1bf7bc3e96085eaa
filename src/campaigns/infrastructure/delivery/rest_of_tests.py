"""The rest of a test: held in the plan until it is known what it gets, then let go once."""

from typing import LiteralString

import msgspec
from psycopg import AsyncConnection

from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.events import ExecutionTestSettled
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.sampling import FIRST_OF_REST
from campaigns.domain.shared.ids import ExecutionId
from campaigns.infrastructure.delivery.pacing_again import pace_again

_OPEN: LiteralString = """
insert into variant_tests (tenant_id, execution_id, campaign_id) values (%(tenant)s, %(execution)s, %(campaign)s)"""

_BRIEF: LiteralString = "select execution_no, brief from executions where execution_id = %s and rest_held for update"

_LET_GO: LiteralString = """
update executions set rest_held = false, brief = %(brief)s, edition = %(edition)s where execution_id = %(id)s"""

# No worker holds any of them: what is held back is not claimed.
_CANCEL_REST: LiteralString = """
update batches set state = 'cancelled', cancelled = seq_to - seq_from + 1
 where execution_no = %s and seq_from >= %s and state = 'waiting'"""


async def open_test(connection: AsyncConnection, execution: Execution) -> None:
    """From now on its variants are compared; within the transaction of its plan."""
    named = {"tenant": execution.tenant_id, "execution": execution.id, "campaign": execution.campaign_id}
    await connection.execute(_OPEN, named)


async def settle_test(connection: AsyncConnection, execution_id: ExecutionId, event: ExecutionTestSettled) -> None:
    """Within the transaction of the event: the rest is paced from its instant on, or cancelled."""
    row = await (await connection.execute(_BRIEF, (execution_id,))).fetchone()
    if row is None:
        return
    execution_no, brief = row[0], msgspec.convert(row[1], Brief)
    if event.variant_id is not None:
        brief = brief.decided_for(event.variant_id)
    else:
        await connection.execute(_CANCEL_REST, (execution_no, FIRST_OF_REST))
    let_go = {"brief": msgspec.json.encode(brief).decode(), "edition": brief.edition, "id": execution_id}
    await connection.execute(_LET_GO, let_go)
    await pace_again(connection, execution_id, event.at)
