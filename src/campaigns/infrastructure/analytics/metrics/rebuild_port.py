"""The rebuild as the application asks for it."""

from campaigns.infrastructure.analytics.metrics.rebuilding import rebuild_metrics
from campaigns.infrastructure.postgres.database import Database


class PostgresMetricsRebuild:
    """`MetricsRebuild`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, rules: int | None) -> int:
        return await rebuild_metrics(self._database, rules)
