"""Which planned instants a task service rings for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString

from campaigns.application.campaign.ports import OrderedTask, PlannedTask
from campaigns.domain.campaign.errors import TaskNotFoundError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.postgres.database import Database

_ALL: LiteralString = "select tenant_id, campaign_id, planned_for, task_id from ordered_tasks"
_ONE: LiteralString = _ALL + " where task_id = %s"
_ADD: LiteralString = """
insert into ordered_tasks (tenant_id, campaign_id, planned_for, task_id) values (%s, %s, %s, %s)
on conflict (campaign_id, planned_for) do update set task_id = excluded.task_id"""
_FORGET: LiteralString = "delete from ordered_tasks where campaign_id = %s and planned_for = %s"

REMEMBERED = timedelta(days=7)
"""A task that rings late is still known for what it is."""


class PostgresOrderedTasks:
    """`OrderedTasks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ordered(self) -> Sequence[OrderedTask]:
        async with self._database.system() as connection:
            rows = await (await connection.execute(_ALL)).fetchall()
        return [_task(row) for row in rows]

    async def get(self, tenant_id: TenantId, task_id: str) -> OrderedTask:
        async with self._database.tenant(tenant_id) as connection:
            row = await (await connection.execute(_ONE, (task_id,))).fetchone()
        if row is None:
            raise TaskNotFoundError(f"no task {task_id} was ordered")
        return _task(row)

    async def add(self, task: PlannedTask, task_id: str) -> None:
        async with self._database.system() as connection:
            await connection.execute(_ADD, (task.tenant_id, task.campaign_id, task.planned_for, task_id))

    async def forget(self, task: OrderedTask, now: datetime) -> None:
        if now - REMEMBERED < task.planned_for <= now:
            return
        async with self._database.system() as connection:
            await connection.execute(_FORGET, (task.campaign_id, task.planned_for))


def _task(row: Sequence[Any]) -> OrderedTask:
    tenant_id, campaign_id, planned_for, task_id = row
    return OrderedTask(tenant_id=tenant_id, campaign_id=campaign_id, planned_for=planned_for, task_id=task_id)
