"""Looks at open tests at a steady interval."""

import asyncio

import structlog

from campaigns.application.campaign.commands.judge_experiment import JudgeExperiment
from campaigns.application.campaign.experimenting.readings import OpenTest, Readings
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.errors import ConflictError, DependencyDownError
from campaigns.application.shared.ports import Ids
from campaigns.domain.shared.errors import DomainError

_TICK = 0.5
_AT_ONCE = 100
_PRINCIPAL = "system:experiments"

log = structlog.get_logger(__name__)


class ExperimentWatch:
    """Any number may run: a test is decided once, whoever comes first. `every`: seconds between looks at one test."""

    def __init__(self, readings: Readings, bus: Bus, ids: Ids, *, every: float) -> None:
        self._readings = readings
        self._bus = bus
        self._ids = ids
        self._every = every

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self.look()
            except DependencyDownError as error:
                log.warning("the experiments wait", dependency=error.name, detail=error.detail)
            except Exception:  # one test's trouble must not leave all others unwatched
                log.exception("looking at the experiments failed")
            await _pause(stopping)

    async def look(self) -> None:
        for test in await self._readings.due(self._every, _AT_ONCE):
            try:
                await self._bus(self._judge(test))
            except (DomainError, ConflictError) as refusal:
                log.info("a test is looked at again later", execution=str(test.execution_id), detail=str(refusal))

    def _judge(self, test: OpenTest) -> JudgeExperiment:
        caller = Caller(
            tenant_id=test.tenant_id,
            principal=_PRINCIPAL,
            scopes=frozenset({Scope.LAUNCH, Scope.WRITE}),
            command_id=self._ids.new(),
            correlation_id=str(test.execution_id),
        )
        return JudgeExperiment(caller=caller, campaign_id=test.campaign_id, execution_id=test.execution_id)


async def _pause(stopping: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), _TICK)
    except TimeoutError:
        return
