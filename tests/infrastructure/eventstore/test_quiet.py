"""While nothing is announced, loops look seldom; whatever is announced makes them brisk again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import psycopg
import pytest
from tests.support.waiting import PATIENCE, until_async

from campaigns.infrastructure.eventstore.news import LEDGER, News
from campaigns.infrastructure.postgres.announcing import announce_work
from campaigns.infrastructure.postgres.database import Database

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def quiet_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.infrastructure.eventstore.news._QUIET_AFTER", 0.0)


@asynccontextmanager
async def heard(database: Database) -> AsyncIterator[News]:
    """News that listens."""
    news, stopping = News(database), asyncio.Event()
    running = asyncio.create_task(news.run(stopping))
    await until_async(lambda: news.is_quiet)
    yield news
    stopping.set()
    await running


async def rested(news: News, seconds: float) -> float:
    began = monotonic()
    await news.rest(seconds, asyncio.Event())
    return monotonic() - began


async def test_in_quiet_times_a_rest_is_five_times_as_long(database: Database) -> None:
    async with heard(database) as news:
        assert await rested(news, 0.1) >= 0.5


async def test_where_nobody_listens_it_is_never_quiet(database: Database) -> None:
    assert await rested(News(database), 1.0) < 5.0


async def test_what_is_announced_ends_the_quiet_once_it_is_committed(database: Database) -> None:
    async with heard(database) as news:
        resting = asyncio.create_task(rested(news, PATIENCE))  # five times as long
        await asyncio.sleep(0.1)
        assert not resting.done()
        async with database.system() as connection:
            await announce_work(connection)
        assert await resting < PATIENCE


async def test_a_hint_of_the_ledger_is_heard_by_those_who_wait_for_it(database: Database, database_url: str) -> None:
    async with heard(database) as news:
        with news.heard(LEDGER) as told, news.heard() as of_the_log:
            async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
                await connection.execute("notify ledger")
            async with asyncio.timeout(PATIENCE):
                await told.wait()
            assert not of_the_log.is_set()
