"""Finding a person in a plan without an index on people: both stretches are in the order of the user ids."""

from typing import LiteralString

from psycopg import AsyncConnection

from campaigns.infrastructure.delivery.planned import Planned

_USER: LiteralString = "select user_id from messages where execution_no = %s and seq = %s"


async def seq_of(connection: AsyncConnection, planned: Planned, user_id: str) -> int | None:
    """The person's number in the plan, by bisection; None when they are not in it."""
    found = await _bisect(connection, planned.execution_no, user_id, planned.to_send, 1)
    return found or await _bisect(connection, planned.execution_no, user_id, planned.kept_back, -1)


async def _bisect(connection: AsyncConnection, execution_no: int, user_id: str, count: int, sign: int) -> int | None:
    low, high = 1, count
    while low <= high:
        middle = (low + high) // 2
        row = await (await connection.execute(_USER, (execution_no, sign * middle))).fetchone()
        if row is None:
            return None
        if row[0] == user_id:
            return sign * middle
        low, high = (middle + 1, high) if row[0] < user_id else (low, middle - 1)
    return None
