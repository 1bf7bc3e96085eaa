"""Many writers, one log: no gap, no loss, order of commit."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from psycopg import AsyncCursor
from tests.infrastructure.eventstore.lamps import TOPICS, FixedClock, caller, installed, lamps
from tests.support.followers import follower_position
from tests.support.waiting import eventually_async

from campaigns.infrastructure.eventstore import EventLog, Follower, News, Recorded
from campaigns.infrastructure.postgres.database import Database

pytestmark = pytest.mark.anyio

WRITERS, EACH = 8, 60


async def _write(url: str, database: Database, number: int) -> None:
    """Every other writer has a log, and so a connection, of its own; the rest append in their own transactions."""
    async with EventLog(url, FixedClock()) as log:
        store = lamps(log)
        for step in range(EACH):
            if number % 2 and step % 5 == 0:
                async with database.system() as connection:
                    await store.append_within(connection.cursor(), None, [installed()], caller())
                    await asyncio.sleep(0.002)  # others must wait for this commit
            else:
                await store.record(None, [installed()], caller())


async def test_a_tailing_follower_misses_no_event_of_concurrent_writers(database_url: str, database: Database) -> None:
    seen: list[int] = []

    async def note(_cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        seen.extend(event.position for event in events)

    news, stopping = News(database), asyncio.Event()
    follower = Follower(database, news, TOPICS, name="tail", handle=note, batch=7)
    running = [asyncio.create_task(news.run(stopping)), asyncio.create_task(follower.run(stopping))]
    await asyncio.gather(*(_write(database_url, database, number) for number in range(WRITERS)))
    await eventually_async(lambda: follower_position(database, "tail"), WRITERS * EACH)
    stopping.set()
    await asyncio.gather(*running)
    assert seen == list(range(1, WRITERS * EACH + 1)), "each position once, in order, without a gap"


async def test_positions_have_no_gap_after_conflicts(log: EventLog, database: Database) -> None:
    store, event = lamps(log), installed()
    await store.record(None, [event], caller())
    lamp = await store.load(event.lamp_id, caller())
    outcomes = await asyncio.gather(
        *(store.record(lamp, [lamp.switch()], caller()) for _ in range(30)),
        *(store.record(None, [installed()], caller()) for _ in range(30)),
        return_exceptions=True,
    )
    stored = 1 + sum(not isinstance(outcome, BaseException) for outcome in outcomes)
    assert stored == 32
    async with database.system() as connection:
        rows = await (await connection.execute("select position from events order by position")).fetchall()
        head = await (await connection.execute("select position from feed_head")).fetchone()
    assert [position for (position,) in rows] == list(range(1, stored + 1))
    assert head == (stored,)
