"""The events that people of a triggered run are answered for."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from campaigns.domain.shared.ids import ExecutionId, TenantId
from campaigns.infrastructure.postgres.database import Database

_SAID: LiteralString = """
select d.user_id, e.data from trigger_decisions d join outside_events e on e.event_no = d.event_no
 where d.execution_id = %s and d.tenant_id = %s and d.user_id = any(%s)"""


class PostgresAnsweredEvents:
    """`AnsweredEvents`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(
        self, execution_id: ExecutionId, tenant_id: TenantId, user_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any]]:
        asked = (execution_id, tenant_id, list(user_ids))
        async with self._database.system_statement() as connection:
            return dict(await (await connection.execute(_SAID, asked)).fetchall())
