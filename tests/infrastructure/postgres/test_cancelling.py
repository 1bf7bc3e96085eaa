"""A task that is cancelled while it writes many rows ends as cancelled, and the next one works."""

import asyncio

import psycopg
import pytest
from psycopg import waiting

from campaigns.infrastructure.postgres.database import Database

pytestmark = pytest.mark.anyio

_ROWS = [(number,) for number in range(50)]
_STEPS = [*range(40), *(40 * 2**times for times in range(1, 12))]  # of the event loop: far more than the whole takes


async def _write(database: Database) -> None:
    async with database.system() as connection:
        await connection.cursor().executemany("insert into written (number) values (%s)", _ROWS)


async def test_many_rows_are_cancelled_at_any_step(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(database_url, autocommit=True) as owner:
        owner.execute("create table written (number int); grant insert, select on written to campaigns_system")
    monkeypatch.setattr(waiting, "MAX_BUSY_TIME", 0)  # as a busy loop: the driver pauses after each answer
    tried = finished = 0
    async with Database(database_url) as database:
        for steps in _STEPS:
            if finished and steps > 40:
                break
            tried += 1
            writing = asyncio.create_task(_write(database))
            for _ in range(steps):
                await asyncio.sleep(0.0005)
            writing.cancel()
            (ended,) = await asyncio.gather(writing, return_exceptions=True)
            assert ended is None or isinstance(ended, asyncio.CancelledError), steps
            finished += ended is None
        async with database.system() as connection:
            row = await (await connection.execute("select count(*) from written")).fetchone()
    assert row is not None
    batches, half_done = divmod(row[0], len(_ROWS))
    assert half_done == 0
    assert 0 < finished <= batches < tried  # a commit may come through after its client has gone
