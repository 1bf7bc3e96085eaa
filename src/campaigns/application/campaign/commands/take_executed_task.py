"""The task service says that an instant has come."""

from datetime import timedelta

from campaigns.application.campaign.planned_starts import PlannedStarts
from campaigns.application.campaign.ports import Campaigns, OrderedTasks
from campaigns.application.shared.messages import Command, Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.errors import HeldByRuleError, TaskTooEarlyError

EARLY = timedelta(minutes=5)
"""Its clock may be ahead of ours by so much."""


class TakeExecutedTask(Command, frozen=True, kw_only=True):
    """`task_id` as the service gave it when the task was ordered."""

    task_id: str


class TakeExecutedTaskHandler:
    """Whoever comes second finds the instant answered, and nothing happens. A task that nobody ordered is refused."""

    def __init__(self, campaigns: Campaigns, tasks: OrderedTasks, starts: PlannedStarts, clock: Clock) -> None:
        self._campaigns = campaigns
        self._tasks = tasks
        self._starts = starts
        self._clock = clock

    async def __call__(self, command: TakeExecutedTask) -> Receipt:
        """NotFoundError, TaskTooEarlyError."""
        task = await self._tasks.get(command.caller.tenant_id, command.task_id)
        if task.planned_for - self._clock.now() > EARLY:
            raise TaskTooEarlyError(f"task {command.task_id} is for {task.planned_for.isoformat()}")
        campaign = await self._campaigns.newest(task.campaign_id, command.caller)
        if not campaign.awaits(task.planned_for):
            return await self._campaigns.record(campaign, (), command.caller)
        try:
            return await self._starts.answer(campaign, task.planned_for, command.caller)
        except HeldByRuleError:  # our own clock starts it when the rule lets it
            return await self._campaigns.record(campaign, (), command.caller)
