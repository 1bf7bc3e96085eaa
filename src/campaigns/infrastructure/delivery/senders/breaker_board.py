"""Where processes write which providers they leave alone, so that people and measures can see it."""

from typing import LiteralString

import structlog

from campaigns.application.shared.errors import ConflictError, DependencyDownError
from campaigns.infrastructure.http.breaker import Breaker
from campaigns.infrastructure.postgres.database import Database

_OPEN: LiteralString = """
insert into provider_breakers (provider, process, reason, until)
values (%(provider)s, %(process)s, %(reason)s, now() + make_interval(secs => %(rest)s))
on conflict (provider, process) do update set reason = excluded.reason, until = excluded.until"""

_CLOSED: LiteralString = "delete from provider_breakers where provider = %(provider)s and process = %(process)s"
_LONGEST_REASON = 300

log = structlog.get_logger(__name__)


class BreakerBoard:
    """`process` is this one's name. Sending never fails because this cannot be written."""

    def __init__(self, database: Database, process: str) -> None:
        self._database = database
        self._process = process

    async def tell(self, breaker: Breaker) -> None:
        statement = _OPEN if breaker.has_tripped else _CLOSED
        row = {
            "provider": breaker.name,
            "process": self._process,
            "reason": breaker.reason[:_LONGEST_REASON],
            "rest": breaker.retry_after,
        }
        try:
            async with self._database.system_statement() as connection:
                await connection.execute(statement, row)
        except (DependencyDownError, ConflictError) as error:
            log.warning("the state of a breaker is not shown", provider=breaker.name, detail=str(error))
