"""A tenant's frequency caps in Postgres."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

import msgspec

from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import FrequencyCap
from campaigns.infrastructure.postgres.database import Database

_REPLACE: LiteralString = """
insert into frequency_caps (tenant_id, caps, set_by, set_at) values (%s, %s, %s, %s)
on conflict (tenant_id) do update set caps = excluded.caps, set_by = excluded.set_by, set_at = excluded.set_at"""


class PostgresTenantCaps:
    """`TenantCaps`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, tenant_id: TenantId) -> tuple[FrequencyCap, ...]:
        async with self._database.tenant(tenant_id) as connection:
            row = await (await connection.execute("select caps from frequency_caps")).fetchone()
        return () if row is None else msgspec.convert(row[0], tuple[FrequencyCap, ...])

    async def replace(self, tenant_id: TenantId, caps: Sequence[FrequencyCap], *, by: str, at: datetime) -> None:
        async with self._database.tenant(tenant_id) as connection:
            await connection.execute(_REPLACE, (tenant_id, msgspec.json.encode(caps).decode(), by, at))
