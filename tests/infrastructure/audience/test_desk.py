"""Uploads survive the death of whoever reads them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from tests.support.uploads import an_upload
from tests.support.waiting import until_async

from campaigns.domain.audience.errors import UnreadableImportError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.datasets import Datasets
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.audience.erasing.in_files import ErasedInFiles
from campaigns.infrastructure.audience.erasing.keys import ErasureKey
from campaigns.infrastructure.audience.importing import desk as importing_desk
from campaigns.infrastructure.audience.importing.child import Done
from campaigns.infrastructure.audience.importing.desk import ImportDesk
from campaigns.infrastructure.audience.importing.imports import PostgresImports
from campaigns.infrastructure.audience.importing.limits import ImportLimits
from campaigns.infrastructure.audience.importing.suppressing import SuppressingFiles
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions
from campaigns.infrastructure.eventstore import News
from campaigns.infrastructure.postgres.database import Database

TENANT = TenantId("acme")


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content[:5]
    yield content[5:]


def erased(database: Database) -> ErasedInFiles:
    return ErasedInFiles(PostgresErasures(database, ErasureKey(bytes(32))))


def let_the_lease_run_out(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("set local role campaigns_system")
        connection.execute("update audience_imports set lease_until = now() - interval '1 second'")


def test_an_import_whose_reader_died_is_taken_up_by_the_next(database_url: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with Database(database_url) as database:
            imports = PostgresImports(database, tmp_path / "imports", ImportLimits())
            datasets = Datasets(tmp_path / "datasets")
            upload = await imports.queue(an_upload(), pieces(b"user_id\nu1\nu2\n"))
            dead = await imports.claim(datetime.now(UTC))
            assert dead is not None
            assert await imports.claim(datetime.now(UTC)) is None
            let_the_lease_run_out(database_url)
            desk = ImportDesk(
                imports,
                datasets,
                tmp_path / "scratch",
                ImportLimits(),
                Clock(),
                pulse=News(database),
                erased=erased(database),
                suppressing=SuppressingFiles(PostgresSuppressions(database), Clock()),
            )
            stopping = asyncio.Event()
            running = asyncio.create_task(desk.run(stopping))
            await until_async(lambda: imports.get(TENANT, upload.id), lambda seen: seen.status == "completed")
            stopping.set()
            await running
            done = await imports.get(TENANT, upload.id)
            assert (done.imported, done.attempts) == (2, 2)
            current = datasets.current(TENANT)
            assert current is not None
            assert current.rows == 2
            assert not imports.file(upload).exists()
            assert list((tmp_path / "scratch").iterdir()) == []
            await imports.finish(dead, Done(error="I am late"), datetime.now(UTC))
            assert (await imports.get(TENANT, upload.id)).imported == 2

    asyncio.run(story())


def test_who_comes_late_leaves_the_upload_to_whoever_has_taken_it_over(database_url: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with Database(database_url) as database:
            imports = PostgresImports(database, tmp_path / "imports", ImportLimits())
            upload = await imports.queue(an_upload(), pieces(b"user_id\nu1\n"))
            late = await imports.claim(datetime.now(UTC))
            let_the_lease_run_out(database_url)
            assert late is not None
            assert await imports.claim(datetime.now(UTC)) is not None
            await imports.finish(late, Done(imported=1), datetime.now(UTC))
            assert imports.file(upload).exists()
            assert (await imports.get(TENANT, upload.id)).status == "running"

    asyncio.run(story())


def test_an_import_that_kills_its_readers_is_given_up(database_url: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with Database(database_url) as database:
            imports = PostgresImports(database, tmp_path / "imports", ImportLimits())
            upload = await imports.queue(an_upload(), pieces(b"user_id\nu1\n"))
            for _ in range(3):
                assert await imports.claim(datetime.now(UTC)) is not None
                let_the_lease_run_out(database_url)
            assert await imports.claim(datetime.now(UTC)) is None
            ended = await imports.get(TENANT, upload.id)
            assert (ended.status, ended.error) == ("failed", "the import was interrupted three times")

    asyncio.run(story())


def test_an_upload_beyond_the_limit_is_refused_and_leaves_nothing(database_url: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with Database(database_url) as database:
            imports = PostgresImports(database, tmp_path / "imports", ImportLimits(file_bytes=8))
            with pytest.raises(UnreadableImportError):
                await imports.queue(an_upload(), pieces(b"user_id\nu1\n"))
            assert list((tmp_path / "imports").rglob("*.csv")) == []

    asyncio.run(story())


def test_an_import_that_is_stopped_is_free_for_the_next_at_once_and_the_try_does_not_count(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_desk, "_CHILD", ("-c", "import time; time.sleep(600)"))

    async def story() -> None:
        async with Database(database_url) as database:
            imports = PostgresImports(database, tmp_path / "imports", ImportLimits())
            desk = ImportDesk(
                imports,
                Datasets(tmp_path / "datasets"),
                tmp_path / "scratch",
                ImportLimits(),
                Clock(),
                pulse=News(database),
                erased=erased(database),
                suppressing=SuppressingFiles(PostgresSuppressions(database), Clock()),
            )
            upload = await imports.queue(an_upload(), pieces(b"user_id\nu1\n"))
            stopping = asyncio.Event()
            running = asyncio.create_task(desk.run(stopping))
            await until_async(lambda: imports.get(TENANT, upload.id), lambda seen: seen.status == "running")
            stopping.set()
            await running
            again = await imports.claim(datetime.now(UTC))
            assert again is not None
            assert (again.id, again.attempts) == (upload.id, 1)

    asyncio.run(story())


def test_an_import_that_finds_no_room_says_so_and_keeps_nobody_waiting(database_url: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with Database(database_url) as database:
            imports = PostgresImports(database, tmp_path / "imports", ImportLimits())
            (tmp_path / "datasets").write_text("in the way")
            desk = ImportDesk(
                imports,
                Datasets(tmp_path / "datasets"),
                tmp_path / "scratch",
                ImportLimits(),
                Clock(),
                pulse=News(database),
                erased=erased(database),
                suppressing=SuppressingFiles(PostgresSuppressions(database), Clock()),
            )
            upload = await imports.queue(an_upload(), pieces(b"user_id\nu1\n"))
            stopping = asyncio.Event()
            running = asyncio.create_task(desk.run(stopping))
            found = await until_async(
                lambda: imports.get(TENANT, upload.id), lambda seen: seen.status not in {"pending", "running"}
            )
            assert not running.done()
            stopping.set()
            await running
            assert found.status == "failed"
            assert found.error is not None
            assert found.error.startswith("the service could not store it")

    asyncio.run(story())
