"""One holder at a time, and a fence against those who come too late."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from tests.support.waiting import eventually_async, until_async

from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.leases import Lease
from campaigns.infrastructure.postgres.single_role import SingleRole

pytestmark = pytest.mark.anyio


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with Database(database_url) as database:
        yield database


async def test_one_of_many_gets_the_lease(database: Database) -> None:
    fences = await asyncio.gather(*(Lease(database, "role", f"p{n}").acquire() for n in range(6)))
    assert sorted(fence or 0 for fence in fences) == [0, 0, 0, 0, 0, 1]


async def test_a_lease_that_ran_out_goes_to_the_next_with_a_larger_fence(database: Database) -> None:
    first, second = Lease(database, "role", "a", seconds=60), Lease(database, "role", "b", seconds=300)
    old = await first.acquire()
    await _time_passes(database, 61)
    new = await second.acquire()
    assert (old, new) == (1, 2)
    assert await first.renew(1) is False
    await first.release(1)
    assert await second.renew(2) is True


async def _time_passes(database: Database, seconds: float) -> None:
    async with database.system() as connection:
        await connection.execute("update leases set expires_at = expires_at - make_interval(secs => %s)", (seconds,))


async def test_a_renewed_lease_is_kept(database: Database) -> None:
    held, waiting = Lease(database, "role", "a", seconds=300), Lease(database, "role", "b")
    fence = await held.acquire()
    assert fence == 1
    for _ in range(4):
        await _time_passes(database, 120)
        assert await held.renew(fence)
        assert await waiting.acquire() is None


async def test_a_released_lease_is_free_at_once_and_its_fence_goes_on(database: Database) -> None:
    held, waiting = Lease(database, "role", "a"), Lease(database, "role", "b")
    await held.release(await held.acquire() or 0)
    assert await waiting.acquire() == 2
    await held.release(1)
    assert await waiting.renew(2), "an old holder releases nothing of the new one"


class Working:
    """Notes when it works; can fail."""

    def __init__(self) -> None:
        self.started = 0
        self.now = 0
        self.fail = False

    async def run(self, stopping: asyncio.Event) -> None:
        self.started += 1
        self.now += 1
        try:
            if self.fail:
                self.fail = False
                raise RuntimeError("once")
            await stopping.wait()
        finally:
            self.now -= 1


async def _expiry(database: Database) -> datetime:
    async with database.system() as connection:
        row = await (await connection.execute("select expires_at from leases")).fetchone()
    assert row is not None
    return row[0]  # type: ignore[no-any-return]


async def test_a_single_role_works_in_one_process_and_moves_when_it_stops(database: Database) -> None:
    works, stops = [Working(), Working()], [asyncio.Event(), asyncio.Event()]
    running = [
        asyncio.create_task(SingleRole(Lease(database, "role", f"p{n}", seconds=6), works[n]).run(stops[n]))
        for n in range(2)
    ]
    await eventually_async(lambda: sum(work.now for work in works), 1)
    granted = await _expiry(database)
    await until_async(lambda: _expiry(database), lambda renewed: renewed > granted)
    assert sum(work.now for work in works) == 1, "the lease is renewed, the other stands by"
    holder = 0 if works[0].now else 1
    stops[holder].set()
    await running[holder]
    await eventually_async(lambda: works[1 - holder].now, 1)
    assert works[holder].now == 0
    stops[1 - holder].set()
    await running[1 - holder]


async def test_a_role_whose_lease_was_taken_stops(database: Database) -> None:
    work, stopping = Working(), asyncio.Event()
    running = asyncio.create_task(SingleRole(Lease(database, "role", "p", seconds=0.6), work).run(stopping))
    await eventually_async(lambda: work.now, 1)
    async with database.system() as connection:
        await connection.execute(
            "update leases set holder = 'q', fence = fence + 1, expires_at = now() + interval '1 hour'"
        )
    await eventually_async(lambda: work.now, 0)
    stopping.set()
    await running


async def test_a_role_that_failed_begins_again(database: Database) -> None:
    work, stopping = Working(), asyncio.Event()
    work.fail = True
    running = asyncio.create_task(SingleRole(Lease(database, "role", "p", seconds=0.3), work).run(stopping))
    await until_async(lambda: work.started >= 2 and work.now == 1)
    stopping.set()
    await running
