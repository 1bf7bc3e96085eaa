"""The ledger in Postgres. Every method is one transaction as the system."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from campaigns.application.delivery.ledger import Claim, Entry, LeaseLostError, PlannedMessage, Unsettled
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.delivery import ledger_statements as statements
from campaigns.infrastructure.delivery.ledger_append import write_entry
from campaigns.infrastructure.postgres.database import Database

_CLAIM_COLUMNS = (
    "tenant_id campaign_id execution_id execution_no batch_no seq_from seq_to intended_to fence deferred "
    "crashed resend may_send edition left_at"
).split()


class PostgresLedger:
    """See the port for what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, worker: str, lease_seconds: float) -> Claim | None:
        async with self._database.system_statement() as connection:
            cursor = await connection.execute(statements.CLAIM, {"worker": worker, "lease": lease_seconds})
            row = await cursor.fetchone()
        return None if row is None else Claim(**dict(zip(_CLAIM_COLUMNS, row, strict=True)))

    async def brief(self, claim: Claim) -> Brief:
        row = await self._one(statements.BRIEF, (claim.execution_no,))
        return msgspec.convert(row[0], Brief)

    async def plan(self, claim: Claim) -> Sequence[PlannedMessage]:
        asked = {"no": claim.execution_no, "seq_from": claim.intended_to + 1, "seq_to": claim.seq_to}
        rows = await self._all(statements.PLAN, asked)
        return [PlannedMessage(*row) for row in rows]

    async def unsettled(self, claim: Claim) -> Sequence[Unsettled]:
        if not (claim.crashed or claim.resend or claim.deferred):
            return ()
        asked = {
            "no": claim.execution_no,
            "seq_from": claim.seq_from,
            "intended_to": claim.intended_to,
            "crashed": claim.crashed,
            "resend": claim.resend,
        }
        rows = await self._all(statements.UNSETTLED, asked)
        return [
            Unsettled(PlannedMessage(*row[:4]), None if row[4] is None else FactKind(row[4]), row[5] or {})
            for row in rows
        ]

    async def append(self, claim: Claim, entry: Entry, lease_seconds: float) -> bool:
        async with self._database.system_statement() as connection:
            return await write_entry(connection, claim, entry, lease_seconds)

    async def give_back(self, claim: Claim, *, not_before: datetime | None = None) -> None:
        named = _named(claim) | {"not_before": not_before}
        async with self._database.system_statement() as connection:
            given = await connection.execute(statements.GIVE_BACK, named)
        if given.rowcount != 1:
            raise LeaseLostError(f"batch {claim.batch_no} of execution {claim.execution_no}")

    async def postpone(self, execution_no: int, until: datetime, because: str) -> None:
        named = {"no": execution_no, "until": until, "because": because}
        async with self._database.system_statement() as connection:
            await connection.execute(statements.POSTPONE, named)

    async def is_drained(self, execution_no: int) -> bool:
        return bool((await self._one(statements.IS_DRAINED, (execution_no,)))[0])

    async def _one(self, statement: Any, parameters: Any) -> tuple[Any, ...]:
        return (await self._all(statement, parameters))[0]

    async def _all(self, statement: Any, parameters: Any) -> list[tuple[Any, ...]]:
        async with self._database.system_statement() as connection:
            return await (await connection.execute(statement, parameters, binary=True)).fetchall()


def _named(claim: Claim) -> dict[str, Any]:
    return {"no": claim.execution_no, "batch": claim.batch_no, "fence": claim.fence}
