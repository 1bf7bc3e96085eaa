"""Whether Postgres can do its part: take a write, and be read by those who follow its log."""

import psycopg

from campaigns.application.platform.ports import Health
from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.postgres.database import Database

_FAR_BEHIND = 10_000  # events
_WRITE = b"update write_probe set at = now()"
_LAG = b"""select f.name, h.position - f.position as behind from followers f, feed_head h
  order by behind desc limit 1"""


class PostgresProbe:
    """Writes a row: a read-only replica and a full disk answer questions well enough."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self) -> Health:
        try:
            async with self._database.system() as connection:
                await connection.execute(_WRITE)
        except DependencyDownError:
            return Health(ok=False, detail="does not answer")
        except psycopg.Error as error:
            return Health(ok=False, detail=f"answers, but takes no writes ({error.sqlstate})")
        return Health(ok=True, detail="takes writes")


class FollowersProbe:
    """How far the slowest projection or relay is behind the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self) -> Health:
        try:
            async with self._database.system() as connection:
                row = await (await connection.execute(_LAG)).fetchone()
        except (DependencyDownError, psycopg.Error):
            return Health(ok=False, detail="cannot be told without Postgres")
        if row is None:
            return Health(ok=True, detail="nobody follows yet")
        name, behind = row
        return Health(ok=behind <= _FAR_BEHIND, detail=f"{name} is {behind} events behind, the others less")
