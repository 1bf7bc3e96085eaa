"""Suppressions in Postgres."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import AsyncConnection

from campaigns.application.audience.ports import SuppressionPage
from campaigns.domain.audience.errors import SuppressionNotFoundError
from campaigns.domain.audience.standing import BITS, CHANNEL_NUMBERS
from campaigns.domain.audience.suppression import SKIP_REASONS, Suppression
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId, UserId
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.suppression_pages import ROW, page_of, read
from campaigns.infrastructure.postgres.database import Database

_ADD = """
insert into suppressions (tenant_id, user_id, channel, reason, source, created_by, created_at)
select %(tenant)s, * from unnest(%(users)s::text[], %(channels)s::text[], %(reasons)s::smallint[], %(sources)s::text[],
                                 %(by)s::text[], %(at)s::timestamptz[])
on conflict (tenant_id, user_id, channel) do update
   set reason = excluded.reason, source = excluded.source, created_by = excluded.created_by,
       created_at = excluded.created_at
"""
_AT_ONCE = 5_000
_NEXT = f"""
select {ROW} from suppressions where tenant_id = %s and (user_id, channel) > (%s, %s)
 order by user_id, channel limit %s"""
_WEIGHTS = {
    SkipReason.SUPPRESSED_BOUNCED: 1,
    SkipReason.SUPPRESSED_UNSUBSCRIBED: 2,
    SkipReason.SUPPRESSED_COMPLAINED: 3,
    SkipReason.SUPPRESSED_MANUALLY: 4,
    SkipReason.DELETED: 5,
}
_WEIGHT = " ".join(f"when {reason.value} then {weight}" for reason, weight in _WEIGHTS.items())
_HEAR = f"""{_ADD} where (case excluded.reason {_WEIGHT} end, suppressions.created_at)
    > (case suppressions.reason {_WEIGHT} end, excluded.created_at)""".encode()
_SHIFT = " ".join(f"when '{channel}' then {BITS * number}" for channel, number in CHANNEL_NUMBERS.items())
_STANDING = f"""
select user_id,
       coalesce(max(reason) filter (where channel = '*'), 0)::bigint as everywhere,
       coalesce(sum(reason::bigint << case channel {_SHIFT} end) filter (where channel <> '*'), 0)::bigint as by_channel
  from suppressions where tenant_id = %s {{and_user}} group by user_id
"""
_AMONG = b"""
select user_id, channel, reason from suppressions
 where tenant_id = %s and user_id = any(%s::text[]) order by channel"""
_CSV = """
select convert_to(string_agg(format('"%%s",%%s,%%s', replace(user_id, '"', '""'), everywhere, by_channel), e'\\n'),
                  'UTF8')
  from (select *, row_number() over () / 10000 as part from ({standing}) standing) lines
 group by part
