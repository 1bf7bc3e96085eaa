"""An open log, and an open database beside it."""

from collections.abc import AsyncIterator

import pytest
from tests.infrastructure.eventstore.lamps import FixedClock

from campaigns.infrastructure.eventstore import EventLog
from campaigns.infrastructure.postgres.database import Database


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def log(database_url: str) -> AsyncIterator[EventLog]:
    async with EventLog(database_url, FixedClock()) as log:
        yield log


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url, tenant_connections=2, system_connections=4) as database:
        yield database
