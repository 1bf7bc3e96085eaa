"""Forgets outside events and their history, a part at a time, so that nobody waits for it.

Who was gathered for a run is known as long as the run is in the ledger: that is how a person's runs are found.
"""

from datetime import datetime
from typing import LiteralString

from campaigns.infrastructure.postgres.database import Database

_AT_ONCE = 10_000
_EVENTS: LiteralString = """
delete from outside_events where event_no in (
  select e.event_no from outside_events e
   where e.received_at < %(before)s
     and not exists (select from events_to_evaluate q where q.tenant_id = e.tenant_id and q.event_no = e.event_no)
     and not exists (select from trigger_decisions d where d.tenant_id = e.tenant_id and d.event_no = e.event_no
                        and (d.outcome in (1, 2) or d.counts_until > %(now)s and d.due_at is not null
                             or exists (select from executions x where x.execution_id = d.execution_id
                                           and x.finished_at is null)))
   limit %(limit)s)"""
_DECISIONS: LiteralString = """
delete from trigger_decisions d
 where d.at < %(before)s and d.outcome not in (1, 2) and (d.due_at is null or d.counts_until <= %(now)s)
   and not exists (select from outside_events e where e.event_no = d.event_no)
   and not exists (select from executions e where e.execution_id = d.execution_id and e.archived_at is null)"""
_EVALUATIONS: LiteralString = "delete from trigger_evaluations where at < %(before)s"
_BOOKS: LiteralString = """
delete from trigger_books b
 where b.until is not null and not exists (
       select from trigger_evaluations x where x.tenant_id = b.tenant_id and x.log_position < b.until)"""


class PostgresTriggerMemory:
    """`TriggerMemory`, as the system."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, before: datetime, now: datetime) -> int:
        asked = {"before": before, "now": now, "limit": _AT_ONCE}
        forgotten = 0
        while (dropped := await self._drop(_EVENTS, asked)) > 0:
            forgotten += dropped
        for statement in (_DECISIONS, _EVALUATIONS, _BOOKS):
            await self._drop(statement, asked)
        return forgotten

    async def _drop(self, statement: LiteralString, asked: dict[str, object]) -> int:
        async with self._database.system_statement() as connection:
            return (await connection.execute(statement, asked)).rowcount
