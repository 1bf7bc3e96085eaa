"""Outside events that are kept, for replays: read as the tenant, some thousand at a time."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import LiteralString

from campaigns.application.shared.context import Caller
from campaigns.application.trigger.asking import Moment
from campaigns.domain.trigger.events import OutsideEvent
from campaigns.infrastructure.postgres.database import Database

_AT_ONCE = 2_000
_FIRST: LiteralString = """
select min(event_no) from (
  select event_no from outside_events
   where event_type = any(%(types)s) and received_at >= %(since)s and received_at < %(until)s
   order by event_no desc limit %(limit)s) newest"""
_NEXT: LiteralString = """
select event_no, event_id, event_type, user_id, at, data, received_at from outside_events
 where event_type = any(%(types)s) and received_at >= %(since)s and received_at < %(until)s and event_no >= %(from)s
 order by event_no limit %(at_once)s"""


class PostgresPastEvents:
    """`PastEvents`: each part is a transaction of its own, so that a long replay holds nothing up."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def received(
        self, caller: Caller, event_types: Sequence[str], since: datetime, until: datetime, limit: int
    ) -> AsyncIterator[Sequence[Moment]]:
        asked = {"types": list(event_types), "since": since, "until": until, "limit": limit, "at_once": _AT_ONCE}
        async with self._database.tenant(caller.tenant_id) as connection:
            row = await (await connection.execute(_FIRST, asked)).fetchone()
        following = row[0] if row else None
        while following is not None:
            async with self._database.tenant(caller.tenant_id) as connection:
                rows = await (await connection.execute(_NEXT, asked | {"from": following})).fetchall()
            yield [(OutsideEvent(*row[:6]), row[6]) for row in rows]
            following = rows[-1][0] + 1 if len(rows) == _AT_ONCE else None
