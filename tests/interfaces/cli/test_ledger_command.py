"""`campaigns ledger`, over a ledger that a finished execution has left."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.interfaces.cli.test_commands import run
from tests.support.delivery_world import World, people

pytestmark = pytest.mark.anyio


async def test_archive_moves_what_ended_into_a_file_and_a_second_time_finds_nothing(
    tmp_path: Path, database_url: str
) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(250, holdout=50))
        await world.work_off(execution)
    where = {"DATABASE_URL": database_url, "ARCHIVE_FOLDER": str(tmp_path / "archive")}
    first = run("ledger", "archive", "--days", "0", "--json", home=tmp_path, **where)
    assert first.returncode == 0, first.stderr
    (told,) = json.loads(first.stdout)
    people_kept = pq.read_table(tmp_path / "archive" / told["folder"] / "people.parquet")
    assert (told["people"], people_kept.num_rows) == (300, 300)
    second = run("ledger", "archive", "--days", "0", home=tmp_path, **where)
    assert "No execution ended long enough ago." in second.stdout


async def test_a_folder_that_cannot_be_written_is_named_and_the_ledger_stays(tmp_path: Path, database_url: str) -> None:
    (tmp_path / "archive").write_text("a file stands where the folder should be")
    async with World(database_url).open() as world:
        execution = await world.plan(people(20))
        await world.work_off(execution)
        where = {"DATABASE_URL": database_url, "ARCHIVE_FOLDER": str(tmp_path / "archive")}
        told = run("ledger", "archive", "--days", "0", home=tmp_path, **where)
        assert told.returncode == 69
        assert "Traceback" not in told.stderr
        assert str(tmp_path / "archive") in told.stderr
        assert world.query("select count(*) from messages") == [(20,)]
