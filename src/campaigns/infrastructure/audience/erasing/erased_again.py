"""After a restore: the journal knows digests, the stores know ids; whoever is in both is forgotten once more."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from typing import LiteralString

from psycopg import sql

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.datasets import Datasets
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.audience.erasing.ids_in_files import user_ids_in
from campaigns.infrastructure.audience.erasing.journal import ErasureJournal, Noted
from campaigns.infrastructure.audience.erasing.keys import ErasureKey
from campaigns.infrastructure.audience.erasing.places.named_rows import tables_that_name_people
from campaigns.infrastructure.postgres.database import Database

_AT_ONCE = 20_000
_PLANNED: LiteralString = """
select unnest(p.user_ids) from plan_pages p join executions e on e.execution_no = p.execution_no
 where e.tenant_id = %s"""
_NAMED: LiteralString = "select distinct user_id from {} where tenant_id = %s"


class JournaledErasures:
    """`ErasedAgain`. Every id that the stores know is digested once: a second for each million."""

    def __init__(
        self,
        database: Database,
        datasets: Datasets,
        erasures: PostgresErasures,
        journal: ErasureJournal,
        key: ErasureKey,
    ) -> None:
        self._database = database
        self._datasets = datasets
        self._erasures = erasures
        self._journal = journal
        self._key = key

    async def begin(self, now: datetime) -> tuple[int, int]:
        noted: dict[TenantId, dict[bytes, Noted]] = defaultdict(dict)
        for one in await asyncio.to_thread(lambda: list(self._journal.every())):
            noted[one.tenant_id][bytes.fromhex(one.digest)] = one
        found = [await self._of_tenant(tenant_id, digests, now) for tenant_id, digests in noted.items()]
        return sum(map(len, noted.values())), sum(found)

    async def _of_tenant(self, tenant_id: TenantId, digests: Mapping[bytes, Noted], now: datetime) -> int:
        known: dict[str, Noted] = {}
        async for user_ids in self._known(tenant_id):
            known |= {user_id: digests[digest] for user_id, digest in self._digested(user_ids) if digest in digests}
        await self._erasures.restore(digests.values(), known, now)
        return len(known)

    def _digested(self, user_ids: Sequence[str | None]) -> Iterator[tuple[str, bytes]]:
        return ((user_id, self._key.digest(user_id)) for user_id in user_ids if user_id is not None)

    async def _known(self, tenant_id: TenantId) -> AsyncIterator[Sequence[str | None]]:
        for path in sorted(self._datasets.directory.joinpath(tenant_id).glob("*/*.parquet")):
            groups = user_ids_in(path)
            while (user_ids := await asyncio.to_thread(next, groups, None)) is not None:
                yield user_ids
        async with self._database.system() as connection:
            queries: list[sql.SQL | sql.Composed] = [sql.SQL(_PLANNED)]
            queries += [sql.SQL(_NAMED).format(sql.Identifier(t)) for t, _ in await tables_that_name_people(connection)]
            for query in queries:
                async with connection.cursor("known_people") as cursor:
                    await cursor.execute(query, (tenant_id,))
                    while rows := await cursor.fetchmany(_AT_ONCE):
                        yield [user_id for (user_id,) in rows]
