"""The same hits under several versions of the rules."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from campaigns.application.analytics.rescoring import HitCounts, JudgedHits, VariantHits
from campaigns.application.shared.context import Caller
from campaigns.domain.shared.errors import NotFoundError
from campaigns.infrastructure.analytics.figure_statements import EXISTS
from campaigns.infrastructure.postgres.database import Database

_VERSIONS = """
    select generation, rules, false, folded_at from metric_candidates where folded_at is not null
    union all select active, rules, true, null from metric_generations order by 3 desc, 2, 1"""
_HITS = """
    select f.generation, f.campaign_id,
           case when f.variant >= 0 then e.brief->'variants'->(f.variant::int)->>'variant_id' end,
           case when f.variant >= 0 then e.brief->'variants'->(f.variant::int)->>'name' end,
           f.kind, sum(f.uniques), sum(f.total), sum(f.machine_uniques), sum(f.machine_total)
      from campaign_metrics f left join executions e on e.execution_no = f.execution_no
     where f.kind in ('opened', 'clicked') and (%(campaign)s::uuid is null or f.campaign_id = %(campaign)s)
     group by 1, 2, 3, 4, 5 order by 1, 2, 4 nulls first, 5"""
_Key = tuple[UUID, str | None, str | None]


class PostgresJudgements:
    """`Judgements`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_campaign(self, campaign_id: UUID, caller: Caller) -> list[JudgedHits]:
        async with self._database.tenant(caller.tenant_id) as connection:
            if await (await connection.execute(EXISTS, {"campaign": campaign_id})).fetchone() is None:
                raise NotFoundError(f"There is no campaign {campaign_id}")
            return await _judged(connection, campaign_id)

    async def of_all(self) -> list[JudgedHits]:
        async with self._database.system() as connection:
            return await _judged(connection, None)


async def _judged(connection: AsyncConnection, campaign_id: UUID | None) -> list[JudgedHits]:
    versions = await (await connection.execute(_VERSIONS)).fetchall()
    rows = await (await connection.execute(_HITS, {"campaign": campaign_id})).fetchall()
    hits: dict[int, dict[_Key, dict[str, HitCounts]]] = defaultdict(lambda: defaultdict(dict))
    for generation, *key, kind, people, people_total, machines, machines_total in rows:
        hits[generation][key[0], key[1], key[2]][kind] = HitCounts(
            people=int(people),
            people_total=int(people_total),
            machines=int(machines),
            machines_total=int(machines_total),
        )
    return [_version(row, hits[row[0]]) for row in versions]


def _version(row: Sequence[Any], hits: dict[_Key, dict[str, HitCounts]]) -> JudgedHits:
    _, rules, standing, folded_at = row
    variants = [
        VariantHits(
            campaign_id=campaign_id,
            variant_id=variant_id,
            variant=variant,
            opened=counts.get("opened", HitCounts()),
            clicked=counts.get("clicked", HitCounts()),
        )
        for (campaign_id, variant_id, variant), counts in hits.items()
    ]
    return JudgedHits(rules=rules, standing=standing, folded_at=folded_at, variants=variants)
