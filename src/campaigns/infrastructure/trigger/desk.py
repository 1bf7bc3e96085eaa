"""The trigger's work in the background: evaluate what came, begin what is due."""

import asyncio

from campaigns.application.trigger.evaluating import EventEvaluation
from campaigns.application.trigger.gathering import TriggeredPeople
from campaigns.infrastructure.nats.repeating import listen, repeat
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.trigger.outside_events import CHANNEL

_IDLE = 0.25  # seconds; what was refused for a moment, and delays that end, are looked for this often


class TriggerDesk:
    """Runs under the scheduler's lease; two of them would wait for each other, never do anything twice."""

    def __init__(self, database: Database, evaluation: EventEvaluation, people: TriggeredPeople) -> None:
        self._database = database
        self._evaluation = evaluation
        self._people = people

    async def run(self, stopping: asyncio.Event) -> None:
        told = asyncio.Event()
        evaluate, gather = self._evaluation.step, self._people.step
        async with asyncio.TaskGroup() as group:
            for work in (
                listen(self._database, CHANNEL, told, stopping),
                repeat(evaluate, stopping=stopping, hint=told, idle_seconds=_IDLE, name="trigger evaluation"),
                repeat(gather, stopping=stopping, idle_seconds=_IDLE, name="trigger gathering"),
            ):
                group.create_task(work)
