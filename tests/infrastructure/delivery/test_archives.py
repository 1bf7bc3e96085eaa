"""What ended long ago leaves the ledger for files, and nothing is lost on the way."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prometheus_client import CollectorRegistry
from tests.support.delivery_world import ACME, World, people
from tests.support.ledgers import NOON, WrittenLedger
from tests.support.waiting import eventually_async

from campaigns.application.analytics.ports import Fact, FactName
from campaigns.application.delivery.archiving import Archived, ArchiveError, Retention
from campaigns.application.delivery.commands.archive_ledger import ArchiveLedger, ArchiveLedgerHandler
from campaigns.application.delivery.readings import RecipientFilter
from campaigns.domain.delivery.errors import ExecutionArchivedError
from campaigns.domain.delivery.execution import Execution
from campaigns.infrastructure.analytics.ledger_facts import LedgerFacts
from campaigns.infrastructure.analytics.metrics.follower import MetricsFollower
from campaigns.infrastructure.analytics.metrics.rebuilding import rebuild_metrics
from campaigns.infrastructure.delivery import archive_files, archive_rows, archives
from campaigns.infrastructure.delivery.archive_files import digest_of
from campaigns.infrastructure.delivery.archives import PostgresLedgerArchive
from campaigns.infrastructure.delivery.readings import PostgresDeliveryReadings
from campaigns.infrastructure.delivery.reconciliation import Reconciliation
from campaigns.infrastructure.telemetry.instruments import Instruments

pytestmark = pytest.mark.anyio

_LEFT = """
select (select count(*) from messages), (select count(*) from message_ranges), (select count(*) from message_facts)"""
_FIGURES = """
select kind, sum(total)::int, sum(uniques)::int from campaign_metrics join metric_generations on generation = active
 group by kind order by kind"""


async def _ended(world: World, count: int) -> Execution:
    """Everybody was sent to, ten were delivered to and opened."""
    execution = await world.plan(people(count - count // 10, holdout=count // 10))
    await world.work_off(execution)
    ledger = object.__new__(WrittenLedger)
    ledger.url, ledger.execution_no = world.url, execution.execution_no or 0
    ledger.say(*((seq, kind, f"e{seq}.{kind}", {"é": "\n"}) for seq in range(1, 11) for kind in (6, 20)))
    return execution


async def _archive(world: World, folder: Path) -> list[Archived]:
    archive = PostgresLedgerArchive(world.database, world.clock, folder)
    handler = ArchiveLedgerHandler(archive, Retention(90), world.clock)
    return list(await handler(ArchiveLedger(caller=world.caller(), days=0)))


def _rows(folder: Path, name: str) -> list[tuple[Any, ...]]:
    return sorted(tuple(row.values()) for row in pq.read_table(folder / name).to_pylist())


@pytest.mark.parametrize("count", [300, 25_000])
async def test_an_execution_that_ended_moves_into_files_and_keeps_its_totals(
    database_url: str, tmp_path: Path, count: int
) -> None:
    async with World(database_url).open() as world:
        execution = await _ended(world, count)
        accounted = await world.accounting(execution)
        planned = world.query("select seq, variant, channel, reason, user_id from messages order by seq")
        facts = world.query("select append_no, seq, kind, at, source_event_id, detail::text from message_facts")
        (archived,) = await _archive(world, tmp_path)
        folder = tmp_path / "acme" / str(execution.id)
        assert _rows(folder, "people.parquet") == planned
        assert _rows(folder, "facts.parquet") == sorted(facts)
        assert (archived.people, archived.facts) == (count, 20)
        assert world.query(_LEFT) == [(0, 0, 0)]
        assert await world.accounting(execution) == accounted
        ((noted,),) = world.query("select files from ledger_archives")
        assert {file["name"]: file["sha256"] for file in noted} == {
            path.name: digest_of(path) for path in folder.iterdir()
        }
        assert await _archive(world, tmp_path) == []
        assert [one async for one in Reconciliation(world.database).every()] == []


async def test_people_of_an_archived_execution_are_refused_with_the_reason(database_url: str, tmp_path: Path) -> None:
    async with World(database_url).open() as world:
        execution = await _ended(world, 50)
        await _archive(world, tmp_path)
        readings = PostgresDeliveryReadings(world.database)
        with pytest.raises(ExecutionArchivedError, match="moved to the archive"):
            await readings.recipients(ACME, execution.campaign_id, RecipientFilter(), limit=10, cursor=None)
        with pytest.raises(ExecutionArchivedError):
            await readings.trace(ACME, execution.campaign_id, "u0001", None)


class GoneError(Exception):
    """The process ended here."""


def _breaking(function: Callable[..., Any]) -> Callable[..., Any]:
    """Does what the function does, then the process is gone."""

    def broken(*arguments: Any) -> Any:
        function(*arguments)
        raise GoneError

    return broken


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (archive_files, "_write"),
        (archive_files, "synced"),
        (archive_files, "_contents_of"),
        (archive_files, "_put_in_place"),
        (archive_files, "digest_of"),
    ],
)
async def test_a_crash_at_any_point_loses_nothing_and_the_next_try_finishes(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: Any, step: str
) -> None:
    async with World(database_url).open() as world:
        await _ended(world, 300)
        before = world.query(_LEFT)
        with monkeypatch.context() as patched:
            patched.setattr(module, step, _breaking(getattr(module, step)))
            with pytest.raises(GoneError):
                await _archive(world, tmp_path)
        assert world.query(_LEFT) == before
        (archived,) = await _archive(world, tmp_path)
        assert archived.people == 300
        assert world.query(_LEFT) == [(0, 0, 0)]
        assert not list(tmp_path.rglob("*.unfinished"))


async def test_a_crash_while_rows_are_removed_brings_all_of_them_back(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World(database_url).open() as world:
        await _ended(world, 25_000)
        before = world.query(_LEFT)
        remove = archives._remove

        async def killed(connection: psycopg.AsyncConnection, *arguments: Any) -> None:
            await remove(connection, *arguments)
            await connection.execute("select pg_terminate_backend(pg_backend_pid())")

        with monkeypatch.context() as patched:
            patched.setattr(archives, "_remove", killed)
            with pytest.raises(Exception, match=r"terminat|closed|lost|postgres"):
                await _archive(world, tmp_path)
        assert world.query(_LEFT) == before
        assert [archived.people for archived in await _archive(world, tmp_path)] == [25_000]


async def test_a_file_that_was_damaged_on_its_way_keeps_the_rows(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World(database_url).open() as world:
        await _ended(world, 300)
        before, written = world.query(_LEFT), archive_files._contents_of

        def damaged(path: Path) -> Any:
            content = bytearray(path.read_bytes())
            content[len(content) // 3] ^= 0xFF
            path.write_bytes(content)
            return written(path)

        monkeypatch.setattr(archive_files, "_contents_of", damaged)
        with pytest.raises(ArchiveError):
            await _archive(world, tmp_path)
        assert world.query(_LEFT) == before


async def test_a_fact_that_comes_in_between_is_not_lost(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World(database_url).open() as world:
        execution = await _ended(world, 300)
        ledger = object.__new__(WrittenLedger)
        ledger.url, ledger.execution_no = world.url, execution.execution_no or 0
        reading = archive_rows.facts

        async def late(*arguments: Any) -> AsyncIterator[pa.RecordBatch]:
            async for batch in reading(*arguments):
                yield batch
            ledger.say((5, 21, "late"))

        with monkeypatch.context() as patched:
            patched.setattr(archive_rows, "facts", late)
            with pytest.raises(ArchiveError, match=r"facts\.parquet holds 20 rows, the ledger 21"):
                await _archive(world, tmp_path)
        assert [archived.facts for archived in await _archive(world, tmp_path)] == [21]


async def test_nothing_leaves_before_every_follower_has_read_it(database_url: str, tmp_path: Path) -> None:
    async with World(database_url).open() as world:
        await _ended(world, 300)
        with psycopg.connect(database_url) as connection:
            connection.execute("insert into ledger_followers values ('relay:messages', 1)")
        assert await _archive(world, tmp_path) == []
        with psycopg.connect(database_url) as connection:
            connection.execute("update ledger_followers set position = (select append_no from ledger_head)")
        assert len(await _archive(world, tmp_path)) == 1


async def test_figures_stay_right_when_they_are_made_anew_after_the_archive(database_url: str, tmp_path: Path) -> None:
    async with World(database_url).open() as world:
        execution = await _ended(world, 300)
        while await MetricsFollower(world.database, Instruments(CollectorRegistry()), world.news).step():
            pass
        before = world.query(_FIGURES)
        assert dict(row[:2] for row in before)["opened"] == 10
        await _archive(world, tmp_path)
        ledger = object.__new__(WrittenLedger)
        ledger.url, ledger.execution_no = world.url, execution.execution_no or 0
        ledger.say((11, 20, "much later"))
        await rebuild_metrics(world.database)
        assert world.query(_FIGURES) == before


async def test_months_are_made_ahead_and_empty_ones_are_dropped(database_url: str, tmp_path: Path) -> None:
    def partitions() -> list[str]:
        names = (
            "select inhrelid::regclass::text from pg_inherits where inhparent = 'message_facts'::regclass order by 1"
        )
        return [name for (name,) in world.query(names)]

    def in_default() -> int:
        with psycopg.connect(database_url) as connection:
            return (connection.execute("select count(*) from message_facts_default").fetchone() or (-1,))[0]

    async with World(database_url).open() as world:
        ledger = WrittenLedger(database_url)
        ledger.say((1, 20, "b", {"n": 1}))
        assert in_default() == 1
        archive = PostgresLedgerArchive(world.database, world.clock, tmp_path)
        await archive.keep_months(date(2026, 12, 5), ended_before=None)
        months = [f"message_facts_{month}" for month in ("2026_11", "2026_12", "2027_01", "2027_02")]
        assert partitions() == [*months, "message_facts_default"]
        assert in_default() == 0
        assert world.query("select detail from message_facts") == [({"n": 1},)]
        await archive.keep_months(date(2027, 3, 5), ended_before=date(2027, 2, 15))
        assert partitions() == [
            f"message_facts_{month}" for month in ("2026_11", "2027_02", "2027_03", "2027_04", "2027_05", "default")
        ]
        assert json.dumps(world.query("select detail from message_facts")[0][0]) == '{"n": 1}'


async def test_a_fact_that_is_written_while_its_month_is_made_arrives(database_url: str, tmp_path: Path) -> None:
    waiting = "select count(*) from pg_locks where not granted and relation::regclass::text ~ '^message_facts'"

    async def until_waiting(count: int) -> None:
        await eventually_async(lambda: world.query(waiting), [(count,)])

    async with World(database_url).open() as world:
        ledger = WrittenLedger(database_url)
        ledger.say((1, 20, "before", {"n": 1}))
        archive = PostgresLedgerArchive(world.database, world.clock, tmp_path)
        with psycopg.connect(database_url) as reading:
            reading.execute("select from message_facts_default")
            making = asyncio.create_task(archive.keep_months(date(2026, 12, 5), ended_before=None))
            await until_waiting(1)
            saying = asyncio.create_task(asyncio.to_thread(ledger.say, (2, 20, "meanwhile", {"n": 2})))
            reported = Fact(execution_no=1, seq=3, name=FactName.OPENED, at=NOON, source_event_id="reported")
            taking = asyncio.create_task(
                LedgerFacts(world.database, Instruments(CollectorRegistry())).append([reported])
            )
            await until_waiting(3)
        await asyncio.gather(making, saying, taking)
        told = world.query("select source_event_id, tableoid::regclass::text from message_facts order by seq")
        assert told == [(event, "message_facts_2026_11") for event in ("before", "meanwhile", "reported")]
