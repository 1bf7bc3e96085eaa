"""R13: what earlier versions wrote is read for ever, and migrations may be run by several replicas at once.

The event streams kept as golden files are read and folded, and a new database is migrated by as many replicas at once
as the size says, then once more; the tests of both say what must be found. One seed is as good as another here.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence

import psycopg
from tests.chaos.outcome import Outcome, total
from tests.chaos.serving import environment, own_servers, scratch
from tests.infrastructure.campaign import test_campaign_topics as golden

from campaigns.infrastructure.postgres.migrate import migration_files

ID = "R13"
ROUNDS, SIZE, SHORT = 1, 4, 2


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    for _ in seeds:
        golden.test_a_stream_of_the_first_version_is_read_and_folded_for_ever()
        with scratch() as folder, own_servers(folder, migrated=False) as servers:
            settings = {"DATABASE_URL": servers.postgres.url()}
            program = (sys.executable, "-m", "campaigns", "migrate")
            statuses = [
                await asyncio.gather(*(_status(program, environment(folder / "home", settings)) for _ in range(times)))
                for times in (size, 1)
            ]
            applied = _applied(servers.postgres.url())
        expected = sorted(migration_files())
        failed = [status for each in statuses for status in each if status]
        yield Outcome(
            acked=len(expected),
            stored=len(applied),
            lost=len(set(expected) - set(applied)),
            doubled=len(applied) - len(set(applied)),
            also={"replicas": total(size + 1), "streamed": total(len(golden.STREAM))},
            broken=[f"migrating ended with {status}" for status in failed],
        )


async def _status(program: Sequence[str], env: dict[str, str]) -> int:
    process = await asyncio.create_subprocess_exec(*program, env=env, stdout=asyncio.subprocess.DEVNULL)
    return await process.wait()


def _applied(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute("select name from schema_migrations order by name").fetchall()]
