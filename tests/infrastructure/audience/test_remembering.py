"""What was counted is remembered for five minutes, by all processes where they share a server, and never too long."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from tests.infrastructure.audience.datasets import (
    TENANT,
    GivenContacts,
    GivenEditions,
    GivenRules,
    GivenSegments,
    GivenSuppressions,
    embedded,
    write,
)
from tests.support.redis_server import redis_server
from tests.support.waiting import PATIENCE, eventually_async

from campaigns.application.audience.ports import AudienceOrder, SegmentContent
from campaigns.domain.audience.definition import AudienceDefinition, FilterStep, Source
from campaigns.domain.audience.suppression import Suppression
from campaigns.domain.shared.ids import CampaignId, SegmentId, TenantId, UserId
from campaigns.infrastructure.audience.estimates import WarehouseEstimates
from campaigns.infrastructure.audience.remembering.in_process import InProcessMemory
from campaigns.infrastructure.audience.remembering.ports import Memory
from campaigns.infrastructure.audience.remembering.redis import RedisMemory
from campaigns.infrastructure.audience.resolution import WarehouseAudiences
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions
from campaigns.infrastructure.postgres.database import Database

NOW = datetime(2027, 1, 1, tzinfo=UTC)
SEGMENT = SegmentContent(
    segment_id=SegmentId(UUID(int=1)), name="s", criteria={"field": "orders", "operator": "greater_than", "value": 1}
)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no server that is away."""
    monkeypatch.setattr("campaigns.infrastructure.audience.remembering.redis._PATIENCE", PATIENCE)


class World:
    """An estimate, and everything that can change under it."""

    def __init__(self, home: Path, memory: Memory) -> None:
        self.home = home
        self.memory = memory
        self.segment = SEGMENT
        self.editions = GivenEditions()
        self.people(3)
        write(home, "blacklist", [{"user_id": "u0"}])

    def people(self, count: int, version: str = "v") -> None:
        write(self.home, "people", [{"user_id": f"u{n}", "orders": n} for n in range(count)], version=version)

    def order(self, **more: Any) -> AudienceOrder:
        definition = AudienceDefinition(
            include=(Source(segment_id=SEGMENT.segment_id),),
            filters=(FilterStep(name="b", listed_in=("blacklist",), keep=False),),
        )
        asked = AudienceOrder(
            tenant_id=TENANT, campaign_id=CampaignId(UUID(int=5)), definition=definition, channels=(), now=NOW
        )
        return replace(asked, **more)

    async def computed_at(self, **more: Any) -> datetime:
        warehouse, shared = embedded(self.home)
        segments = GivenSegments(self.segment)
        resolver = WarehouseAudiences(
            warehouse, shared, segments, GivenSuppressions({}), GivenRules(), contacts=GivenContacts()
        )
        estimates = WarehouseEstimates(resolver, segments, warehouse, self.editions, self.memory)
        return (await estimates.estimate(self.order(**more))).computed_at


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


async def stays_and_goes(world: World) -> None:
    assert await world.computed_at() == NOW
    assert await world.computed_at(now=later(4.9)) == NOW
    assert await world.computed_at(now=later(5)) == later(5)


async def changed(world: World, change: Callable[[], None]) -> None:
    assert await world.computed_at() == NOW
    change()
    assert await world.computed_at(now=later(1)) == later(1)


CHANGES: dict[str, Callable[[World], None]] = {
    "an import of people": lambda world: world.people(4, version="w"),
    "an import of a list": lambda world: write(world.home, "blacklist", [{"user_id": "u1"}], version="w") and None,
    "a segment": lambda world: setattr(
        world, "segment", replace(SEGMENT, criteria={"field": "orders", "operator": "exists"})
    ),
    "a suppression": lambda world: setattr(world.editions, "number", 1),
}


def test_a_process_remembers_for_five_minutes(tmp_path: Path) -> None:
    asyncio.run(stays_and_goes(World(tmp_path, InProcessMemory())))


@pytest.mark.parametrize("what", CHANGES)
def test_what_changes_the_answer_ends_its_memory(what: str, tmp_path: Path) -> None:
    world = World(tmp_path, InProcessMemory())
    asyncio.run(changed(world, lambda: CHANGES[what](world)))


def test_two_processes_share_what_one_of_them_counted(tmp_path: Path) -> None:
    async def shared(url: str) -> None:
        async with RedisMemory(url) as one, RedisMemory(url) as other:
            world = World(tmp_path, one)
            assert await world.computed_at() == NOW
            world.memory = other
            assert await world.computed_at(now=later(1)) == NOW
            world.editions.number += 1
            assert await world.computed_at(now=later(2)) == later(2)

    with redis_server(tmp_path) as server:
        asyncio.run(shared(server.url))


def test_a_server_forgets_when_the_time_is_over(tmp_path: Path) -> None:
    async def forgotten(url: str) -> tuple[bytes | None, bytes | None]:
        async with RedisMemory(url) as memory:
            await memory.keep("k", b"\r\n\0v", 2)
            at_once = await memory.recall("k")
            return at_once, await eventually_async(lambda: memory.recall("k"), None)

    with redis_server(tmp_path) as server:
        assert asyncio.run(forgotten(server.url)) == (b"\r\n\0v", None)


def test_a_server_that_died_is_a_memory_that_forgot_and_comes_back(tmp_path: Path) -> None:
    async def through_an_outage(asked: Callable[[World], Awaitable[datetime]]) -> None:
        with redis_server(tmp_path) as server:
            async with RedisMemory(server.url) as memory:
                world = World(tmp_path, memory)
                assert await asked(world) == NOW
                server.stop()
                assert await world.computed_at(now=later(1)) == later(1)
                server.start()
                memory._silent_until = 0.0  # as after its pause
                assert await world.computed_at(now=later(2)) == later(2)
                assert await world.computed_at(now=later(3)) == later(2)

    asyncio.run(through_an_outage(lambda world: world.computed_at()))


def test_a_wrong_password_is_a_memory_without_content(tmp_path: Path) -> None:
    async def asked(url: str) -> bytes | None:
        async with RedisMemory(url) as memory:
            await memory.keep("k", b"v", 60)
            return await memory.recall("k")

    with redis_server(tmp_path) as server:
        assert asyncio.run(asked(f"redis://:wrong@127.0.0.1:{server.port}")) is None


def test_suppressing_and_lifting_both_begin_a_new_edition(database_url: str) -> None:
    tenant = TenantId("acme")
    said = Suppression(user_id=UserId("u1"), reason="manual", created_by="t", created_at=NOW)

    async def editions() -> list[str]:
        async with Database(database_url) as database:
            suppressions = PostgresSuppressions(database)
            seen = [await suppressions.edition(tenant)]
            await suppressions.add(tenant, [said])
            seen.append(await suppressions.edition(tenant))
            await suppressions.remove(tenant, said.user_id, "*")
            seen.append(await suppressions.edition(tenant))
            await suppressions.add(tenant, [said])
            seen.append(await suppressions.edition(tenant))
            return seen

    assert len(set(asyncio.run(editions()))) == 4
