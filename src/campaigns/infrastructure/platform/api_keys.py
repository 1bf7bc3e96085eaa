"""API keys in Postgres."""

from datetime import datetime

from psycopg.errors import ForeignKeyViolation
from psycopg.rows import DictRow, dict_row

from campaigns.domain.platform.api_keys import ApiKey
from campaigns.domain.platform.errors import ApiKeyNotFoundError, TenantNotFoundError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.platform.fresh import Fresh
from campaigns.infrastructure.postgres.database import Database

_SECONDS = 5.0
_COLUMNS = "tenant_id, key_id, name, secret_hash, scopes, created_at, expires_at, revoked_at, last_used_at"
# Noting each use would write a row for each request: a minute is near enough.
_FIND = f"""with noted as (
  update api_keys set last_used_at = now() where key_id = %(key_id)s
  and revoked_at is null and (last_used_at is null or last_used_at < now() - interval '1 minute')
) select {_COLUMNS} from api_keys where key_id = %(key_id)s"""


class PostgresApiKeys:
    """Finds are remembered for five seconds: so long may a key that another process revoked still open a door."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: Fresh[str, ApiKey | None] = Fresh(_SECONDS)

    async def add(self, key: ApiKey) -> None:
        statement = f"""insert into api_keys ({_COLUMNS}) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (key_id) do update set secret_hash = excluded.secret_hash"""
        row = (
            *(key.tenant_id, key.key_id, key.name, key.secret_hash, sorted(key.scopes)),
            *(key.created_at, key.expires_at, key.revoked_at, key.last_used_at),
        )
        try:
            async with self._database.tenant(key.tenant_id) as connection:
                await connection.execute(statement.encode(), row)
        except ForeignKeyViolation as error:
            raise TenantNotFoundError(f"There is no tenant {key.tenant_id!r}") from error
        self._found.forget(key.key_id)

    async def find(self, key_id: str) -> ApiKey | None:
        return await self._found.get(key_id, self._find)

    async def all(self, tenant_id: TenantId) -> list[ApiKey]:
        statement = f"select {_COLUMNS} from api_keys order by created_at desc, key_id"
        async with self._database.tenant(tenant_id) as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement.encode())
            return [_api_key(row) for row in await cursor.fetchall()]

    async def revoke(self, tenant_id: TenantId, key_id: str, at: datetime) -> ApiKey:
        statement = f"""update api_keys set revoked_at = coalesce(revoked_at, %s) where key_id = %s
            returning {_COLUMNS}"""
        async with self._database.tenant(tenant_id) as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement.encode(), (at, key_id))
            row = await cursor.fetchone()
        self._found.forget(key_id)
        if row is None:
            raise ApiKeyNotFoundError("There is no such API key")
        return _api_key(row)

    async def _find(self, key_id: str) -> ApiKey | None:
        async with self._database.system() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(_FIND.encode(), {"key_id": key_id})
            row = await cursor.fetchone()
        return None if row is None else _api_key(row)


def _api_key(row: DictRow) -> ApiKey:
    return ApiKey(**{**row, "scopes": frozenset(row["scopes"]), "secret_hash": bytes(row["secret_hash"])})
