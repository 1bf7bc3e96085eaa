"""The trigger's work in the background: evaluate what came, begin what is due."""

import asyncio
from typing import Any

from campaigns.application.trigger.evaluating import EventEvaluation
from campaigns.application.trigger.gathering import TriggeredPeople
from campaigns.infrastructure.eventstore.news import OUTSIDE_EVENTS, News
from campaigns.infrastructure.nats.repeating import repeat

_IDLE = 0.25  # seconds; what was refused for a moment, and delays that end, are looked for this often


class TriggerDesk:
    """Runs under the scheduler's lease; two of them would wait for each other, never do anything twice."""

    def __init__(self, evaluation: EventEvaluation, people: TriggeredPeople, news: News) -> None:
        self._news = news
        self._evaluation = evaluation
        self._people = people

    async def run(self, stopping: asyncio.Event) -> None:
        evaluate, gather = self._evaluation.step, self._people.step
        usual: dict[str, Any] = {"stopping": stopping, "pulse": self._news, "idle_seconds": _IDLE}
        with self._news.heard(OUTSIDE_EVENTS) as told:
            async with asyncio.TaskGroup() as group:
                group.create_task(repeat(evaluate, hint=told, name="trigger evaluation", **usual))
                group.create_task(repeat(gather, name="trigger gathering", **usual))
