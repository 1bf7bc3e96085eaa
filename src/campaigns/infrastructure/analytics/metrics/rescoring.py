"""Re-scoring as the application asks for it."""

from campaigns.infrastructure.analytics.metrics.rebuilding import refold, switch_to
from campaigns.infrastructure.postgres.database import Database


class PostgresRescoring:
    """`Rescoring`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rescore(self, rules: int) -> int:
        return (await refold(self._database, rules)).appends

    async def switch(self, rules: int) -> int:
        return await switch_to(self._database, rules)
