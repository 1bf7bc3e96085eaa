"""Finding a person in a plan: both its stretches are in the order of the user ids."""

from typing import LiteralString

from psycopg import AsyncConnection

from campaigns.infrastructure.delivery.planned import Planned

_SEQ: LiteralString = "select seq_in_plan(%s, %s)"


async def seq_of(connection: AsyncConnection, planned: Planned, user_id: str) -> int | None:
    """The person's number in the plan; None when they are not in it."""
    row = await (await connection.execute(_SEQ, (planned.execution_no, user_id))).fetchone()
    return row[0] if row else None
