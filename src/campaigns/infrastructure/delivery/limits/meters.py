"""Permits from meters that all workers share: one short transaction, on the clock of Postgres."""

from collections.abc import Iterable, Mapping, Sequence
from typing import LiteralString

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from campaigns.domain.delivery.metering import Meter, RateLimit
from campaigns.domain.delivery.permitting import Gauges, LimitKey, Permission, Stretch, permit
from campaigns.domain.delivery.warming import Allowance
from campaigns.infrastructure.postgres.database import Database

# The clock is read after the rows are locked: whoever waited for them decides by the time at which they came free.
_HOLD: LiteralString = """
with held as materialized (
  select l.subject, l.span, l.meter from rate_limits l
    join unnest(%s::text[], %s::text[]) as wanted (subject, span) using (subject, span)
   order by l.subject, l.span for update of l
)
select subject, span, meter, extract(epoch from clock_timestamp())::float8 from held"""

_MAKE: LiteralString = """
insert into rate_limits (subject, span) select * from unnest(%s::text[], %s::text[]) as wanted (subject, span)
 order by 1, 2 on conflict do nothing"""

_KEEP: LiteralString = """
update rate_limits l set meter = kept.meter
  from unnest(%s::text[], %s::text[], %s::jsonb[]) as kept (subject, span, meter)
 where l.subject = kept.subject and l.span = kept.span"""

_BEGIN_WARM_UP: LiteralString = "insert into warm_ups (subject) values (%s) on conflict do nothing"
_WARM_UP_BEGAN: LiteralString = """
select extract(epoch from started_at)::float8, extract(epoch from clock_timestamp())::float8
  from warm_ups where subject = %s"""

_NO_LIMIT = float("inf")


class Asked(Struct, frozen=True):
    """`count` messages in a row that the allowances of these subjects limit."""

    subjects: tuple[str, ...]
    count: int


class Given(Struct, frozen=True):
    """`permission`, when it was given by the store's clock, and for how many seconds it is good."""

    permission: Permission
    at: float
    good_for: float


class PostgresMeters:
    """Rows are made when first asked for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, asked: Sequence[Asked], allowances: Mapping[str, Allowance]) -> Given:
        """All that the limits allow, in one transaction. DependencyDownError, ConflictError."""
        async with self._database.system() as connection:
            limits = await _limits(connection, allowances)
            now, meters = await _held(connection, limits)
            stretches = [Stretch(_keys(limits, part.subjects), part.count) for part in asked]
            permission = permit(stretches, Gauges(limits, meters, now))
            if permission.meters:
                await _keep(connection, permission.meters)
        return Given(permission, now, min((limit.slot for limit in limits.values()), default=_NO_LIMIT))


async def _limits(connection: AsyncConnection, allowances: Mapping[str, Allowance]) -> Mapping[LimitKey, RateLimit]:
    found: dict[LimitKey, RateLimit] = {}
    for subject, allowance in allowances.items():
        began, now = await _warm_up(connection, subject) if allowance.warm_up else (0.0, 0.0)
        found |= {LimitKey(subject, span): limit for span, limit in allowance.limits(began, now)}
    return found


async def _warm_up(connection: AsyncConnection, subject: str) -> tuple[float, float]:
    """When it began, at the latest now; and the time."""
    await connection.execute(_BEGIN_WARM_UP, (subject,))
    row = await (await connection.execute(_WARM_UP_BEGAN, (subject,))).fetchone()
    return (row[0], row[1]) if row else (0.0, 0.0)


async def _held(connection: AsyncConnection, keys: Iterable[LimitKey]) -> tuple[float, Mapping[LimitKey, Meter]]:
    """The meters, locked, and the time."""
    wanted = sorted(keys)
    if not wanted:
        return 0.0, {}
    columns = ([key.subject for key in wanted], [key.span for key in wanted])
    rows = await (await connection.execute(_HOLD, columns)).fetchall()
    if len(rows) < len(wanted):
        await connection.execute(_MAKE, columns)
        rows = await (await connection.execute(_HOLD, columns)).fetchall()
    meters = {LimitKey(subject, span): msgspec.convert(meter, Meter) for subject, span, meter, _ in rows}
    return max(row[3] for row in rows), meters


async def _keep(connection: AsyncConnection, meters: Mapping[LimitKey, Meter]) -> None:
    subjects, spans = [key.subject for key in meters], [key.span for key in meters]
    await connection.execute(_KEEP, (subjects, spans, [msgspec.json.encode(m).decode() for m in meters.values()]))


def _keys(limits: Iterable[LimitKey], subjects: Sequence[str]) -> tuple[LimitKey, ...]:
    return tuple(key for key in limits if key.subject in subjects)
