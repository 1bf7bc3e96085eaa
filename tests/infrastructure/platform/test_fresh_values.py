"""Values that may be a few seconds old, and no older."""

import asyncio

import pytest

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


async def _asked_by_three(fresh: Fresh[str, str], source: Source) -> list[object]:
    let_go = asyncio.Event()

    async def slowly(key: str) -> str:
        await let_go.wait()
        return await source.read(key)

    asking = [asyncio.create_task(fresh.get("a", slowly)) for _ in range(3)]
    await asyncio.sleep(0)
    asking[0].cancel()
    let_go.set()
    return list(await asyncio.gather(*asking, return_exceptions=True))


def test_those_who_ask_at_once_share_one_reading_and_survive_one_who_leaves() -> None:
    source = Source()
    told = asyncio.run(_asked_by_three(Fresh(5), source))
    assert isinstance(told[0], asyncio.CancelledError)
    assert (told[1:], source.reads) == (["a1", "a1"], 1)


def test_a_failed_reading_is_told_and_not_remembered() -> None:
    source = Source()
    fresh: Fresh[str, str] = Fresh(5)

    async def fail(_: str) -> str:
        raise ConnectionError("away")

    async def story() -> str:
        with pytest.raises(ConnectionError):
            await fresh.get("a", fail)
        return await fresh.get("a", source.read)

    assert asyncio.run(story()) == "a1"


def test_what_is_forgotten_while_it_is_read_is_read_again() -> None:
    source = Source()
    fresh: Fresh[str, str] = Fresh(5)

    async def story() -> str:
        first = asyncio.create_task(fresh.get("a", source.read))
        await asyncio.sleep(0)
        fresh.forget("a")
        await first
        return await fresh.get("a", source.read)

    assert asyncio.run(story()) == "a2"
