"""The task service over HTTP, and who looks after what it was asked for."""

import asyncio
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Annotated, Self
from uuid import uuid5

import msgspec
import structlog
from msgspec import Meta, Struct

from campaigns.application.campaign.ordering_tasks import TaskOrdering
from campaigns.application.campaign.ports import OrderedTask, PlannedTask
from campaigns.application.shared.errors import DependencyDownError
from campaigns.application.shared.ports import Clock
from campaigns.infrastructure.http.client import Answer, OutgoingHttp, Request, outgoing_http
from campaigns.infrastructure.http.errors import OutgoingError
from campaigns.infrastructure.http.outgoing_address import TRUSTED
from campaigns.infrastructure.settings import Settings

NAME = "task service"
CALLBACK = "task.executed.campaign"
_PAUSE = 5.0  # seconds
_GONE = frozenset({200, 202, 204, 404, 410})
_MADE = frozenset({200, 201, 202})

log = structlog.get_logger(__name__)


class _Made(Struct, frozen=True):
    task_id: Annotated[str, Meta(min_length=1, max_length=255)]


class HttpTaskService:
    """Speaks to `<TASK_SERVICE_URL>/api/v1/tasks`; open it with `async with`. An order carries an idempotency key."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.task_service_url
        self._opened = AsyncExitStack()
        self._http: OutgoingHttp | None = None

    async def __aenter__(self) -> Self:
        if self.url is not None:
            self._http = await self._opened.enter_async_context(outgoing_http(TRUSTED))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opened.aclose()

    async def order(self, task: PlannedTask) -> str:
        at = task.planned_for.isoformat()
        body = {
            "task_type": "campaign_execution",
            "name": f"Campaign Execution: {task.campaign_id}",
            "scheduled_at": at,
            "config": {"campaign_id": task.campaign_id, "planned_for": at, "callback_subject": CALLBACK},
        }
        key = str(uuid5(task.campaign_id, f"task:{at}"))
        answer = await self._ask("POST", "", task, msgspec.json.encode(body), {"Idempotency-Key": key})
        if answer.status not in _MADE:
            raise DependencyDownError(NAME, f"ordering a task was answered {answer.status}")
        try:
            return msgspec.json.decode(answer.body, type=_Made).task_id
        except msgspec.MsgspecError as error:
            raise DependencyDownError(NAME, f"its answer has another shape: {error}") from error

    async def withdraw(self, task: OrderedTask) -> None:
        answer = await self._ask("DELETE", f"/{task.task_id}", task)
        if answer.status not in _GONE:
            raise DependencyDownError(NAME, f"taking a task back was answered {answer.status}")

    async def _ask(
        self, method: str, path: str, task: PlannedTask, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        if self._http is None:
            raise DependencyDownError(NAME, "none is configured")
        request = Request(
            method=method,
            url=f"{(self.url or '').rstrip('/')}/api/v1/tasks{path}",
            body=body,
            headers={"Content-Type": "application/json", "X-Tenant-ID": task.tenant_id, **(headers or {})},
        )
        try:
            return await self._http.ask(request)
        except OutgoingError as error:
            raise DependencyDownError(NAME, error.detail, retry_after=max(1, round(error.retry_after or 5))) from error


class TaskOrders:
    """Runs where the scheduler runs; without a task service there is nothing to do."""

    def __init__(self, ordering: TaskOrdering, service: HttpTaskService, clock: Clock) -> None:
        self._ordering = ordering
        self._service = service
        self._clock = clock

    async def run(self, stopping: asyncio.Event) -> None:
        while self._service.url is not None and not stopping.is_set():
            try:
                await self._ordering.keep(self._clock.now())
            except DependencyDownError as error:  # our own clock rings instead
                log.warning("no task can be ordered", dependency=error.name, detail=error.detail)
            try:
                await asyncio.wait_for(stopping.wait(), _PAUSE)
            except TimeoutError:
                continue
