"""The books of triggers: a copy of what campaigns say, named people and all. Events and decisions are rows."""

from collections.abc import Sequence
from typing import LiteralString

import msgspec

from campaigns.domain.audience.erasure import Forgotten, without_people
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.erasing.places.recorded import as_written
from campaigns.infrastructure.postgres.database import Database

_HOLDING: LiteralString = """
select campaign_id, since, orders from trigger_books
 where tenant_id = %(tenant)s
   and exists (select from unnest(%(texts)s::text[]) text where position(text in orders::text) > 0)
   for update"""
_REWRITE: LiteralString = "update trigger_books set orders = %s where campaign_id = %s and since = %s"


class TriggerBookOrders:
    name = "trigger books"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, tenant_id: TenantId, people: Sequence[Forgotten]) -> int:
        texts = [as_written(text).decode() for one in people for text in (one.user_id, *one.traces)]
        async with self._database.system() as connection:
            rows = await (await connection.execute(_HOLDING, {"tenant": tenant_id, "texts": texts})).fetchall()
            changed = [
                (msgspec.json.encode(after).decode(), campaign_id, since)
                for campaign_id, since, orders in rows
                if (after := without_people(orders, people)) != orders
            ]
            if changed:
                await connection.cursor().executemany(_REWRITE, changed)
        return len(changed)
