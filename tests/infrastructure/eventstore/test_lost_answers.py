"""Postgres away, and commits whose answer never came: every caller hears the truth."""

import asyncio
import threading
from collections.abc import Sequence

import psycopg
import pytest
from psycopg import Connection
from tests.infrastructure.eventstore.lamps import FixedClock, Lamp, caller, installed, lamps
from tests.support.waiting import PATIENCE

from campaigns.application.shared.errors import ConflictError, DependencyDownError
from campaigns.infrastructure.eventstore import Claims, EventLog, EventStore, writer
from campaigns.infrastructure.eventstore.group import write_group
from campaigns.infrastructure.eventstore.saves import Outcome, Save
from campaigns.infrastructure.eventstore.writer import GroupWriter
from campaigns.infrastructure.postgres.database import Database

pytestmark = pytest.mark.anyio

_KILL = """
select pg_terminate_backend(pid) from pg_stat_activity
where application_name = 'campaigns writes events' and datname = current_database()
"""


@pytest.fixture
def cut_after_commit(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The next group is committed by Postgres, and the connection breaks before the writer hears of it."""
    cuts: list[int] = []

    def write_and_lose(connection: Connection, saves: Sequence[Save]) -> list[Outcome]:
        outcomes = write_group(connection, saves)
        if not cuts:
            cuts.append(len(saves))
            connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return outcomes

    monkeypatch.setattr(writer, "write_group", write_and_lose)
    return cuts


async def test_a_commit_whose_answer_was_lost_is_a_success(log: EventLog, cut_after_commit: list[int]) -> None:
    store, event, me = lamps(log), installed(), caller()
    receipt = await store.record(None, [event], me, Claims(take=(("room", "hall"),), limits={"room": 1}))
    assert cut_after_commit == [1]
    assert (receipt.version, receipt.position) == (1, 1)
    assert len(await store.history(event.lamp_id, me)) == 1


async def test_in_a_lost_group_each_caller_gets_its_own_true_outcome(
    log: EventLog, cut_after_commit: list[int]
) -> None:
    store = lamps(log)
    events = [installed() for _ in range(10)]
    outcomes = await asyncio.gather(
        *(store.record(None, [event], caller()) for event in [*events, *events[:3]]), return_exceptions=True
    )
    assert cut_after_commit
    assert sum(isinstance(outcome, ConflictError) for outcome in outcomes) == 3
    positions = sorted(outcome.position for outcome in outcomes if not isinstance(outcome, BaseException))
    assert positions == list(range(1, 11))


async def test_nothing_acknowledged_is_lost_or_doubled_while_connections_are_killed(
    log: EventLog, database: Database, database_url: str
) -> None:
    killing = asyncio.create_task(_kill(database_url, times=8))
    acknowledged = await asyncio.gather(*(_switch_until(lamps(log), killing) for _ in range(8)))
    await killing
    async with database.system() as connection:
        rows = await (
            await connection.execute(
                "select originator_id, count(*), count(distinct command_id) from events group by 1"
            )
        ).fetchall()
    stored = {lamp_id: (events, commands) for lamp_id, events, commands in rows}
    assert stored == {lamp.id: (lamp.version, lamp.version) for lamp in acknowledged}
    assert min(lamp.version for lamp in acknowledged) > 1


async def _switch_until(store: EventStore[Lamp], done: "asyncio.Task[None]") -> Lamp:
    event = installed()
    await store.record(None, [event], caller())
    lamp = await store.load(event.lamp_id, caller())
    while not done.done():
        await store.record(lamp, [lamp.switch()], caller())
        lamp = await store.load(event.lamp_id, caller())
    return await store.load(event.lamp_id, caller(), fresh=True)


async def _kill(url: str, times: int) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as killer:
        while times > 0:
            times -= (await killer.execute(_KILL)).rowcount
            await asyncio.sleep(0.02)


async def test_a_writer_without_postgres_says_so_and_does_not_hang(log: EventLog) -> None:
    event_writer = GroupWriter("postgresql://nobody@127.0.0.1:1/none", patience=0.2)
    event_writer.open()
    try:
        async with asyncio.timeout(PATIENCE):
            with pytest.raises(DependencyDownError) as error:
                await asyncio.wrap_future(event_writer.submit([]))
    finally:
        await asyncio.to_thread(event_writer.close)
    assert error.value.name == "postgres"


async def test_a_postgres_that_freezes_in_the_middle_is_down_and_no_hang(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    thawed = threading.Event()

    def freeze(_connection: Connection, _saves: Sequence[Save]) -> list[Outcome]:
        assert thawed.wait(PATIENCE)
        raise psycopg.OperationalError("it came back, and had forgotten us")

    monkeypatch.setattr(writer, "write_group", freeze)
    async with EventLog(database_url, FixedClock(), patience=0.2) as log:
        with pytest.raises(DependencyDownError):
            await lamps(log).record(None, [installed()], caller())
        assert not thawed.is_set()
        thawed.set()


async def test_what_waited_too_long_is_not_written_any_more() -> None:
    overdue = GroupWriter("postgresql://unused@127.0.0.1:1/none", patience=-1)
    overdue.open()
    with pytest.raises(DependencyDownError, match="overdue"):
        await asyncio.wrap_future(overdue.submit([]))
    await asyncio.to_thread(overdue.close)


async def test_a_closing_writer_writes_what_waits_and_refuses_what_comes_later(
    database_url: str, log: EventLog
) -> None:
    store, events = lamps(log), [installed() for _ in range(50)]
    saving = [asyncio.create_task(store.record(None, [event], caller())) for event in events]
    await asyncio.sleep(0)
    await log.__aexit__(None, None, None)
    assert sorted(receipt.position for receipt in await asyncio.gather(*saving)) == list(range(1, 51))
    with pytest.raises(DependencyDownError):
        await store.record(None, [installed()], caller())
