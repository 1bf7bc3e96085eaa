"""What was answered and found out about people: stored answers of idempotent requests, dry runs, imports."""

from collections.abc import Sequence
from typing import Any, LiteralString

import msgspec
from psycopg.types.json import Jsonb

from campaigns.domain.audience.erasure import Forgotten, without_people
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.erasing.places.recorded import as_written, written
from campaigns.infrastructure.postgres.database import Database

_GONE = msgspec.json.encode(
    {
        "type": "about:blank",
        "title": "Gone",
        "status": 410,
        "code": "request.answer_erased",
        "detail": "This was carried out before; its answer named a person who was erased since.",
    }
)
_HEADERS = {"content-type": "application/problem+json"}
_ANSWERS: LiteralString = """
update idempotency_keys set status = 410, body = %(gone)s, headers = %(headers)s
 where tenant_id = %(tenant)s and body is not null and body <> %(gone)s
   and (exists (select from unnest(%(texts)s::bytea[]) text where position(text in body) > 0)
        or route ~ '(preview|test-send)$'
           and exists (select from unnest(%(values)s::bytea[]) text where position(text in body) > 0))"""
_FORECASTS: LiteralString = """
select dry_run_id, forecast, error from dry_runs
 where tenant_id = %(tenant)s
   and exists (select from unnest(%(texts)s::bytea[]) text
                where position(text in convert_to(coalesce(forecast::text, '') || coalesce(error, ''), 'UTF8')) > 0)"""
_REWRITE: LiteralString = "update dry_runs set forecast = %s, error = %s where dry_run_id = %s"


class StoredAnswers:
    """A repeat of the request is told that its answer is gone; it is not carried out again."""

    name = "answers"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, tenant_id: TenantId, people: Sequence[Forgotten]) -> int:
        asked: dict[str, Any] = {
            "tenant": tenant_id,
            "texts": written(people),
            "gone": _GONE,
            "headers": Jsonb(_HEADERS),
        }
        asked["values"] = [as_written(value) for one in people for value in one.values]
        async with self._database.system() as connection:
            return (await connection.execute(_ANSWERS, asked)).rowcount


class DryRunForecasts:
    name = "dry runs"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, tenant_id: TenantId, people: Sequence[Forgotten]) -> int:
        async with self._database.system() as connection:
            rows = await (
                await connection.execute(_FORECASTS, {"tenant": tenant_id, "texts": written(people)})
            ).fetchall()
            for dry_run_id, forecast, error in rows:
                kept, said = without_people([forecast, error], people)
                await connection.execute(_REWRITE, (None if kept is None else Jsonb(kept), said, dry_run_id))
        return len(rows)
