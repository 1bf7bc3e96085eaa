"""A task service that rings for planned starts: over a real socket, with the real stores behind."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from aiohttp import web
from tests.domain.campaign.given import facts, ready
from tests.infrastructure.campaign.conftest import NOW, Adapters, caller
from tests.infrastructure.campaign.test_campaign_adapters import Ready, activated, decided, new

from campaigns.application.campaign.commands.start_planned_run import StartPlannedRun, StartPlannedRunHandler
from campaigns.application.campaign.commands.take_executed_task import TakeExecutedTask, TakeExecutedTaskHandler
from campaigns.application.campaign.ordering_tasks import TaskOrdering
from campaigns.application.campaign.planned_starts import PlannedStarts
from campaigns.application.campaign.timekeeping import Timekeeper
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.errors import TaskNotFoundError, TaskTooEarlyError
from campaigns.domain.campaign.standing import ON_TIME
from campaigns.domain.campaign.values import Mode, Schedule
from campaigns.infrastructure.campaign.ordered_tasks import PostgresOrderedTasks
from campaigns.infrastructure.campaign.recurrence import CronsimRecurrence
from campaigns.infrastructure.campaign.task_service import CALLBACK, HttpTaskService
from campaigns.infrastructure.settings import Settings

HOURLY = Schedule(cron="0 * * * *", max_lateness_minutes=90)
NEXT = NOW + timedelta(hours=1)


class Bell:
    """A task service on a socket of its own. It knows an order by its key, and answers with `status` otherwise."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.withdrawn: list[str] = []
        self.asked = 0
        self.status = 201

    @asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/api/v1/tasks", self._order)
        app.router.add_delete("/api/v1/tasks/{task_id}", self._withdraw)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()

    async def _order(self, request: web.Request) -> web.Response:
        self.asked += 1
        key = request.headers["Idempotency-Key"]
        if self.status < 300:
            self.orders[key] = await request.json() | {"tenant": request.headers["X-Tenant-ID"]}
        return web.json_response({"task_id": f"task-{key}"}, status=self.status)

    async def _withdraw(self, request: web.Request) -> web.Response:
        self.withdrawn.append(request.match_info["task_id"])
        return web.Response(status=204)


class Desk:
    """Everything that a scheduler and a consumer have."""

    def __init__(self, adapters: Adapters, service: HttpTaskService) -> None:
        self.adapters, self.tasks = adapters, PostgresOrderedTasks(adapters.database)
        recurrence = CronsimRecurrence()
        starts = PlannedStarts(adapters.campaigns, Ready(), Ready(), recurrence, adapters.clock)  # type: ignore[arg-type]
        bus = Bus({StartPlannedRun: StartPlannedRunHandler(adapters.campaigns, starts)})
        self.keeper = Timekeeper(adapters.timetable, recurrence, bus, ON_TIME)
        self.ordering = TaskOrdering(adapters.timetable, self.keeper, self.tasks, service)
        self.taking = TakeExecutedTaskHandler(adapters.campaigns, self.tasks, starts, adapters.clock)

    async def look(self, at: datetime) -> None:
        self.adapters.clock.at = at
        await self.adapters.catch_up()
        await self.ordering.keep(at)

    async def clock_strikes(self, at: datetime) -> None:
        self.adapters.clock.at = at
        await self.adapters.catch_up()
        await self.keeper.keep(at)

    async def ring(self, task_id: str, at: datetime = NEXT, tenant: str = "t") -> None:
        self.adapters.clock.at = at
        await self.taking(TakeExecutedTask(caller=caller(tenant), task_id=task_id))

    async def started(self, campaign_id: UUID) -> list[str]:
        entries = await self.adapters.campaigns.entries(campaign_id, caller())
        return [entry.details["planned_for"] for entry in entries if entry.event == "campaign.started"]


Story = Callable[[Desk, Bell, Campaign], Coroutine[Any, Any, None]]


@pytest.fixture
def tell(opened: Any) -> Callable[[Story], None]:
    """Tells a story of one hourly campaign."""

    async def told(story: Story) -> None:
        bell = Bell()
        async with (
            opened() as adapters,
            bell.open() as url,
            HttpTaskService(Settings(task_service_url=url)) as service,
        ):
            campaign = await activated(adapters, await new(adapters, ready(Mode.RECURRING, schedule=HOURLY)))
            try:
                await story(Desk(adapters, service), bell, campaign)
            finally:
                adapters.clock.at = NOW

    return lambda story: asyncio.run(told(story))


