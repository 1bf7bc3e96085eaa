"""Which messages exist: a plan never changes, so what was read once is remembered."""

from collections.abc import Collection, Mapping

from campaigns.application.analytics.reporting import KnownRun
from campaigns.infrastructure.postgres.database import Database

_MOST = 10_000
_RUNS = """
    select e.execution_no, e.tenant_id,
           (select p.seq_from + length(p.variants) - 1 from plan_pages p
             where p.execution_no = e.execution_no order by p.page desc limit 1)
      from executions e where e.execution_no = any(%s)"""


class PostgresKnownRuns:
    """`KnownRuns` with a bounded memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, KnownRun] = {}

    async def of(self, numbers: Collection[int]) -> Mapping[int, KnownRun]:
        known = {number: self._known[number] for number in numbers if number in self._known}
        missing = [number for number in numbers if number not in known]
        return known | await self._read(missing) if missing else known

    async def _read(self, numbers: list[int]) -> dict[int, KnownRun]:
        async with self._database.system() as connection:
            rows = await (await connection.execute(_RUNS, (numbers,))).fetchall()
        found = {number: KnownRun(tenant_id, last) for number, tenant_id, last in rows if last is not None}
        if len(self._known) + len(found) > _MOST:
            self._known.clear()
        self._known |= found
        return found
