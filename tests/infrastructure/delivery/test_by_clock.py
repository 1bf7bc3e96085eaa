"""Plans in the order of people's clocks, in the real ledger."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pytest
from tests.infrastructure.delivery.test_dry_runs import looked_at, really_planned
from tests.support.delivery_world import Person, World, arrow

from campaigns.domain.delivery.comparing import differences
from campaigns.domain.delivery.local_hours import LocalHour
from campaigns.domain.shared.sending_limits import Throttle
from campaigns.domain.shared.wall_clocks import comes_true, shown

pytestmark = pytest.mark.anyio
ZONES = ("Asia/Tokyo", "Europe/Paris", "America/New_York", None, "Mars/Olympus", "Europe/Berlin")
EMAIL_NUMBER = 0


def hour_of(at: datetime, **policy: Any) -> LocalHour:
    """What Kiritimati's clocks, the first of all, show at `at`."""
    wall = shown(at, ZoneInfo("Pacific/Kiritimati")).replace(microsecond=0)
    return LocalHour(**{"wall": wall, "lateness": timedelta(hours=1)} | policy)


async def launched(world: World, count: int, hour: LocalHour, **order: Any) -> Any:
    """People of all zones in turn; each tenth is in the holdout."""
    persons: list[Person] = [
        (f"u{n:06}", -1, -1, 1) if n % 10 == 0 else (f"u{n:06}", -1, EMAIL_NUMBER, 0) for n in range(count)
    ]
    execution = await world.create(persons, zone="Europe/Paris", **order)
    world.briefs.brief = msgspec.structs.replace(world.briefs.brief, local_hour=hour)
    world.audience.batches = zoned(arrow(persons))
    return execution


def zoned(batches: Sequence[pa.RecordBatch]) -> list[pa.RecordBatch]:
    return [
        batch.append_column(
            "local_zone", pa.array([ZONES[int(user[1:]) % len(ZONES)] for user in batch.column("user_id").to_pylist()])
        )
        for batch in batches
    ]


def plan_of(world: World, execution_no: int) -> list[tuple[str, int, datetime]]:
    return world.query(
        "select m.user_id, m.seq, b.release_at from messages m join batches b on b.execution_no = m.execution_no"
        f" and m.seq between b.seq_from and b.seq_to where m.execution_no = {execution_no} order by m.seq"
    )


@pytest.mark.parametrize("count", [600, 25_000])
async def test_everybody_leaves_at_their_own_hour_and_is_found_in_the_plan(database_url: str, count: int) -> None:
    hour = hour_of(datetime.now(UTC) + timedelta(minutes=30))
    async with World(database_url).open() as world:
        execution = await launched(world, count, hour)
        await world.scheduler.plan_due()
        planned = await world.get(execution.id)
        rows = plan_of(world, planned.execution_no or 0)
        assert len(rows) == count - len(range(0, count, 10))
        for user_id, _, release_at in rows:
            zone = ZONES[int(user_id[1:]) % len(ZONES)]
            known = zone if zone in ("Asia/Tokyo", "America/New_York") else "Europe/Paris"
            assert release_at == comes_true(hour.wall, ZoneInfo(known))
        assert [release_at for *_, release_at in rows] == sorted(release_at for *_, release_at in rows)
        found = world.query(
            f"select user_id, seq, seq_in_plan({planned.execution_no}, user_id) from messages"
            f" where execution_no = {planned.execution_no} and mod(seq, 7) = 1"
        )
        assert len(found) > count / 10
        assert [seq for _, seq, _ in found] == [looked_up for *_, looked_up in found]
        assert world.query(f"select seq_in_plan({planned.execution_no}, 'u0000015')") == [(None,)]


async def test_a_dry_run_foretells_everybody_s_hour(database_url: str) -> None:
    hour = hour_of(datetime.now(UTC) + timedelta(minutes=30))
    async with World(database_url).open() as world:
        execution = await launched(world, 600, hour)
        foretold, _ = await looked_at(world, await world.briefs.of(execution.campaign_id, datetime.now(UTC), None))  # type: ignore[arg-type]
        assert len(foretold.hours) == 3
        await world.scheduler.plan_due()
        real = await really_planned(world, await world.get(execution.id))
        assert differences(foretold, real) == ()


async def test_who_missed_the_hour_in_a_recurring_campaign_is_skipped_with_the_reason(database_url: str) -> None:
    now = datetime.now(UTC)
    tokyo = shown(now - timedelta(hours=2), ZoneInfo("Asia/Tokyo")).replace(microsecond=0)
    async with World(database_url).open() as world:
        execution = await launched(world, 600, LocalHour(wall=tokyo, lateness=timedelta(hours=1), recurring=True))
        await world.scheduler.plan_due()
        planned = await world.get(execution.id)
        reasons = dict(
            world.query(
                f"select reason, count(*) from messages where execution_no = {planned.execution_no} group by reason"
            )
        )
        assert reasons == {0: 460, 1: 60, 15: 80}


async def test_what_waits_when_everything_is_paced_again_keeps_to_everybody_s_hour(database_url: str) -> None:
    hour = hour_of(datetime.now(UTC) + timedelta(minutes=30))
    async with World(database_url).open() as world:
        execution = await launched(world, 600, hour, throttle=Throttle(per_hour=4_000))
        await world.scheduler.plan_due()
        planned = await world.get(execution.id)
        before = plan_of(world, planned.execution_no or 0)
        await world.plans.pace_again(execution.id, planned.tenant_id, datetime.now(UTC))
        assert plan_of(world, planned.execution_no or 0) == before
        late = comes_true(hour.wall, ZoneInfo("Asia/Tokyo")) + timedelta(hours=2)
        await world.plans.pace_again(execution.id, planned.tenant_id, late)
        moved = {user: at for user, _, at in plan_of(world, planned.execution_no or 0)}
        tokyo = [at for user, at in moved.items() if ZONES[int(user[1:]) % len(ZONES)] == "Asia/Tokyo"]
        next_day = comes_true(hour.wall + timedelta(days=1), ZoneInfo("Asia/Tokyo"))
        assert min(tokyo) == next_day
        newest = [at for user, at in moved.items() if ZONES[int(user[1:]) % len(ZONES)] == "America/New_York"]
        assert min(newest) == comes_true(hour.wall, ZoneInfo("America/New_York"))
