"""The journal of erasures in Postgres."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import Any, LiteralString
from uuid import UUID

from msgspec.structs import asdict
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from campaigns.application.audience.erasing import Erasure
from campaigns.domain.audience.erasure import BETWEEN_LOOKS, LOOKS
from campaigns.domain.audience.errors import ErasureNotFoundError
from campaigns.domain.audience.suppression import EVERYWHERE
from campaigns.domain.shared.ids import TenantId, UserId
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.erasing.journal import Noted
from campaigns.infrastructure.audience.erasing.keys import ErasureKey
from campaigns.infrastructure.postgres.announcing import announce_work
from campaigns.infrastructure.postgres.database import Database

_ROW: LiteralString = (
    "erasure_id as id, tenant_id, user_id, status, looks, found, requested_by, requested_at, erased_at"
)
_REQUEST: LiteralString = f"""
insert into erasures as known (tenant_id, digest, erasure_id, user_id, status, look_at, requested_by, requested_at)
values (%(tenant)s, %(digest)s, %(id)s, %(user)s, 'pending', %(at)s, %(by)s, %(at)s)
on conflict (tenant_id, digest) do update
   set user_id = excluded.user_id, status = 'pending', looks = 0, look_at = excluded.look_at, erased_at = null
returning {_ROW}"""
_SUPPRESS: LiteralString = """
insert into suppressions (tenant_id, user_id, channel, reason, source, created_by, created_at)
values (%(tenant)s, %(user)s, %(channel)s, %(reason)s, 'erasure', %(by)s, %(at)s)
on conflict (tenant_id, user_id, channel) do update set reason = excluded.reason, source = excluded.source"""
_RESTORE: LiteralString = """
insert into erasures as known
  (tenant_id, digest, erasure_id, user_id, status, look_at, requested_by, requested_at, erased_at)
values (%(tenant_id)s, decode(%(digest)s, 'hex'), %(erasure_id)s, %(user)s::text,
        case when %(user)s::text is null then 'erased' else 'pending' end, %(now)s, %(requested_by)s, %(requested_at)s,
        case when %(user)s::text is null then %(now)s end)
on conflict (tenant_id, digest) do update
   set user_id = excluded.user_id, status = excluded.status, looks = 0, look_at = excluded.look_at
 where excluded.user_id is not null"""
_DUE: LiteralString = f"""
select {_ROW} from erasures where status = 'pending' and look_at <= %s
 order by tenant_id, requested_at limit %s"""
_LOOKED: LiteralString = """
update erasures set looks = looks + 1, found = %(found)s, look_at = %(again)s,
       status = case when looks + 1 < %(enough)s then 'pending' else 'erased' end,
       user_id = case when looks + 1 < %(enough)s then user_id end,
       erased_at = case when looks + 1 < %(enough)s then null else %(now)s end
 where erasure_id = %(id)s and looks = %(looks)s and status = 'pending' returning status"""
_LATER: LiteralString = "update erasures set look_at = %s where erasure_id = any(%s)"
_ANY: LiteralString = "select from erasures where tenant_id = %s limit 1"
_FRESH = 1.0  # seconds
_AMONG: LiteralString = "select digest from erasures where tenant_id = %s and digest = any(%s)"


class PostgresErasures:
    """`Erasures`, and what the desk needs of them."""

    def __init__(self, database: Database, key: ErasureKey) -> None:
        self._database = database
        self._key = key
        self._tenants: dict[TenantId, tuple[bool, float]] = {}

    async def request(
        self, tenant_id: TenantId, user_id: UserId, *, erasure_id: UUID, by: str, at: datetime
    ) -> Erasure:
        asked: dict[str, Any] = {"tenant": tenant_id, "user": user_id, "id": erasure_id, "by": by, "at": at}
        asked |= {"digest": self._key.digest(user_id), "channel": EVERYWHERE, "reason": SkipReason.DELETED.value}
        async with self._database.tenant(tenant_id) as connection:
            await connection.execute(_SUPPRESS, asked)
            row = await (await connection.cursor(row_factory=dict_row).execute(_REQUEST, asked)).fetchone()
            await announce_work(connection)
        if row is None:
            raise RuntimeError("an upsert returned no row")
        return Erasure(**row)

    async def get(self, tenant_id: TenantId, erasure_id: UUID) -> Erasure:
        async with self._database.tenant(tenant_id) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            row = await (
                await cursor.execute(f"select {_ROW} from erasures where erasure_id = %s", (erasure_id,))
            ).fetchone()
        if row is None:
            raise ErasureNotFoundError("There is no such erasure")
        return Erasure(**row)

    async def page(self, tenant_id: TenantId, *, limit: int, offset: int) -> tuple[Sequence[Erasure], int]:
        page: LiteralString = f"select {_ROW} from erasures order by requested_at desc, erasure_id limit %s offset %s"
        async with self._database.tenant(tenant_id) as connection:
            rows = await (await connection.cursor(row_factory=dict_row).execute(page, (limit, offset))).fetchall()
            counted = await (await connection.execute("select count(*) from erasures")).fetchone()
        return [Erasure(**row) for row in rows], counted[0] if counted else 0

    async def due(self, now: datetime, limit: int) -> Sequence[Erasure]:
        """Those to be looked for now, of all tenants, by tenant."""
        async with self._database.system_statement() as connection:
            rows = await (await connection.cursor(row_factory=dict_row).execute(_DUE, (now, limit))).fetchall()
        return [Erasure(**row) for row in rows]

    async def looked(
        self, connection: AsyncConnection, erasure: Erasure, found: Mapping[str, int], now: datetime
    ) -> bool:
        """One more look is done; after the last of them the id is forgotten here, too. Whether this was the last."""
        asked = {"id": erasure.id, "looks": erasure.looks, "enough": LOOKS, "now": now, "again": now + BETWEEN_LOOKS}
        row = await (await connection.execute(_LOOKED, asked | {"found": Jsonb(dict(found))})).fetchone()
        return row is not None and row[0] == "erased"

    async def put_off(self, erasures: Sequence[Erasure], until: datetime) -> None:
        async with self._database.system() as connection:
            await connection.execute(_LATER, (until, [erasure.id for erasure in erasures]))

    async def restore(self, noted: Iterable[Noted], known: Mapping[str, Noted], now: datetime) -> None:
        """Know everybody in the journal again, and begin anew with those whose ids are known, by id."""
        users = {one.erasure_id: user_id for user_id, one in known.items()}
        rows = [{**asdict(one), "user": users.get(one.erasure_id), "now": now} for one in noted]
        async with self._database.system() as connection:
            await connection.cursor().executemany(_RESTORE, rows)

    async def among(self, tenant_id: TenantId, user_ids: Sequence[str]) -> frozenset[str]:
        """Which of these people were erased, or are being erased."""
        if not await self.any(tenant_id):
            return frozenset()
        digests = {self._key.digest(user_id): user_id for user_id in user_ids}
        async with self._database.system_statement() as connection:
            rows = await (await connection.execute(_AMONG, (tenant_id, list(digests)))).fetchall()
        return frozenset(digests[bytes(digest)] for (digest,) in rows)

    async def any(self, tenant_id: TenantId) -> bool:
        """Whether anybody was. Asked once a second at most: who is new is on the list of suppressions, too."""
        known, asked_at = self._tenants.get(tenant_id, (False, -_FRESH))
        if not known and monotonic() - asked_at >= _FRESH:
            async with self._database.system_statement() as connection:
                known = await (await connection.execute(_ANY, (tenant_id,))).fetchone() is not None
            self._tenants[tenant_id] = (known, monotonic())
        return known
