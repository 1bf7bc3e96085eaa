"""Which events of others had their effect here."""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog
from psycopg import AsyncConnection

from campaigns.application.shared.consuming import ConsumedEvent
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.postgres.database import Database

_KNOWN = "select event_key from inbox where event_key = any(%s::uuid[])"
_ADD = """
    insert into inbox (tenant_id, event_key, subject)
    select distinct on (key) tenant, key, subject
      from unnest(%s::text[], %s::uuid[], %s::text[]) as given (tenant, key, subject) order by key
    on conflict (event_key) do nothing returning event_key"""
_FORGET = """
    delete from inbox where ctid = any(array(select ctid from inbox where received_at < %s limit 10000))"""
_EVERY = 600.0  # seconds

_log = structlog.get_logger(__name__)


async def newly(connection: AsyncConnection, events: Sequence[ConsumedEvent]) -> set[UUID]:
    """Remember events within the transaction of their effect; answers those that were not there before.

    Another transaction that holds one of them is waited for. Call it first, and leave out the effect of the others.
    """
    columns = (
        [event.tenant_id for event in events],
        [event.key for event in events],
        [event.subject for event in events],
    )
    return {key for (key,) in await (await connection.execute(_ADD, columns)).fetchall()}


class PostgresInbox:
    """`Inbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, keys: Collection[UUID]) -> set[UUID]:
        async with self._database.system_statement() as connection:
            rows = await (await connection.execute(_KNOWN, (list(keys),))).fetchall()
        return {key for (key,) in rows}

    async def add(self, events: Sequence[ConsumedEvent]) -> None:
        async with self._database.system() as connection:
            await newly(connection, events)


class ForgetOldEvents:
    """A Runnable; as many at once as wished."""

    def __init__(self, database: Database, clock: Clock, retention: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._retention = retention

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            with suppress(DependencyDownError):  # there is another day
                while await self.forget():
                    pass
            with suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), _EVERY)

    async def forget(self) -> int:
        """Delete up to ten thousand events past their retention; how many there were."""
        async with self._database.system() as connection:
            gone = (await connection.execute(_FORGET, (self._clock.now() - self._retention,))).rowcount
        if gone:
            _log.info("inbox_forgot", events=gone)
        return gone
