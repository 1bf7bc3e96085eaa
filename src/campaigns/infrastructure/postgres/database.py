"""Postgres as the adapters see it: a transaction for one tenant, or one for the system."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

from psycopg import AsyncConnection, sql
from psycopg_pool import AsyncConnectionPool

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.postgres.failures import has_news, translated
from campaigns.infrastructure.postgres.heartbeats import Heartbeat
from campaigns.infrastructure.postgres.patience import (
    RECONNECTING,
    PatientConnection,
    PatientCursor,
    RequestConnection,
    SystemConnection,
)
from campaigns.infrastructure.postgres.roles import APP, IDLE_SECONDS, SYSTEM, conninfo_as, require_harmless

# One round trip instead of two: these connections are in autocommit, the transaction begins with its tenant.
_BEGIN = sql.SQL("begin; set local campaigns.tenant = {}")
_LONGEST_QUEUE = 1_000  # callers that wait for a connection; the next is told at once
_PATIENCE = 5.0  # seconds a caller waits for a connection before it is told that Postgres is away
_BEATS = 3  # within the time that a transaction may be idle


class Database:
    """Two small pools, one for each role; open it with `async with`.

    Every `async with` of `tenant` or `system` is one transaction: committed at the end, rolled back on an exception.
    When the process stands still for `idle_seconds` within one, Postgres ends it, and whoever waits for it goes on.
    Errors about the connection leave as DependencyDownError("postgres"); other driver errors are the adapter's.
    """

    def __init__(
        self,
        url: str,
        *,
        tenant_connections: int = 6,
        system_connections: int = 6,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._url = url
        self._beat = idle_seconds / _BEATS
        as_app, as_system = (conninfo_as(role, url, idle_seconds=idle_seconds) for role in (APP, SYSTEM))
        self._tenants = _pool(as_app, APP, RequestConnection, tenant_connections)
        self._system = _pool(as_system, SYSTEM, SystemConnection, system_connections)
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for pool, role in ((self._tenants, APP), (self._system, SYSTEM)):
                stack.push_async_callback(pool.close)
                with translated():
                    await pool.open(wait=True, timeout=_PATIENCE)
                    async with pool.connection() as connection:
                        await require_harmless(connection, role)
            self._opened = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    @asynccontextmanager
    async def tenant(self, tenant_id: TenantId) -> AsyncIterator[AsyncConnection]:
        """A transaction as campaigns_app that sees this tenant's rows and no others."""
        begin = _BEGIN.format(sql.Literal(tenant_id))
        with translated():
            async with self._tenants.connection() as connection:
                await connection.execute(begin)
                async with Heartbeat(connection, self._beat):
                    yield connection

    @asynccontextmanager
    async def system(self) -> AsyncIterator[AsyncConnection]:
        """A transaction as campaigns_system, which sees all tenants: workers, followers, nothing that serves one."""
        async with self.system_statement() as connection:
            await connection.execute("begin")
            async with Heartbeat(connection, self._beat):
                yield connection

    @asynccontextmanager
    async def system_statement(self) -> AsyncIterator[AsyncConnection]:
        """As the system, each statement a transaction of its own: one round trip where `system` needs three."""
        with translated():
            async with self._system.connection() as connection:
                yield connection

    @asynccontextmanager
    async def dedicated_listener(self, *channels: str) -> AsyncIterator[AsyncConnection]:
        """A connection of its own that LISTENs on the channels; hear them with `listening.announced`."""
        with translated():
            conninfo = conninfo_as(SYSTEM, self._url, f"campaigns listens on {', '.join(channels)}")
            async with await AsyncConnection.connect(conninfo, autocommit=True) as connection:
                for channel in channels:
                    await connection.execute(f'listen "{channel}"'.encode())
                yield connection

    def pool_figures(self) -> dict[str, dict[str, int]]:
        """What each pool counted since it was opened, by its role; the keys are psycopg_pool's."""
        return {pool.name: pool.get_stats() for pool in (self._tenants, self._system)}

    async def answers(self) -> None:
        """One round trip, for readiness; DependencyDownError when it fails."""
        async with self.system_statement() as connection:
            await connection.execute("select 1")


def _pool(conninfo: str, role: str, kind: type[PatientConnection], size: int) -> AsyncConnectionPool[AsyncConnection]:
    return AsyncConnectionPool(
        conninfo,
        connection_class=kind,
        min_size=1,
        max_size=size,
        max_waiting=_LONGEST_QUEUE,
        open=False,
        timeout=_PATIENCE,
        max_idle=60,
        reconnect_timeout=RECONNECTING,
        check=_check,
        kwargs={"autocommit": True, "cursor_factory": PatientCursor},
        name=role,
    )


async def _check(connection: AsyncConnection) -> None:
    """Ask only a connection that has something to say: an idle one is told nothing but its end."""
    if has_news(connection.pgconn.socket):
        await AsyncConnectionPool.check_connection(connection)
