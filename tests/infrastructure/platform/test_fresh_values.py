"""Values that may be a few seconds old, and no older."""

import asyncio

from campaigns.infrastructure.platform.fresh import Fresh


class Source:
    def __init__(self) -> None:
        self.reads = 0
        self.now = 0.0

    async def read(self, key: str) -> str:
        self.reads += 1
        return f"{key}{self.reads}"


def test_a_value_is_read_again_when_its_time_is_over() -> None:
    source = Source()
    fresh: Fresh[str, str] = Fresh(5, clock=lambda: source.now)

    async def story() -> list[str]:
        told = [await fresh.get("a", source.read)]
        source.now = 4.9
        told.append(await fresh.get("a", source.read))
        source.now = 5.0
        told.append(await fresh.get("a", source.read))
        fresh.forget("a")
        return [*told, await fresh.get("a", source.read)]

    assert asyncio.run(story()) == ["a1", "a1", "a2", "a3"]


def test_the_oldest_is_dropped_when_there_are_too_many() -> None:
    source = Source()
    fresh: Fresh[str, str] = Fresh(5, capacity=2, clock=lambda: source.now)

    async def story() -> None:
        for key in "abcba":
            await fresh.get(key, source.read)

    asyncio.run(story())
    assert source.reads == 4