"""
_COLUMNS = {"user_id": pa.string(), "everywhere": pa.int64(), "by_channel": pa.int64()}
_NO_ROWS = pa.Table.from_batches([], schema=pa.schema(list(_COLUMNS.items())))  # pa.array would import pandas


_LIFTED = """
insert into suppression_lifts values (%s, 1)
    on conflict (tenant_id) do update set lifts = suppression_lifts.lifts + 1"""
_EDITION = """
select (select max(created_at) from suppressions where tenant_id = %s),
       (select lifts from suppression_lifts where tenant_id = %s)"""


class PostgresSuppressions:
    """Suppressions, SuppressedPeople, SuppressionEditions, and what delivery asks before it hands over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, tenant_id: TenantId, suppressions: Sequence[Suppression]) -> int:
        async with self._database.tenant(tenant_id) as connection:
            await add_suppressions(connection, tenant_id, suppressions)
        return len(suppressions)

    async def remove(self, tenant_id: TenantId, user_id: UserId, channel: str) -> None:
        async with self._database.tenant(tenant_id) as connection:
            gone = await connection.execute(
                "delete from suppressions where tenant_id = %s and user_id = %s and channel = %s",
                (tenant_id, user_id, channel),
            )
            if not gone.rowcount:
                raise SuppressionNotFoundError("Nothing is said about this person and channel")
            await connection.execute(_LIFTED, (tenant_id,))

    async def edition(self, tenant_id: TenantId) -> str:
        async with self._database.tenant(tenant_id) as connection:
            row = await (await connection.execute(_EDITION, (tenant_id, tenant_id))).fetchone()
        return str(row)

    async def page(
        self,
        tenant_id: TenantId,
        *,
        user_id: str | None,
        channel: str | None,
        reason: str | None,
        limit: int,
        cursor: str | None,
    ) -> SuppressionPage:
        number = None if reason is None else SKIP_REASONS[reason].value  # type: ignore[index] # a literal by now
        asked = {"tenant": tenant_id, "user": user_id, "channel": channel, "reason": number}
        async with self._database.tenant(tenant_id) as connection:
            return await page_of(connection, asked, limit, cursor)

    async def every(self, tenant_id: TenantId) -> AsyncIterator[Suppression]:
        """In pieces, each in a transaction of its own: whoever reads slowly keeps none open."""
        after = ("", "")
        while True:
            async with self._database.tenant(tenant_id) as connection:
                rows = await (await connection.execute(_NEXT, (tenant_id, *after, _AT_ONCE))).fetchall()
            for row in rows:
                yield read(row)
            if len(rows) < _AT_ONCE:
                return
            after = rows[-1][:2]

    async def standing(self, tenant_id: TenantId, user_id: UserId) -> tuple[int, int]:
        async with self._database.tenant(tenant_id) as connection:
            statement = _STANDING.format(and_user="and user_id = %s").encode()
            row = await (await connection.execute(statement, (tenant_id, user_id))).fetchone()
        return (row[1], row[2]) if row else (0, 0)

    async def standings(self, tenant_id: TenantId, user_ids: Sequence[UserId]) -> Mapping[UserId, tuple[int, int]]:
        async with self._database.tenant(tenant_id) as connection:
            statement = _STANDING.format(and_user="and user_id = any(%s::text[])").encode()
            rows = await (await connection.execute(statement, (tenant_id, list(user_ids)))).fetchall()
        return {UserId(row[0]): (row[1], row[2]) for row in rows}

    async def among(
        self, tenant_id: TenantId, _campaign_id: Any, user_ids: Sequence[str]
    ) -> Mapping[str, Mapping[ChannelType, str]]:
        """Delivery's question: of these people, who is suppressed on which channel, and why; every commit is seen."""
        async with self._database.system_statement() as connection:
            rows = await (await connection.execute(_AMONG, (tenant_id, list(user_ids)))).fetchall()
        found: dict[str, dict[ChannelType, str]] = {}
        for user_id, channel, reason in rows:  # '*' sorts first: what is said of one channel comes after it
            channels = ChannelType if channel == "*" else (ChannelType(channel),)
            said = found.setdefault(user_id, {})
            for each in channels:
                if said.get(each) != SkipReason.DELETED.wire_name:
                    said[each] = SkipReason(reason).wire_name
        return found

    async def table(self, tenant_id: TenantId) -> pa.Table:
        """Fetched as CSV, ten thousand lines a row: a hundred times cheaper than a million Python rows."""
        select = _CSV.format(standing=_STANDING.format(and_user=""))
        async with self._database.tenant(tenant_id) as connection:
            cursor = await connection.execute(select.encode(), (tenant_id,), binary=True)
            parts = [part for (part,) in await cursor.fetchall()]
        if not parts:
            return _NO_ROWS
        reading = pa_csv.ReadOptions(column_names=list(_COLUMNS), use_threads=False)
        converting = pa_csv.ConvertOptions(column_types=_COLUMNS, strings_can_be_null=False)
        parsing = pa_csv.ParseOptions(newlines_in_values=True)
        return pa_csv.read_csv(pa.BufferReader(b"\n".join(parts)), reading, parsing, converting)


async def add_suppressions(
    connection: AsyncConnection, tenant_id: TenantId, suppressions: Sequence[Suppression]
) -> None:
    """Within the caller's transaction; in the order of their keys, so that nobody waits for each other."""
    last = {(given.user_id, str(given.channel)): given for given in suppressions}
    await connection.execute(_ADD, _columns(tenant_id, [last[key] for key in sorted(last)]))


async def hear_suppressions(
    connection: AsyncConnection, tenant_id: TenantId, suppressions: Sequence[Suppression]
) -> None:
    """As `add_suppressions`, for what is heard in any order: the weightiest reason stays, with its earliest time."""
    weighed = sorted(suppressions, key=_weight)
    weightiest = {(given.user_id, str(given.channel)): given for given in weighed}
    await connection.execute(_HEAR, _columns(tenant_id, [weightiest[key] for key in sorted(weightiest)]))


def _weight(given: Suppression) -> tuple[int, float]:
    return _WEIGHTS[SKIP_REASONS[given.reason]], -given.created_at.timestamp()


def _columns(tenant_id: TenantId, given: Sequence[Suppression]) -> dict[str, Any]:
    return {
        "tenant": tenant_id,
        "users": [one.user_id for one in given],
        "channels": [str(one.channel) for one in given],
        "reasons": [SKIP_REASONS[one.reason].value for one in given],
        "sources": [one.source for one in given],
        "by": [one.created_by for one in given],
        "at": [one.created_at for one in given],
    }
