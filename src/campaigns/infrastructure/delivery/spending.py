"""Reservations in Postgres. The batch is locked before its campaign, by everybody: nobody waits in a circle."""

from decimal import Decimal
from typing import Any, LiteralString

from psycopg import AsyncConnection

from campaigns.application.delivery.ledger import Claim, LeaseLostError
from campaigns.domain.delivery.spending import Answer, Purse
from campaigns.infrastructure.postgres.database import Database

_HELD: LiteralString = """
select reserved from batches
 where execution_no = %(no)s and batch_no = %(batch)s and fence = %(fence)s and state = 'sending' for update"""

_OPEN: LiteralString = """
insert into campaign_spending (tenant_id, campaign_id, committed) values (%(tenant)s, %(campaign)s, 0)
on conflict (campaign_id) do nothing"""

_COMMITTED: LiteralString = "select committed from campaign_spending where campaign_id = %(campaign)s for update"

_OTHERS: LiteralString = """
select coalesce(sum(b.reserved), 0) from batches b join executions e on e.execution_no = b.execution_no
 where e.campaign_id = %(campaign)s and b.state = 'sending' and b.reserved > 0
   and (b.execution_no, b.batch_no) <> (%(no)s, %(batch)s)"""

_HOLD: LiteralString = """
with held as (
  update batches set reserved = reserved + %(change)s where execution_no = %(no)s and batch_no = %(batch)s)
update campaign_spending set committed = committed + %(change)s where campaign_id = %(campaign)s"""


class PostgresSpending:
    """See the port for what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, claim: Claim, needed: Decimal, budget: Decimal) -> Answer:
        async with self._database.system() as connection:
            held = await _held(connection, claim)
            return await _take(connection, claim, needed, budget, instead_of=held)

    async def reserve_more(self, claim: Claim, extra: Decimal, budget: Decimal) -> Answer:
        async with self._database.system() as connection:
            await _held(connection, claim)
            return await _take(connection, claim, extra, budget, instead_of=Decimal(0))


async def _held(connection: AsyncConnection, claim: Claim) -> Decimal:
    row = await (await connection.execute(_HELD, _named(claim))).fetchone()
    if row is None:
        raise LeaseLostError(f"batch {claim.batch_no} of execution {claim.execution_no}")
    return Decimal(row[0])


async def _take(
    connection: AsyncConnection, claim: Claim, needed: Decimal, budget: Decimal, *, instead_of: Decimal
) -> Answer:
    named = _named(claim)
    await connection.execute(_OPEN, named)
    committed = await _number(connection, _COMMITTED, named) - instead_of
    reserved = await _number(connection, _OTHERS, named)
    answer = Purse(budget=budget, committed=committed, reserved=reserved).answer(needed)
    if answer is Answer.GRANTED:
        await connection.execute(_HOLD, named | {"change": needed - instead_of})
    return answer


async def _number(connection: AsyncConnection, statement: LiteralString, named: dict[str, Any]) -> Decimal:
    row = await (await connection.execute(statement, named)).fetchone()
    return Decimal(row[0]) if row else Decimal(0)


def _named(claim: Claim) -> dict[str, Any]:
    return {
        "tenant": claim.tenant_id,
        "campaign": claim.campaign_id,
        "no": claim.execution_no,
        "batch": claim.batch_no,
        "fence": claim.fence,
    }
