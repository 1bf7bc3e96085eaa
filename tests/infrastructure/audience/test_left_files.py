"""An upload whose acknowledgement is lost is read all the same; what nobody will ever read does not stay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.chaos.faults.cable import Cable, cable
from tests.support.uploads import an_upload

from campaigns.application.audience.upkeep import FileUpkeep
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.importing.child import Done
from campaigns.infrastructure.audience.importing.imports import PostgresImports
from campaigns.infrastructure.audience.importing.limits import ImportLimits
from campaigns.infrastructure.audience.left_files import FilesInHome
from campaigns.infrastructure.postgres.database import Database

TENANT = TenantId("acme")
PEOPLE = b"user_id\nu1\n"


class Clock:
    """The real one, or so much ahead of it."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


def cut_at(wire: Cable, word: bytes) -> None:
    """The next answer that says the word does not arrive, and its connection is cut; others work."""

    def passes(piece: bytes) -> bool:
        if word not in piece:
            return True
        wire.mend()
        return False

    wire.on_answer = passes


@asynccontextmanager
async def through_a_cable(database_url: str) -> AsyncIterator[tuple[Cable, Database]]:
    given = conninfo_to_dict(database_url)
    account = f"{given['user']}:{given['password']}"
    async with cable(Path(str(given["host"]), ".s.PGSQL.5432")) as wire:
        address = f"postgresql://{account}@127.0.0.1:{wire.port}/{given['dbname']}?sslmode=disable"
        async with Database(address) as database:
            yield wire, database


def test_an_upload_whose_acknowledgement_is_lost_keeps_its_file_and_is_read(database_url: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with through_a_cable(database_url) as (wire, database):
            imports = PostgresImports(database, tmp_path, ImportLimits())
            cut_at(wire, b"COMMIT\0")
            with pytest.raises(DependencyDownError):
                await imports.queue(an_upload(), pieces(PEOPLE))
            in_line = await imports.claim(datetime.now(UTC))
            assert in_line is not None
            assert imports.file(in_line).read_bytes() == PEOPLE

    asyncio.run(story())


def test_an_upload_that_was_not_put_in_line_leaves_no_file(database_url: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with through_a_cable(database_url) as (wire, database):
            imports = PostgresImports(database, tmp_path, ImportLimits())
            cut_at(wire, b"INSERT 0 1\0")
            with pytest.raises(DependencyDownError):
                await imports.queue(an_upload(), pieces(PEOPLE))
            assert await imports.claim(datetime.now(UTC)) is None
            assert list(tmp_path.rglob("*.csv")) == []

    asyncio.run(story())


def left_behind(home: Path) -> list[Path]:
    """As processes leave them that are killed: amid an upload, while reading one, while writing a dataset."""
    names = (
        f"imports/{TENANT}/{uuid4()}.csv",
        f"datasets/{TENANT}/people/{uuid4()}-1.part",
        f"datasets/{TENANT}/people/v1.parquet.shared-email.{uuid4().hex}",
        f"datasets/{TENANT}/people/current.json.v2.parquet",
        f"scratch/{uuid4()}-1/staged.parquet",
        f"scratch/shared-{uuid4().hex}.parquet",
    )
    return planted(home, names)


def planted(home: Path, names: tuple[str, ...]) -> list[Path]:
    for name in names:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(b"u1")
    return [home / name for name in names]


def test_what_nobody_refers_to_goes_after_a_day_and_what_is_awaited_stays(database_url: str, tmp_path: Path) -> None:
    async def story() -> None:
        async with Database(database_url) as database:
            imports = PostgresImports(database, tmp_path / "imports", ImportLimits())
            read = await imports.queue(an_upload(), pieces(PEOPLE))
            claimed = await imports.claim(datetime.now(UTC))
            assert claimed is not None
            await imports.finish(claimed, Done(imported=1), datetime.now(UTC))
            imports.file(read).write_bytes(PEOPLE)  # its reader died between saying so and removing it
            waiting, running = [await imports.queue(an_upload(), pieces(PEOPLE)) for _ in range(2)]
            assert await imports.claim(datetime.now(UTC)) is not None
            versions = ("v1.parquet", "v1.parquet.shared-email", "current.json", ".writing")
            used = planted(tmp_path, tuple(f"datasets/{TENANT}/people/{name}" for name in versions))
            left = [*left_behind(tmp_path), imports.file(read)]
            used += [imports.file(waiting), imports.file(running)]
            files = FilesInHome(imports, tmp_path)

            await FileUpkeep(files, Clock()).look_after()
            assert [path for path in (*used, *left) if not path.exists()] == []
            await FileUpkeep(files, Clock(ahead=timedelta(days=1, minutes=1))).look_after()
            assert [path for path in used if not path.exists()] == []
            assert [path for path in left if path.exists()] == []
            assert list((tmp_path / "scratch").iterdir()) == []

    asyncio.run(story())
