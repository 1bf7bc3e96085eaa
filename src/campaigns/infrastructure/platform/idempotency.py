"""Idempotency keys in Postgres: one row per key, which is its lock and later its answer."""

from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from campaigns.application.platform.ports import (
    Begun,
    IdempotentRequest,
    StillRunning,
    StoredAnswer,
    UsedForAnother,
)
from campaigns.infrastructure.postgres.database import Database

KEPT = timedelta(hours=24)
LOCKED = timedelta(seconds=5)  # longer than extending takes when all is slow; how long a crash holds up a repeat

# Taken when new, when it is older than a day (then anything may be asked anew), or when its attempt ran out of time.
_BEGIN = b"""
insert into idempotency_keys as known
  (tenant_id, principal, route, key, fingerprint, command_id, attempt, locked_until, created_at)
values (%(tenant_id)s, %(principal)s, %(route)s, %(key)s, %(fingerprint)s,
  %(attempt)s, %(attempt)s, %(locked_until)s, %(now)s)
on conflict (tenant_id, principal, route, key) do update set
  fingerprint = excluded.fingerprint,
  command_id = case when known.created_at > %(oldest)s then known.command_id else excluded.command_id end,
  created_at = case when known.created_at > %(oldest)s then known.created_at else excluded.created_at end,
  status = null, headers = null, body = null, attempt = excluded.attempt, locked_until = excluded.locked_until
where known.created_at <= %(oldest)s
   or (known.status is null and known.locked_until <= %(now)s and known.fingerprint = excluded.fingerprint)
returning command_id"""
_WHERE = "tenant_id = %(tenant_id)s and principal = %(principal)s and route = %(route)s and key = %(key)s"
_LOOK = f"select fingerprint, status, headers, body, locked_until from idempotency_keys where {_WHERE}"
_HOLDS = f"{_WHERE} and attempt = %(attempt)s and status is null"
_FINISH = f"""update idempotency_keys set status = %(status)s, headers = %(headers)s, body = %(body)s
where {_WHERE} and status is null"""
_HOLD_UNTIL = f"update idempotency_keys set locked_until = %(locked_until)s where {_HOLDS}"
_WITHDRAW = f"delete from idempotency_keys where {_HOLDS}"
_FORGET = b"""delete from idempotency_keys where ctid = any (array(
  select ctid from idempotency_keys where created_at <= %s limit 5000))"""


class PostgresIdempotencyKeys:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, request: IdempotentRequest, now: datetime
    ) -> Begun | StoredAnswer | StillRunning | UsedForAnother:
        times = {"now": now, "oldest": now - KEPT, "locked_until": now + LOCKED}
        values = {**_named(request), "fingerprint": request.fingerprint, **times}
        async with self._database.tenant(request.tenant_id) as connection:
            taken = await (await connection.execute(_BEGIN, values)).fetchone()
            if taken is not None:
                return Begun(command_id=taken[0])
            row = await _look(connection, request)
        return StillRunning(retry_after=1) if row is None else _told(row, request, now)

    async def extend(self, request: IdempotentRequest, now: datetime) -> None:
        await self._hold_until(now + LOCKED, request)

    async def finish(self, request: IdempotentRequest, answer: StoredAnswer) -> StoredAnswer:
        told = {"status": answer.status, "headers": Jsonb(answer.headers), "body": answer.body}
        async with self._database.tenant(request.tenant_id) as connection:
            kept = await connection.execute(_FINISH.encode(), {**_named(request), **told})
            first = None if kept.rowcount else await _look(connection, request)
        return answer if first is None else _stored(first)

    async def release(self, request: IdempotentRequest, now: datetime) -> None:
        await self._hold_until(now, request)

    async def withdraw(self, request: IdempotentRequest) -> None:
        async with self._database.tenant(request.tenant_id) as connection:
            await connection.execute(_WITHDRAW.encode(), _named(request))

    async def forget(self, now: datetime) -> int:
        """Delete up to 5,000 answers past their day; how many there were."""
        async with self._database.system() as connection:
            return (await connection.execute(_FORGET, (now - KEPT,))).rowcount

    async def _hold_until(self, end: datetime, request: IdempotentRequest) -> None:
        async with self._database.tenant(request.tenant_id) as connection:
            await connection.execute(_HOLD_UNTIL.encode(), {**_named(request), "locked_until": end})


async def _look(connection: AsyncConnection, request: IdempotentRequest) -> dict[str, Any] | None:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_LOOK.encode(), _named(request))
        return await cursor.fetchone()


def _named(request: IdempotentRequest) -> dict[str, Any]:
    return {
        "attempt": request.attempt,
        "tenant_id": request.tenant_id,
        "principal": request.principal,
        "route": request.route,
        "key": request.key,
    }


def _told(
    row: dict[str, Any], request: IdempotentRequest, now: datetime
) -> StoredAnswer | StillRunning | UsedForAnother:
    if bytes(row["fingerprint"]) != request.fingerprint:
        return UsedForAnother()
    if row["status"] is None:
        return StillRunning(retry_after=max(1, int((row["locked_until"] - now).total_seconds())))
    return _stored(row)


def _stored(row: dict[str, Any]) -> StoredAnswer:
    return StoredAnswer(status=row["status"], headers=row["headers"], body=bytes(row["body"]))
