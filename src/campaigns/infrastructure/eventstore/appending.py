"""Appending inside a transaction that somebody else owns."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection, AsyncCursor
from psycopg.errors import UniqueViolation

from campaigns.application.shared.errors import ConflictError
from campaigns.infrastructure.eventstore import statements
from campaigns.infrastructure.eventstore.claims import Claims
from campaigns.infrastructure.eventstore.judging import Rows, require_granted
from campaigns.infrastructure.eventstore.mapper import StoredRecord


async def append(
    cursor: AsyncCursor[Any] | AsyncConnection[Any], records: Sequence[StoredRecord], claims: Claims
) -> int:
    """The position of the last record; ConflictError, ClaimTakenError, ClaimLimitError leave the transaction void."""
    try:
        answer = await cursor.execute(statements.APPEND, statements.appended(records))
    except UniqueViolation as error:
        first = records[0]
        raise ConflictError(f"version {first.originator_version} of {first.originator_id} is recorded") from error
    row = await answer.fetchone()
    asked = statements.claimed([(records[0], claims)])
    answers: dict[str, Rows] = {}
    for statement, parameters in asked.items():
        granted = await cursor.execute(statement, parameters)
        if statement != statements.RELEASE:
            answers[statement] = await granted.fetchall()
    require_granted(asked, answers)
    return int(row[0]) if row else 0