def test_the_next_planned_instant_is_ordered_once(tell: Callable[[Story], None]) -> None:
    async def story(desk: Desk, bell: Bell, campaign: Campaign) -> None:
        for _ in range(3):
            await desk.look(NOW)
        (order,) = bell.orders.values()
        assert bell.asked == 1
        assert (order["tenant"], order["task_type"]) == ("t", "campaign_execution")
        assert order["scheduled_at"] == NEXT.isoformat()
        assert order["config"] == {
            "campaign_id": str(campaign.id), "planned_for": NEXT.isoformat(), "callback_subject": CALLBACK,
        }  # fmt: skip

    tell(story)


def test_an_instant_that_the_service_and_the_clock_ring_for_is_answered_once(tell: Callable[[Story], None]) -> None:
    async def story(desk: Desk, bell: Bell, campaign: Campaign) -> None:
        await desk.look(NOW)
        (task,) = await desk.tasks.ordered()
        await desk.clock_strikes(NEXT + ON_TIME / 2)
        assert await desk.started(campaign.id) == []  # the service has a minute to ring
        await asyncio.gather(desk.ring(task.task_id), desk.ring(task.task_id), return_exceptions=True)
        await desk.ring(task.task_id, NEXT + timedelta(minutes=3))
        await desk.clock_strikes(NEXT + timedelta(minutes=5))
        assert await desk.started(campaign.id) == [NEXT.isoformat().replace("+00:00", "Z")]
        await desk.look(NEXT + timedelta(minutes=6))
        assert len(bell.orders) == 2

    tell(story)


def test_our_own_clock_rings_where_the_service_does_not(tell: Callable[[Story], None]) -> None:
    async def story(desk: Desk, bell: Bell, campaign: Campaign) -> None:
        bell.status = 404
        with pytest.raises(DependencyDownError, match="404"):
            await desk.look(NOW)
        assert await desk.tasks.ordered() == []
        await desk.clock_strikes(NEXT + ON_TIME)
        assert len(await desk.started(campaign.id)) == 1

    tell(story)


def test_a_task_is_taken_back_when_its_instant_is_not_planned_any_more(tell: Callable[[Story], None]) -> None:
    async def story(desk: Desk, bell: Bell, campaign: Campaign) -> None:
        await desk.look(NOW)
        (task,) = await desk.tasks.ordered()
        await decided(desk.adapters, campaign, *campaign.pause(None, 0, at=NOW, by="ada"))
        await desk.look(NOW + timedelta(minutes=1))
        assert bell.withdrawn == [task.task_id]
        assert await desk.tasks.ordered() == []
        with pytest.raises(TaskNotFoundError):
            await desk.ring(task.task_id)
        assert await desk.started(campaign.id) == []

    tell(story)


def test_a_task_of_somebody_else_or_long_before_its_time_starts_nothing(tell: Callable[[Story], None]) -> None:
    async def story(desk: Desk, bell: Bell, campaign: Campaign) -> None:
        await desk.look(NOW)
        (task,) = await desk.tasks.ordered()
        with pytest.raises(TaskNotFoundError):
            await desk.ring(task.task_id, tenant="other")
        with pytest.raises(TaskNotFoundError):
            await desk.ring("task-of-nobody")
        with pytest.raises(TaskTooEarlyError):
            await desk.ring(task.task_id, NEXT - timedelta(minutes=6))
        assert await desk.started(campaign.id) == []
        await desk.ring(task.task_id, NEXT - timedelta(minutes=4))  # its clock is a little ahead of ours
        assert len(await desk.started(campaign.id)) == 1

    tell(story)


def test_a_one_time_start_is_ordered_and_rung_for(tell: Callable[[Story], None]) -> None:
    async def story(desk: Desk, bell: Bell, campaign: Campaign) -> None:
        once = await new(desk.adapters, ready(name="Once", schedule=Schedule(at=NEXT)))
        await decided(desk.adapters, once, *once.schedule(None, None, facts(NOW), at=NOW, by="ada"))
        await desk.look(NOW)
        (task,) = [task for task in await desk.tasks.ordered() if task.campaign_id == once.id]
        await desk.ring(task.task_id)
        assert len(await desk.started(once.id)) == 1

    tell(story)
