"""Followers: effects and position together, or neither."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from psycopg import AsyncCursor
from tests.infrastructure.eventstore.lamps import TOPICS, caller, installed, lamps
from tests.support.followers import follower_position
from tests.support.waiting import PATIENCE, eventually_async

from campaigns.infrastructure.eventstore import EventLog, Follower, News, Recorded
from campaigns.infrastructure.platform.probes import FollowersProbe
from campaigns.infrastructure.postgres.database import Database

pytestmark = pytest.mark.anyio

_PROJECT = "insert into leases (name, holder, expires_at, fence) values (%s, 'seen', now(), %s)"  # any table will do


async def project(cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
    for event in events:
        await cursor.execute(_PROJECT, (str(event.position), event.position))


async def projected(database: Database) -> list[int]:
    async with database.system() as connection:
        rows = await (await connection.execute("select fence from leases order by fence")).fetchall()
    return [fence for (fence,) in rows]


async def _install(log: EventLog, count: int) -> None:
    for _ in range(count):
        await lamps(log).record(None, [installed()], caller())


async def test_effects_and_position_move_together(log: EventLog, database: Database) -> None:
    await _install(log, 5)
    follower = Follower(database, News(database), TOPICS, name="effects", handle=project, batch=3)
    assert [await follower.catch_up() for _ in range(3)] == [3, 2, 0]
    assert await projected(database) == [1, 2, 3, 4, 5]
    assert await follower_position(database, "effects") == 5


async def test_a_failing_handler_leaves_neither_effect_nor_position(log: EventLog, database: Database) -> None:
    await _install(log, 3)
    failures = ["once"]

    async def project_then_fail(cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        await project(cursor, events)
        if failures:
            failures.clear()
            raise RuntimeError("the power went out")

    follower = Follower(database, News(database), TOPICS, name="failing", handle=project_then_fail)
    with pytest.raises(RuntimeError):
        await follower.catch_up()
    assert await projected(database) == []
    assert await follower_position(database, "failing") == 0
    await follower.catch_up()
    assert await projected(database) == [1, 2, 3]


async def test_a_running_follower_goes_on_after_a_failure(log: EventLog, database: Database) -> None:
    failures = ["first", "second"]

    async def fail_twice(cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        if failures:
            raise RuntimeError(failures.pop())
        await project(cursor, events)

    stopping = asyncio.Event()
    follower = Follower(database, News(database), TOPICS, name="stubborn", handle=fail_twice)
    running = asyncio.create_task(follower.run(stopping))
    await _install(log, 2)
    await eventually_async(lambda: projected(database), [1, 2])
    stopping.set()
    await running


async def test_replicas_of_a_follower_do_nothing_twice(log: EventLog, database: Database) -> None:
    await _install(log, 12)
    replicas = [Follower(database, News(database), TOPICS, name="twins", handle=project, batch=5) for _ in range(3)]
    assert sum(await asyncio.gather(*(replica.catch_up() for replica in replicas))) == 12
    assert await projected(database) == list(range(1, 13))


async def test_a_follower_under_a_new_name_begins_at_the_first_event(log: EventLog, database: Database) -> None:
    await _install(log, 2)
    seen: list[int] = []

    async def note(_cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        seen.extend(event.position for event in events)

    for name in ("listing", "listing:2"):
        await Follower(database, News(database), TOPICS, name=name, handle=note).catch_up()
    assert seen == [1, 2, 1, 2]


async def test_a_hint_is_heard_long_before_the_poll(
    log: EventLog, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.infrastructure.eventstore.follower._POLL", 3_600.0)
    news, stopping, seen = News(database), asyncio.Event(), asyncio.Event()

    async def note(_cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        seen.set()

    follower = Follower(database, news, TOPICS, name="hinted", handle=note)
    running = [asyncio.create_task(news.run(stopping)), asyncio.create_task(follower.run(stopping))]
    await asyncio.sleep(0.3)  # both rest by now; who begins later looks at once, and finds the event without a hint
    await _install(log, 1)
    async with asyncio.timeout(PATIENCE):
        await seen.wait()
    stopping.set()
    await asyncio.gather(*running)


async def test_without_any_hint_the_poll_finds_the_event(log: EventLog, database: Database) -> None:
    stopping, seen = asyncio.Event(), asyncio.Event()

    async def note(_cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        seen.set()

    follower = Follower(database, News(database), TOPICS, name="deaf", handle=note)  # nobody runs its News
    running = asyncio.create_task(follower.run(stopping))
    await asyncio.sleep(0.2)
    await _install(log, 1)
    async with asyncio.timeout(PATIENCE):
        await seen.wait()
    stopping.set()
    await running


async def test_the_librarys_own_subscription_reads_the_same_log(log: EventLog) -> None:
    await _install(log, 3)
    with log.recorder.subscribe(gt=1) as subscription:
        read = await asyncio.to_thread(lambda: [next(subscription).id, next(subscription).id])
        subscription.stop()
    assert read == [2, 3]
    assert log.recorder.max_notification_id() == 3


async def test_what_keeps_a_follower_from_getting_on_is_told_until_it_does(log: EventLog, database: Database) -> None:
    await _install(log, 1)
    failing = ["once"]

    async def refuse(_: AsyncCursor[Any], __: Sequence[Recorded]) -> None:
        if failing:
            raise RuntimeError("the stream takes nothing")

    async def trouble() -> tuple[Any, ...] | None:
        async with database.system() as connection:
            found = await connection.execute("select trouble from followers where name = 'troubled'")
            return await found.fetchone()

    follower, stopping = Follower(database, News(database), TOPICS, name="troubled", handle=refuse), asyncio.Event()
    async with database.system() as connection:
        await connection.execute("insert into followers (name, position) values ('troubled', 0)")
    running = asyncio.create_task(follower.run(stopping))
    await eventually_async(trouble, ("RuntimeError: the stream takes nothing",))
    health = await FollowersProbe(database)()
    assert health.degraded
    assert "troubled does not get on: RuntimeError: the stream takes nothing" in health.detail
    failing.clear()
    await eventually_async(trouble, (None,))
    stopping.set()
    await running
