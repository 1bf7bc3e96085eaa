"""Whether Postgres can do its part: take a write, know this version's tables, be read by those who follow its log."""

import psycopg

from campaigns.application.platform.ports import Health
from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.migrate import migration_files

_FAR_BEHIND = {"events": 10_000, "appends": 5_000}
_WRITE = b"update write_probe set at = now()"
# Of each log the slowest; a generation of figures that is being rebuilt is expected to be behind.
_LAG = b"""
select * from (
  (select f.name, h.position - f.position as behind, 'events' as unit from followers f, feed_head h
    order by behind desc limit 1)
  union all
  (select f.name, h.append_no - f.position, 'appends' from ledger_followers f, ledger_head h
    where f.name !~ '^(journeys|metrics):' or f.name = (select 'metrics:' || active from metric_generations)
    order by 2 desc limit 1)) slowest order by behind desc"""

_TROUBLED = b"select name, trouble from followers where trouble is not null order by name"
_APPLIED = b"select name from schema_migrations"
_MIGRATE = "run `campaigns migrate`"
# A sort larger than its memory needs room on the disk of the tables, and leaves nothing behind. It takes 72 kB, hardly
# more than that memory: every process asks every few seconds.
_FEW = b"set local work_mem = '64kB'"
_SPILL = b"select count(*) from (select n from generate_series(1, 5000) n order by n desc offset 1) sorted"


class PostgresProbe:
    """Writes a row, and needs room: a read-only replica and a full disk answer questions well enough."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self) -> Health:
        try:
            async with self._database.system() as connection:
                await connection.execute(_WRITE)
                await connection.execute(_FEW)
                await connection.execute(_SPILL)
        except DependencyDownError as error:
            return Health(ok=False, detail=error.says)
        except psycopg.Error as error:
            return Health(ok=False, detail=f"answers, but takes no writes ({error.sqlstate})")
        return Health(ok=True, detail="takes writes")


class SchemaProbe:
    """Whether the database has every migration of this version; once it had, it has them for ever."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._missing = frozenset(migration_files())

    async def __call__(self) -> Health:
        if not self._missing:
            return Health(ok=True, detail="up to date")
        try:
            async with self._database.system_statement() as connection:
                rows = await (await connection.execute(_APPLIED)).fetchall()
        except DependencyDownError:
            return Health(ok=False, detail="cannot be told without Postgres")
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable):  # from before processes asked
            return Health(ok=False, detail=f"is older than this version; {_MIGRATE}")
        self._missing -= {name for (name,) in rows}
        if self._missing:
            return Health(ok=False, detail=f"lacks {', '.join(sorted(self._missing))}; {_MIGRATE}")
        return Health(ok=True, detail="up to date")


class FollowersProbe:
    """How far the slowest projection or relay is behind. Being late keeps no process from serving: it is degraded."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self) -> Health:
        try:
            async with self._database.system() as connection:
                slowest = await (await connection.execute(_LAG)).fetchall()
                troubled = await (await connection.execute(_TROUBLED)).fetchall()
        except (DependencyDownError, psycopg.Error):
            return Health(ok=False, detail="cannot be told without Postgres")
        if not slowest:
            return Health(ok=True, detail="nobody follows yet")
        late = any(behind > _FAR_BEHIND[unit] for _, behind, unit in slowest)
        told = "; ".join(f"{name} is {behind} {unit} behind" for name, behind, unit in slowest)
        troubles = "".join(f"; {name} does not get on: {trouble}" for name, trouble in troubled)
        return Health(ok=True, degraded=late or bool(troubled), detail=f"{told}, the others less{troubles}")
