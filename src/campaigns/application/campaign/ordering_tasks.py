"""Has a task service ring for the next planned instant of each campaign. Our own clock stays behind it.

The service only says when: what becomes of the instant is decided as ever, once, whoever comes first.
"""

from collections.abc import AsyncIterator
from datetime import datetime

from campaigns.application.campaign.ports import OrderedTasks, PlannedTask, TaskService, Timetable
from campaigns.application.campaign.timekeeping import Timekeeper


class TaskOrdering:
    """Asked now and then; ordering the same instant again is the same task."""

    def __init__(self, timetable: Timetable, timekeeper: Timekeeper, tasks: OrderedTasks, service: TaskService) -> None:
        self._timetable = timetable
        self._timekeeper = timekeeper
        self._tasks = tasks
        self._service = service

    async def keep(self, now: datetime) -> None:
        """Order what is to come, take back what is not planned any more. DependencyDownError: the next look goes on."""
        wanted = {(task.campaign_id, task.planned_for): task async for task in self._to_come(now)}
        ordered = {(task.campaign_id, task.planned_for): task for task in await self._tasks.ordered()}
        for key in wanted.keys() - ordered.keys():
            await self._tasks.add(wanted[key], await self._service.order(wanted[key]))
        for key in ordered.keys() - wanted.keys():
            if ordered[key].planned_for > now:
                await self._service.withdraw(ordered[key])
            await self._tasks.forget(ordered[key], now)

    async def _to_come(self, now: datetime) -> AsyncIterator[PlannedTask]:
        async for entry in self._timetable.coming():
            planned = self._timekeeper.next_start(entry)
            if planned is not None and planned > now and (entry.ends_at is None or planned < entry.ends_at):
                yield PlannedTask(tenant_id=entry.tenant_id, campaign_id=entry.campaign_id, planned_for=planned)
