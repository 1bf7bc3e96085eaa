"""L1: what two hosts use of a limit they share, whether any minute sees more than the limit, what a permit costs."""

import asyncio
import random
import time
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import accumulate
from statistics import median

from benchmarks.reporting import line
from benchmarks.servers import durable_postgres
from campaigns.application.delivery.permits import Wanted
from campaigns.domain.delivery.routing import Route
from campaigns.domain.delivery.warming import Allowance
from campaigns.domain.platform.limits import TenantLimits
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import Throttle
from campaigns.infrastructure.delivery.limits.book import LimitBook
from campaigns.infrastructure.delivery.limits.meters import PostgresMeters
from campaigns.infrastructure.delivery.limits.permits import PostgresPermits
from campaigns.infrastructure.delivery.senders.breakers import Breakers
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import SystemClock

ID = "L1"
LIMIT, HOSTS, ASKERS, CHUNK = 6_000, 2, 4, 100
FIRST, SECONDS, WINDOW = 65.0, 60.0, 60.0
LATEST_WAKE = 0.3
ACME = TenantId("acme")
PERMITS = 200


class Unlimited:
    async def of(self, _caller: object) -> TenantLimits:
        return TenantLimits()

    async def of_tenant(self, _tenant_id: TenantId) -> TenantLimits:
        return TenantLimits()


def run() -> Iterable[str]:
    with durable_postgres() as url:
        yield asyncio.run(_measure(url))


async def _measure(url: str) -> str:
    left: list[tuple[float, int]] = []
    end = time.monotonic() + FIRST + SECONDS
    async with Database(url) as one, Database(url) as other:
        took = [await _timed(_office(one, "free", 10**9)) for _ in range(PERMITS)]
        offices = [_office(database, "mail", LIMIT) for database in (one, other) for _ in range(ASKERS)]
        await asyncio.gather(*(_ask(office, left, end) for office in offices))
    used = sum(count for at, count in left if at >= end - SECONDS) / (LIMIT * SECONDS / WINDOW)
    figures = {"heaviest": _heaviest(left), "limit": LIMIT, "permit": f"{median(took) * 1000:.2f}ms"}
    return line(ID, ">=0.95", used, **figures, hosts=HOSTS, askers=HOSTS * ASKERS, seconds=int(SECONDS))


def _office(database: Database, provider: str, limit: int) -> PostgresPermits:
    routes = [Route(provider=provider, channels=frozenset({ChannelType.EMAIL}))]
    rates = Allowance(throttle=Throttle(per_minute=limit))
    book = LimitBook(routes, Allowance(), {provider: rates}, {})
    return PostgresPermits(book, PostgresMeters(database), Breakers(SystemClock()), Unlimited())


async def _timed(office: PostgresPermits) -> float:
    began = time.perf_counter()
    await office.take(ACME, _wanted())
    return time.perf_counter() - began


async def _ask(office: PostgresPermits, left: list[tuple[float, int]], end: float) -> None:
    """As a lane of a worker does: ask, hand over within the permit's time, wait as long as is said and a bit more."""
    while time.monotonic() < end:
        permit = await office.take(ACME, _wanted())
        if permit.hold is not None:
            wait = (permit.hold.until - datetime.now(UTC)).total_seconds()
            await asyncio.sleep(max(wait, 0) + random.uniform(0, LATEST_WAKE))
            continue
        await asyncio.sleep(random.uniform(0, 0.05))
        if time.monotonic() < permit.good_until:
            left.append((time.monotonic(), permit.count))


def _wanted() -> list[Wanted]:
    return [Wanted(ChannelType.EMAIL, "news@acme.example", [f"1-{n}" for n in range(CHUNK)])]


def _heaviest(left: Sequence[tuple[float, int]]) -> int:
    """The most in any window."""
    ordered = sorted(left)
    times, sums = [at for at, _ in ordered], [0, *accumulate(count for _, count in ordered)]
    return max(sums[n + 1] - sums[bisect_left(times, at - WINDOW)] for n, at in enumerate(times))
