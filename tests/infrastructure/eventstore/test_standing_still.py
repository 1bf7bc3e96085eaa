"""A process that stands still within a transaction: the others go on, and so does it when it is let."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from tests.infrastructure.eventstore.lamps import TOPICS, FixedClock, caller, installed, lamps
from tests.infrastructure.eventstore.standing_reader import NAME
from tests.infrastructure.eventstore.test_following import project, projected

from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.eventstore import EventLog, Follower, News
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.failures import translated
from campaigns.infrastructure.postgres.heartbeats import Heartbeat
from campaigns.infrastructure.postgres.roles import SYSTEM, conninfo_as

pytestmark = pytest.mark.anyio

_SAYS = "select query from pg_stat_activity where pid = %s and state = 'idle in transaction'"


@contextmanager
def _reader(url: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.infrastructure.eventstore.standing_reader", url, "1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


async def test_others_go_on_beside_a_frozen_process_and_it_thaws_without_losing_or_doubling_anything(
    database_url: str, database: Database
) -> None:
    async with EventLog(database_url, FixedClock(), patience=30) as log:
        await lamps(log).record(None, [installed()], caller())
        with _reader(database_url) as reader:
            assert reader.stdin is not None
            assert reader.stdout is not None
            assert await asyncio.to_thread(reader.stdout.readline) == "holding\n"
            os.kill(reader.pid, signal.SIGSTOP)
            await lamps(log).record(None, [installed()], caller())
            assert await Follower(database, News(database), TOPICS, name=NAME, handle=project).catch_up() == 2
            await lamps(log).record(None, [installed()], caller())
            reader.stdin.write("go on\n")
            reader.stdin.flush()
            os.kill(reader.pid, signal.SIGCONT)
            await _projected(database, [1, 2, 3])
            said, _ = await asyncio.to_thread(reader.communicate)
    assert said.count("again_in=") == 1
    assert "stood still within a transaction" in said


async def test_a_transaction_that_waits_for_something_else_is_heard_of(database: Database, database_url: str) -> None:
    async with database.system() as connection, Heartbeat(connection, 0.01):
        with psycopg.connect(database_url, autocommit=True) as other:
            async with asyncio.timeout(10):
                while other.execute(_SAYS, (connection.info.backend_pid,)).fetchone() != ("select 1",):
                    await asyncio.sleep(0.01)


async def test_a_transaction_that_was_ended_unheard_does_not_look_committed(database_url: str) -> None:
    async with Database(database_url, idle_seconds=0.1) as database:
        with pytest.raises(DependencyDownError):
            await _be_ended_unheard(database, database_url)


async def test_who_stood_still_hears_that_and_may_try_again(database_url: str) -> None:
    conninfo = conninfo_as(SYSTEM, database_url, idle_seconds=0.05)
    with psycopg.connect(conninfo) as connection:
        connection.execute("select 1")
        time.sleep(0.2)
        with pytest.raises(DependencyDownError, match="stood still"), translated():
            connection.execute("select 1")


async def _be_ended_unheard(database: Database, url: str) -> None:
    """Only a beat notices."""
    async with database.system() as connection:
        with psycopg.connect(url, autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
        async with asyncio.timeout(10):
            while not connection.closed:
                await asyncio.sleep(0.01)


async def _projected(database: Database, expected: list[int]) -> None:
    async with asyncio.timeout(20):
        while await projected(database) != expected:
            await asyncio.sleep(0.02)
