"""The limits of the world over a real database: shared by all workers, kept over restarts, never exceeded."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import psycopg
import pytest
from tests.domain.delivery.test_metering import heaviest
from tests.support.delivery_world import ACME, EMAIL, NoTenantLimits, OneSenderPerChannel, World, people
from tests.support.waiting import PATIENCE

from campaigns.application.delivery.permits import Permit, Wanted
from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError
from campaigns.application.delivery.provider_standing import BreakerState
from campaigns.domain.delivery.routing import Route
from campaigns.domain.delivery.warming import Allowance, WarmUp
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import Throttle
from campaigns.infrastructure.delivery.limits.book import LimitBook
from campaigns.infrastructure.delivery.limits.meters import Asked, Given, PostgresMeters
from campaigns.infrastructure.delivery.limits.permits import PostgresPermits
from campaigns.infrastructure.delivery.limits.standing import PostgresProviderReadings
from campaigns.infrastructure.delivery.providers.catalogue import Pipeline, Provider, Providers
from campaigns.infrastructure.delivery.senders.breaker_board import BreakerBoard
from campaigns.infrastructure.delivery.senders.breakers import Breakers
from campaigns.infrastructure.delivery.senders.guarded import GuardedSender
from campaigns.infrastructure.http.breaker import Breaker

pytestmark = pytest.mark.anyio

COUNTING = Route(provider="counting", channels=frozenset({EMAIL}))


FREE = Allowance()


def book(service: Allowance = FREE, provider: Allowance = FREE, sender: Allowance = FREE) -> LimitBook:
    return LimitBook([COUNTING], service, {"counting": provider}, {"acme.example": sender})


def per(**rates: int) -> Allowance:
    return Allowance(throttle=Throttle(**rates))


def wanted(count: int, first: int = 0, sender: str = "news@acme.example") -> list[Wanted]:
    return [Wanted(EMAIL, sender, [f"1-{first + n}" for n in range(count)])]


async def take(world: World, count: int, **how: str) -> Permit:
    return await world.permits.take(ACME, wanted(count, **how))


async def test_all_limits_of_a_message_count_together(database_url: str) -> None:
    limits = book(per(per_hour=100), per(per_hour=50), per(per_day=30))
    async with World(database_url, book=limits).open() as world:
        assert (await take(world, 20)).count == 20
        assert (await take(world, 20)).count == 10
        refused = await take(world, 20)
        assert refused.count == 0
        assert refused.hold is not None
        assert refused.hold.because.startswith("the rate limit per day of sender acme.example until ")
        assert timedelta(hours=23) < refused.hold.until - datetime.now(UTC) < timedelta(hours=25)
        assert (await take(world, 30, sender="other@zenith.example")).count == 20
        refused = await take(world, 1, sender="other@zenith.example")
        assert refused.hold is not None
        assert refused.hold.because.startswith("the rate limit per hour of provider counting until ")


async def test_without_limits_nobody_is_asked(database_url: str) -> None:
    async with World(database_url).open() as world:
        assert (await take(world, 1_000)).count == 1_000
        assert world.query("select count(*) from rate_limits") == [(0,)]


async def test_limits_survive_a_restart_and_other_tenants_share_those_of_the_service(database_url: str) -> None:
    limits = book(per(per_hour=100))
    async with World(database_url, book=limits).open() as world:
        assert (await take(world, 70)).count == 70
    async with World(database_url, book=limits).open() as world:
        assert (await world.permits.take(TenantId("zenith"), wanted(70))).count == 30


async def test_many_hosts_at_once_take_no_more_than_there_is(database_url: str) -> None:
    """Ten pools, as ten hosts have them, ask against each other, each under other limits first."""
    async with World(database_url).open() as world:
        offices = [
            PostgresPermits(
                book(per(per_hour=1_000), per(per_hour=900), per(per_day=5_000)),
                PostgresMeters(world.database),
                Breakers(world.clock),
                world.permits._tenants,
            )
            for _ in range(10)
        ]

        async def host(office: PostgresPermits, number: int) -> int:
            senders = ("a@acme.example", "b@zenith.example")
            taken = [await office.take(ACME, wanted(7, sender=senders[(number + n) % 2])) for n in range(30)]
            return sum(permit.count for permit in taken)

        counts = await asyncio.gather(*(host(office, number) for number, office in enumerate(offices)))
        assert sum(counts) == 900


async def test_a_clock_that_went_back_neither_opens_nor_closes_a_limit(database_url: str) -> None:
    async with World(database_url, book=book(per(per_hour=100))).open() as world:
        await take(world, 60)
        with psycopg.connect(world.url) as connection:  # as if it had been written before the clock went back a day
            connection.execute(
                "update rate_limits set meter = jsonb_set(meter, '{newest}', to_jsonb((meter->>'newest')::bigint + 1440))"
            )
        assert (await take(world, 60)).count == 40
        refused = await take(world, 60)
        assert refused.hold is not None
        assert refused.hold.until < datetime.now(UTC) + timedelta(minutes=63)


async def test_a_warm_up_begins_with_its_first_message_and_is_remembered(database_url: str) -> None:
    limits = book(provider=Allowance(warm_up=WarmUp(per_day=(40, 4_000))))
    async with World(database_url, book=limits).open() as world:
        assert (await take(world, 100)).count == 4  # a tenth of the day: it is spread
        refused = await take(world, 100)
        assert refused.hold is not None
        assert refused.hold.because.startswith("the warm-up of provider counting until ")
        a_day_passes(world)
        assert (await take(world, 100)).count == 100
        a_day_passes(world)
        assert (await take(world, 10_000)).count == 10_000


def a_day_passes(world: World) -> None:
    with psycopg.connect(world.url) as connection:
        connection.execute("update warm_ups set started_at = started_at - interval '1 day'")
        connection.execute("update rate_limits set meter = '{}'")


async def test_a_permit_is_good_for_a_moment_only(database_url: str) -> None:
    async with World(database_url, book=book(per(per_minute=600, per_hour=9_000))).open() as world:
        asked = time.monotonic()
        assert asked + 0.5 < (await take(world, 5)).good_until <= time.monotonic() + 1.0


class Clocked:
    """Writes down how many messages may leave from when on, by the clock of the store."""

    def __init__(self, world: World) -> None:
        self.given: list[tuple[float, int]] = []
        self._meters = world.permits._meters
        self._really, self._meters.take = self._meters.take, self.take  # type: ignore[method-assign]

    async def take(self, asked: Sequence[Asked], allowances: Mapping[str, Allowance]) -> Given:
        given = await self._really(asked, allowances)
        self.given.append((given.at, given.permission.count))
        return given


async def test_campaigns_together_keep_the_limit_of_the_service_and_use_it(database_url: str) -> None:
    """Two campaigns, two workers, 6,000 messages a minute: at first the saved burst, then 100 a second."""
    async with World(database_url, book=book(per(per_minute=6_000))).open() as world:
        clocked = Clocked(world)
        first, second = await world.plan(people(700)), await world.plan(people(700))
        told: set[str | None] = set()

        async def done() -> bool:
            told.update(row[0] for row in world.query("select waiting_for from executions"))
            return not (await world.get(first.id)).status.is_open and not (await world.get(second.id)).status.is_open

        await world.work(done, workers=2)
        assert set(world.sender.arrived.values()) == {1}
        assert len(world.sender.arrived) == 1_400
        for seconds, most in ((1, 302 + 100 + 20), (5, 302 + 500 + 20)):
            assert heaviest(clocked.given, seconds) <= most
        took = clocked.given[-1][0] - clocked.given[0][0]
        assert took < PATIENCE, "the rest leaves by the second; by the minute it would take four of them"
        assert any(because and because.startswith("the rate limit per minute of the service") for because in told)


async def test_who_waits_for_a_limit_holds_no_batch_and_asks_no_more_until_it_is_time(database_url: str) -> None:
    async with World(database_url, book=book(per(per_hour=500))).open() as world:
        asked = 0
        really = world.permits.take

        async def counted(tenant_id: TenantId, what: Sequence[Wanted]) -> Permit:
            nonlocal asked
            asked += 1
            return await really(tenant_id, what)

        world.permits.take = counted  # type: ignore[method-assign]
        execution = await world.plan(people(3_000))

        async def held() -> bool:
            return (await world.accounting(execution)).sent == 500 and world.query(
                "select held_until > now() from executions"
            ) == [(True,)]

        await world.work(held)
        before = asked
        stopping = asyncio.Event()
        running = [asyncio.create_task(world.worker(f"x{n}").run(stopping)) for n in range(2)]
        await asyncio.sleep(1.0)
        assert world.query("select count(*) from batches where state = 'sending'") == [(0,)]
        stopping.set()
        await asyncio.gather(*running)
        assert asked == before
        assert (await world.accounting(execution)).waiting == 2_500


async def test_while_a_provider_is_left_alone_batches_wait_and_a_handful_finds_out(database_url: str) -> None:
    async with World(database_url, book=book()).open() as world:
        breaker = world.breakers.of("counting")
        breaker._rest = 0.5
        world.senders = OneSenderPerChannel(
            {EMAIL: GuardedSender(world.sender, breaker, BreakerBoard(world.database, "here").tell)}
        )
        sizes: list[int] = []
        away = True

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            sizes.append(len(messages))
            if away:
                raise ProviderAwayError("counting", "connection refused", retry_after=0.05)
            return await world.sender.accept(messages)

        world.sender.answer = answer
        execution = await world.plan(people(3_000))

        async def left_alone() -> bool:
            rows = world.query("select waiting_for from executions")
            return str(rows[0][0]).startswith("provider counting, which is away (connection refused), until ")

        await world.work(left_alone)
        tried = len(sizes)
        await asyncio.sleep(0.5)
        away = False
        counted = await world.work_off(execution)
        assert (counted.sent, counted.failed, counted.uncertain) == (3_000, 0, 0)
        assert sizes[tried] <= 8


async def test_what_each_limit_leaves_and_who_is_away_can_be_read(database_url: str) -> None:
    limits = book(per(per_hour=100), Allowance(warm_up=WarmUp(per_day=(40, 400))), per(per_day=50))
    route = msgspec.structs.replace(COUNTING, tenants=frozenset({ACME}))
    providers = Providers(
        (Provider(route=route, connection=Pipeline(), allowance=limits.allowances["provider counting"]),),
        {"acme.example": per(per_day=50)},
    )
    async with World(database_url, book=limits).open() as world:
        readings = PostgresProviderReadings(world.database, providers, limits, NoTenantLimits())
        await take(world, 4)
        standing = await readings.standing(ACME)
        (counting,) = standing.providers
        assert counting.warm_up is not None
        assert (counting.warm_up.day, counting.warm_up.days) == (1, 2)
        told = {
            one.span: (one.limit, one.used, one.remaining)
            for part in (counting, *standing.senders, standing.service)
            for one in part.limits
        }
        assert told == {"warm-up": (40, 4, 36), "day": (50, 4, 46), "hour": (100, 4, 96)}
        assert counting.breaker.state is BreakerState.CLOSED
        assert (await readings.standing(TenantId("zenith"))).providers == []
        assert len((await readings.standing(None)).providers) == 1

        breaker = Breaker("counting", failures=1, rest=30)
        breaker.failed("connection refused")
        for process in ("here", "there"):
            await BreakerBoard(world.database, process).tell(breaker)
        away = (await readings.standing(ACME)).providers[0].breaker
        assert (away.state, away.processes, away.reason) == (BreakerState.OPEN, 2, "connection refused")
        with psycopg.connect(world.url) as connection:
            connection.execute("update provider_breakers set until = now() - interval '5 seconds'")
        assert (await readings.standing(ACME)).providers[0].breaker.state is BreakerState.HALF_OPEN
        breaker.succeeded()
        for process in ("here", "there"):
            await BreakerBoard(world.database, process).tell(breaker)
        assert (await readings.standing(ACME)).providers[0].breaker.state is BreakerState.CLOSED


async def test_what_missed_the_time_of_its_permit_comes_again_under_another(database_url: str) -> None:
    async with World(database_url, book=book(per(per_hour=5_000))).open() as world:
        really, missed = world.permits.take, 4

        async def late(tenant_id: TenantId, what: Sequence[Wanted]) -> Permit:
            nonlocal missed
            missed -= 1
            permit = await really(tenant_id, what)
            return msgspec.structs.replace(permit, good_until=0.0) if missed >= 0 else permit

        world.permits.take = late  # type: ignore[method-assign]
        execution = await world.plan(people(300))
        counted = await world.work_off(execution)
        assert missed < 0
        assert (counted.sent, counted.failed, counted.uncertain) == (300, 0, 0)
        assert set(world.sender.arrived.values()) == {1}
