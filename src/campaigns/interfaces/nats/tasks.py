"""What a task service tells: the time of a task that we ordered has come."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from campaigns.application.campaign.commands.take_executed_task import TakeExecutedTask
from campaigns.interfaces.nats.received import Received


class TaskExecutedEvent(Struct, frozen=True, kw_only=True):
    """A task's time has come: a planned run of a campaign begins, once, whoever else says so."""

    task_id: Annotated[str, Meta(min_length=1, max_length=255, pattern="^[^\x00]*$", examples=["task-4711"])]
    task_type: str = "campaign_execution"


def starts_from(events: Sequence[Received[TaskExecutedEvent]]) -> list[TakeExecutedTask]:
    """Tasks of other types are nobody's business here."""
    return [
        TakeExecutedTask(caller=event.caller, task_id=event.body.task_id)
        for event in events
        if event.body.task_type == "campaign_execution"
    ]
