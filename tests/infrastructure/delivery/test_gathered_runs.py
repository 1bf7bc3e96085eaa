"""Runs of one triggered campaign share its throttle."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.support.delivery_world import World, arrow, people

from campaigns.application.delivery.commands.create_execution import CreateExecution
from campaigns.application.delivery.commands.resume_execution import ResumeExecution
from campaigns.application.delivery.ports import Handover, OutgoingMessage, Trouble, Verdict
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.kinds import ExecutionKind, ExecutionStatus
from campaigns.domain.shared.guardrails import Canary, Guardrails
from campaigns.domain.shared.ids import CampaignId, ExecutionId
from campaigns.domain.shared.sending_limits import Throttle

pytestmark = pytest.mark.anyio

SPRING = CampaignId(uuid.UUID(int=7))


async def gathered(world: World, count: int) -> ExecutionId:
    world.audience.batches = arrow(people(count))
    command = CreateExecution(
        caller=world.caller(),
        execution_id=ExecutionId(uuid.uuid4()),
        campaign_id=SPRING,
        kind=ExecutionKind.TRIGGERED,
        planned_for=datetime.now(UTC) - timedelta(seconds=1),
    )
    await world.bus(command)
    await world.scheduler.plan_due()
    return command.execution_id


async def test_no_hour_holds_more_than_the_limit_however_many_runs_there_are(database_url: str) -> None:
    async with World(database_url).open() as world:
        world.briefs.brief = _limited(world, Throttle(per_hour=80))
        for count in (50, 1, 70):
            await gathered(world, count)
        rows = world.query("select release_at, seq_to - seq_from + 1 from batches order by release_at")
        assert sum(count for _, count in rows) == 121
        for begun, _ in rows:
            hour = [count for at, count in rows if begun <= at < begun + timedelta(hours=1)]
            assert sum(hour) <= 80


async def test_a_triggered_run_has_no_canary(database_url: str) -> None:
    async with World(database_url).open() as world:
        world.briefs.brief = _limited(world, None, Guardrails(max_bounce_rate=5, canary=Canary(count=1)))
        await gathered(world, 10)
        assert world.query("select canary_to from executions") == [(None,)]


def _limited(world: World, throttle: Throttle | None, guardrails: Guardrails | None = None) -> Brief:
    return replace(world.briefs.brief, throttle=throttle, guardrails=guardrails)


async def test_small_runs_are_judged_together(database_url: str) -> None:
    async with World(database_url).open() as world:
        world.sender.answer = refuse_all
        limits = Guardrails(max_error_rate=10, minimum_sample=50)
        world.briefs.brief = _limited(world, None, limits)
        first = await gathered(world, 40)
        await world.work(lambda: ended(world, first))
        assert (await world.get(first)).status is ExecutionStatus.COMPLETED
        world.briefs.brief = _limited(world, Throttle(per_minute=240), limits)
        second = await gathered(world, 40)
        await world.work(lambda: ended(world, second))
        held = await world.get(second)
        assert held.status is ExecutionStatus.PAUSED
        assert held.reason is not None
        assert "the error rate is 100 %" in held.reason
        await world.bus(ResumeExecution(caller=world.caller(), execution_id=second))
        third = await gathered(world, 10)
        await world.watch.look()
        assert (await world.get(third)).status is ExecutionStatus.RUNNING


async def refuse_all(messages: Sequence[OutgoingMessage]) -> Handover:
    return Handover(accepted=0, troubles={m.seq: Trouble(Verdict.PERMANENT, "550 5.1.1 gone") for m in messages})


async def ended(world: World, execution_id: ExecutionId) -> bool:
    return (await world.get(execution_id)).status is not ExecutionStatus.RUNNING
