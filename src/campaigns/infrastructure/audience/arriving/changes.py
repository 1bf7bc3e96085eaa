"""Changes of profiles in Postgres, until they stand in the dataset."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from msgspec import Struct
from psycopg.types.json import Jsonb

from campaigns.application.audience.people_changes import ProfileChange
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.postgres.announcing import announce_work
from campaigns.infrastructure.postgres.database import Database

# An older event fills in what no younger one has told.
_ADD: LiteralString = """
insert into profile_changes as known (tenant_id, user_id, attributes, at) values (%s, %s, %s, %s)
on conflict (tenant_id, user_id) do update
   set attributes = case when known.at <= excluded.at then known.attributes || excluded.attributes
                         else excluded.attributes || known.attributes end,
       at = greatest(known.at, excluded.at), change_no = known.change_no + 1, pending = true"""
_PENDING: LiteralString = """
select user_id, attributes, change_no from profile_changes
 where tenant_id = %s and pending and not starts_with(user_id, 'erased:') order by user_id limit %s"""
_TENANTS: LiteralString = """
select distinct tenant_id from profile_changes where pending and not starts_with(user_id, 'erased:')"""
_SETTLED: LiteralString = """
update profile_changes c set pending = false
  from unnest(%s::text[], %s::bigint[]) as done (user_id, change_no)
 where c.tenant_id = %s and c.user_id = done.user_id and c.change_no = done.change_no"""
# Where nothing waits, nobody is looked for.
_OF: LiteralString = """
select user_id, attributes from profile_changes
 where tenant_id = %(tenant)s and pending and user_id = any(%(users)s)
   and exists (select from profile_changes where tenant_id = %(tenant)s and pending)"""


class Pending(Struct, frozen=True):
    """What is to be written into the dataset of one person."""

    user_id: str
    attributes: dict[str, Any]
    change_no: int


class PostgresProfileChanges:
    """`ProfileChanges`, and what the desk and readers of profiles need of them."""

    def __init__(self, database: Database, erasures: PostgresErasures) -> None:
        self._database = database
        self._erasures = erasures

    async def add(self, tenant_id: TenantId, changes: Sequence[ProfileChange]) -> None:
        erased = await self._erasures.among(tenant_id, [change.user_id for change in changes])
        ordered = sorted(changes, key=lambda change: (change.user_id, change.at))
        rows = [(tenant_id, one.user_id, Jsonb(dict(one.attributes)), one.at) for one in ordered]
        async with self._database.tenant(tenant_id) as connection:
            await connection.cursor().executemany(_ADD, [row for row in rows if row[1] not in erased])
            await announce_work(connection)

    async def tenants(self) -> Sequence[TenantId]:
        """Of whom something waits."""
        async with self._database.system_statement() as connection:
            return [TenantId(tenant) for (tenant,) in await (await connection.execute(_TENANTS)).fetchall()]

    async def pending(self, tenant_id: TenantId, most: int) -> Sequence[Pending]:
        async with self._database.system() as connection:
            rows = await (await connection.execute(_PENDING, (tenant_id, most))).fetchall()
        return [Pending(*row) for row in rows]

    async def settled(self, tenant_id: TenantId, written: Sequence[Pending]) -> None:
        """They stand in the dataset; what came meanwhile waits on."""
        asked = ([one.user_id for one in written], [one.change_no for one in written], tenant_id)
        async with self._database.system() as connection:
            await connection.execute(_SETTLED, asked)

    async def of(self, tenant_id: TenantId, user_ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """What waits of these people."""
        asked = {"tenant": tenant_id, "users": list(user_ids)}
        async with self._database.system_statement() as connection:
            return dict(await (await connection.execute(_OF, asked)).fetchall())
