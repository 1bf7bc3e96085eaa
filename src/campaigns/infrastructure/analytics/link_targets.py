"""Where tracked links lead, held in memory ahead of the clicks: they lead on while Postgres is away."""

import asyncio

import structlog

from campaigns.application.shared.errors import DependencyDownError
from campaigns.infrastructure.postgres.database import Database

_REMEMBERED = 50_000
_AT_START, _AGAIN = 20_000, 2_000  # the newest links
_EVERY_SECONDS = 5.0
_NEWEST = "select execution_no, link, url from tracked_links order by execution_no desc, link limit %s"
_ONE = "select url from tracked_links where execution_no = %s and link = %s"
_log = structlog.get_logger(__name__)


class PostgresLinkTargets:
    """`LinkTargets`. A stored link never changes, so a known one needs no database. Run it to know the newest ones."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[int, int], str] = {}

    async def of(self, execution_no: int, link: int) -> str | None:
        key = (execution_no, link)
        known = self._known.get(key)
        if known is None:
            known = await self._read(key)
            if known is not None:
                self._remember(key, known)
        return known

    async def run(self, stopping: asyncio.Event) -> None:
        count = _AT_START
        while not stopping.is_set():
            try:
                await self.know_newest(count)
                count = _AGAIN
            except DependencyDownError as error:
                _log.warning("links_not_read", dependency=error.name, detail=error.detail)
            try:
                await asyncio.wait_for(stopping.wait(), _EVERY_SECONDS)
            except TimeoutError:
                continue

    async def know_newest(self, count: int) -> None:
        """Remember so many of the links that were stored last. DependencyDownError."""
        async with self._database.system() as connection:
            rows = await (await connection.execute(_NEWEST, (count,))).fetchall()
        for execution_no, link, url in reversed(rows):
            if (execution_no, link) not in self._known:
                self._remember((execution_no, link), url)

    def _remember(self, key: tuple[int, int], url: str) -> None:
        if len(self._known) >= _REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[key] = url

    async def _read(self, key: tuple[int, int]) -> str | None:
        async with self._database.system() as connection:
            row = await (await connection.execute(_ONE, key)).fetchone()
        return str(row[0]) if row else None
