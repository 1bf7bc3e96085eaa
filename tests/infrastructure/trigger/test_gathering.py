"""What is due becomes runs: each decision belongs to one, and none is lost."""

import asyncio

import pytest
from tests.infrastructure.trigger.conftest import World

from campaigns.domain.trigger.outcomes import Outcome

pytestmark = pytest.mark.anyio


async def happened(world: World, *people: str) -> None:
    await world.happened(*people)
    await world.evaluation().step()


async def test_everybody_who_is_due_is_gathered_into_one_run(world: World) -> None:
    world.listens()
    await happened(world, "u2", "u1", "u3")
    assert await world.gathering().step() == 1
    (run,) = world.runs.begun
    assert world.gathered() == {run: ["u1", "u2", "u3"]}


async def test_nobody_is_gathered_before_they_are_due(world: World) -> None:
    world.listens(delay_minutes=10)
    await happened(world, "u1")
    assert await world.gathering().step() == 0
    world.later(minutes=10)
    assert await world.gathering().step() == 1


async def test_runs_of_a_campaign_are_apart(world: World) -> None:
    world.listens()
    await happened(world, "u1")
    await world.gathering().step()
    await happened(world, "u2", "u3")
    world.later(seconds=4)
    assert await world.gathering().step() == 0
    world.later(seconds=1)
    assert await world.gathering().step() == 1
    assert sorted(world.gathered().values()) == [["u1"], ["u2", "u3"]]


async def test_a_person_is_once_in_a_run_and_comes_again_in_the_next(world: World) -> None:
    world.listens(frequency_limit=None)
    await happened(world, "u1", "u1", "u2")
    await world.gathering().step()
    world.later(seconds=5)
    await world.gathering().step()
    assert sorted(world.gathered().values()) == [["u1"], ["u1", "u2"]]


async def test_many_who_gather_at_once_take_each_person_once(world: World) -> None:
    world.listens()
    await happened(world, *(f"u{n:03d}" for n in range(100)))
    await asyncio.gather(*(world.gathering().step() for _ in range(5)))
    assert [len(people) for people in world.gathered().values()] == [100]
    assert len(set(world.runs.begun)) == 1


async def test_a_run_that_was_not_begun_is_begun_by_the_next(world: World) -> None:
    world.listens()
    await happened(world, "u1")
    world.runs.failing = 1
    with pytest.raises(RuntimeError, match="died"):
        await world.gathering().step()
    await happened(world, "u2")
    world.later(seconds=10)
    await world.gathering().step()
    assert [world.gathered()[run] for run in world.runs.begun] == [["u1"], ["u2"]]


async def test_a_paused_campaign_gathers_nobody(world: World) -> None:
    world.listens()
    await happened(world, "u1")
    world.listens(since=1, active=False)
    assert await world.gathering().step() == 0
    assert world.outcomes() == {Outcome.WAITING.value: 1}


async def test_who_has_left_the_audience_meanwhile_is_let_go(world: World) -> None:
    world.listens(delay_minutes=1, frequency_limit=1)
    await happened(world, "u1", "u2")
    world.people.outside.add("u1")
    world.later(minutes=1)
    await world.gathering().step()
    assert list(world.gathered().values()) == [["u2"]]
    assert world.outcomes() == {Outcome.WAITING.value: 1, Outcome.NOT_IN_AUDIENCE.value: 1}
    world.people.outside.clear()
    await happened(world, "u1")  # nothing was sent: the limit is free
    assert world.outcomes()[Outcome.WAITING.value] == 2


async def test_a_condition_that_no_longer_holds_lets_go(world: World) -> None:
    world.listens(delay_minutes=1)
    await happened(world, "u1")
    gold = {"field": "event.plan", "operator": "equals", "value": "gold"}
    world.listens(since=1, delay_minutes=1, criteria=gold)
    world.later(minutes=1)
    assert await world.gathering().step() == 0
    assert world.outcomes() == {Outcome.CONDITION_FALSE.value: 1}
