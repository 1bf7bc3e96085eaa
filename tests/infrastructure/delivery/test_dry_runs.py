"""A dry run decides what the launch then decides, and leaves no trace."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.delivery_world import ACME, EMAIL, SMS, Person, World, people

from campaigns.application.delivery.dry_running.forecasts import DryRun, Forecast
from campaigns.application.delivery.dry_running.ports import Trial
from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.delivery.comparing import differences
from campaigns.domain.delivery.errors import DryRunNotFoundError, DryRunUnderWayError, EmptyAudienceError
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.forecast import Counted, Released, counted
from campaigns.domain.delivery.spending import Prices
from campaigns.domain.shared.channels import Channel, Content
from campaigns.domain.shared.ids import CampaignId, TenantId, VariantId
from campaigns.domain.shared.sending_limits import Throttle
from campaigns.infrastructure.campaign.campaigns import EventSourcedCampaigns
from campaigns.infrastructure.delivery.dry_running.dry_runs import KEPT, PostgresDryRuns
from campaigns.infrastructure.delivery.dry_running.real_plans import PostgresRealPlans
from campaigns.infrastructure.delivery.dry_running.trials import PlannedTrials

PRICES = Prices({EMAIL: Decimal("0.01"), SMS: Decimal("0.07")})
VARIANTS = tuple(
    BriefVariant(variant_id=VariantId(UUID(int=n)), name=name, allocation=50) for n, name in enumerate("AB")
)
CHANNELS = tuple(
    Channel(channel_type=way, content=Content(subject="Hi", body_text="Hi", body="Hi")) for way in (EMAIL, SMS)
)
LEDGER = ("events", "executions", "plan_pages", "batches", "message_facts", "message_ranges", "reservations")

decided = st.one_of(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.just(0)),
    st.tuples(st.integers(0, 1), st.just(-1), st.sampled_from([2, 3, 7, 8, 13])),
    st.just((-1, -1, 1)),
)
throttles = st.none() | st.builds(Throttle, per_minute=st.integers(2, 500), per_hour=st.none() | st.integers(100, 900))


class UsualLimits:
    async def of(self, caller: Caller) -> CampaignLimits:
        return CampaignLimits()


async def looked_at(world: World, brief: Brief) -> tuple[Counted, Trial]:
    async with PlannedTrials(world.decisions).open(brief, world.caller()) as trial:
        parts = [part async for part in trial.parts(3)]
        released = [Released(batch.release_at, batch.size) for batch in trial.batches()]
        assert sum(part.size for part in parts) == sum(cell.people for cell in trial.cells())
        return counted(trial.cells(), released, brief, PRICES), trial


async def really_planned(world: World, execution: Execution) -> Counted:
    plans = PostgresRealPlans(world.database, EventSourcedCampaigns(world.log, UsualLimits()))
    plan = await plans.of(ACME, execution.campaign_id, execution.id)
    return counted(plan.cells, [Released(*one) for one in plan.released], plan.brief, PRICES)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(people=st.lists(decided, min_size=1, max_size=400), throttle=throttles)
def test_a_launch_that_nothing_has_changed_differs_in_nothing(
    database_url: str, people: list[tuple[int, int, int]], throttle: Throttle | None
) -> None:
    async def compare() -> None:
        async with World(database_url).open() as world:
            persons: list[Person] = [(f"u{n:05}", *one) for n, one in enumerate(people)]
            execution = await world.create(persons, variants=VARIANTS, channels=CHANNELS, throttle=throttle)
            before = written(world)
            foretold, _ = await looked_at(world, await world.briefs.of(execution.campaign_id, datetime.now(UTC), None))  # type: ignore[arg-type]
            assert written(world) == before
            await world.scheduler.plan_due()
            real = await really_planned(world, await world.get(execution.id))
            assert differences(foretold, real) == ()
            assert real.audience == real.holdout + real.control + real.skipped + real.to_send == len(people)
            assert real.cost == sum(PRICES.of((EMAIL, SMS)[way]) for _, way, reason in people if reason == 0)

    asyncio.run(compare())


def written(world: World) -> list[tuple[Any, ...]]:
    return world.query(" union all ".join(f"select '{table}', count(*) from {table}" for table in LEDGER))


@pytest.mark.anyio
async def test_each_how_manieth_message_is_chosen_and_the_first_few_of_each_reason_are_named(database_url: str) -> None:
    async with World(database_url).open() as world:
        await world.create(people(10_000, holdout=20))
        async with PlannedTrials(world.decisions).open(world.briefs.brief, world.caller()) as trial:
            parts = [part async for part in trial.parts(100)]
            assert [seq for part in parts for seq, *_ in part.chosen] == list(range(1, 10_001, 100))
            assert parts[-1].people == {1: [f"v{n:08d}" for n in range(5)]}
            first = trial.batches()[0]
            assert trial.messages(first) == {EMAIL: first.size}


@pytest.mark.anyio
async def test_nobody_in_the_audience_is_refused_as_a_launch_refuses_it(database_url: str) -> None:
    async with World(database_url).open() as world:
        with pytest.raises(EmptyAudienceError):
            await looked_at(world, world.briefs.brief)


def asked(campaign: CampaignId, tenant: str = ACME) -> DryRun:
    return DryRun(
        id=uuid4(),
        tenant_id=TenantId(tenant),
        campaign_id=campaign,
        status="pending",
        sample=5,
        requested_by="test",
        created_at=datetime.now(UTC),
    )


FORECAST = Forecast(starts_at=datetime(2027, 1, 1, tzinfo=UTC), campaign_version=3, problems=())


@pytest.mark.anyio
async def test_one_dry_run_of_a_campaign_at_a_time_and_the_last_twenty_are_kept(database_url: str) -> None:
    async with World(database_url).open() as world:
        dry_runs, campaign = PostgresDryRuns(world.database), CampaignId(uuid4())
        for _ in range(KEPT + 3):
            await dry_runs.queue(asked(campaign))
            with pytest.raises(DryRunUnderWayError):
                await dry_runs.queue(asked(campaign))
            claimed = await dry_runs.claim()
            assert claimed is not None
            assert await dry_runs.claim() is None
            await dry_runs.finish(claimed, FORECAST, None, datetime.now(UTC))
        kept = await dry_runs.of(ACME, campaign)
        assert (len(kept), kept[0].id) == (KEPT, claimed.id)
        assert (await dry_runs.get(ACME, campaign, claimed.id)).forecast == FORECAST
        assert (await dry_runs.last_before(ACME, campaign, datetime.now(UTC))).id == claimed.id


@pytest.mark.anyio
async def test_a_dry_run_is_its_tenants_and_its_campaigns_alone(database_url: str) -> None:
    async with World(database_url).open() as world:
        dry_runs, one = PostgresDryRuns(world.database), asked(CampaignId(uuid4()))
        await dry_runs.queue(one)
        for tenant, campaign in ((TenantId("globex"), one.campaign_id), (ACME, CampaignId(uuid4()))):
            with pytest.raises(DryRunNotFoundError):
                await dry_runs.get(tenant, campaign, one.id)
            assert await dry_runs.of(tenant, campaign) == []


@pytest.mark.anyio
async def test_a_dry_run_whose_worker_dies_is_begun_again_and_given_up_after_three_times(database_url: str) -> None:
    async with World(database_url).open() as world:
        dry_runs, one = PostgresDryRuns(world.database), asked(CampaignId(uuid4()))
        await dry_runs.queue(one)
        for attempt in (1, 2, 3):
            claimed = await dry_runs.claim()
            assert claimed is not None
            assert claimed.attempts == attempt
            async with world.database.system() as connection:
                await connection.execute("update dry_runs set lease_until = now() - interval '1 second'")
        outlived = claimed
        assert await dry_runs.claim() is None
        await dry_runs.finish(outlived, FORECAST, None, datetime.now(UTC))
        ended = await dry_runs.get(ACME, one.campaign_id, one.id)
        assert (ended.status, ended.forecast, ended.error) == (
            "failed",
            None,
            "the dry run was interrupted three times",
        )
