"""Recounts the ledger, line by line, and compares it with the counters that everything shown rests on."""

from collections.abc import AsyncIterator
from typing import LiteralString

from psycopg.rows import dict_row

from campaigns.application.delivery.reconciling import Reconciled
from campaigns.domain.delivery.accounting import Accounting
from campaigns.infrastructure.delivery.executions import accounting_of
from campaigns.infrastructure.postgres.database import Database

# Of what was archived only the counters are left.
_EXECUTIONS: LiteralString = """
select execution_no from executions where execution_no is not null and archived_at is null order by execution_no"""

# Both counts are of one snapshot, so that a running execution can be reconciled, too.
_BOTH: LiteralString = """
with recounted as (
  select outcome, count(*) as people from message_state where execution_no = %(no)s group by outcome
), stretches as (
  select count(*) as overlapping from message_ranges a join message_ranges b
      on b.execution_no = a.execution_no and b.seq_from > a.seq_from and b.seq_from <= a.seq_to
   where a.execution_no = %(no)s
)
select a.*, coalesce((select jsonb_object_agg(outcome, people) from recounted), '{}') as people,
       (select overlapping from stretches) as overlapping
  from execution_accounting a where a.execution_no = %(no)s"""


class Reconciliation:
    """Reads all tenants, as the system."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def every(self) -> AsyncIterator[Reconciled]:
        """Every planned execution, oldest first."""
        async with self._database.system() as connection:
            numbers = [row[0] for row in await (await connection.execute(_EXECUTIONS)).fetchall()]
        for number in numbers:
            yield await self.one(number)

    async def one(self, execution_no: int) -> Reconciled:
        async with self._database.system() as connection, connection.cursor(row_factory=dict_row) as cursor:
            row = await (await cursor.execute(_BOTH, {"no": execution_no})).fetchone() or {}
        people = {name: int(count) for name, count in row["people"].items()}
        return Reconciled(
            tenant_id=row["tenant_id"],
            execution_id=row["execution_id"],
            execution_no=execution_no,
            counted=accounting_of(row),
            recounted=Accounting(audience=sum(people.values()), **people),
            overlapping=int(row["overlapping"]),
        )
