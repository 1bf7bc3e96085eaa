"""Runs of one triggered campaign share its throttle."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from tests.support.delivery_world import World, arrow, people

from campaigns.application.delivery.commands.create_execution import CreateExecution
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.kinds import ExecutionKind
from campaigns.domain.shared.guardrails import Canary, Guardrails
from campaigns.domain.shared.ids import CampaignId, ExecutionId
from campaigns.domain.shared.sending_limits import Throttle

pytestmark = pytest.mark.anyio

SPRING = CampaignId(uuid.UUID(int=7))


async def gathered(world: World, count: int) -> None:
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
