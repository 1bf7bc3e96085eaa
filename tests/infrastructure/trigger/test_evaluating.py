"""Events are evaluated once, whoever evaluates them, and limits are exact."""

import asyncio
from datetime import timedelta

import pytest
from tests.infrastructure.trigger.conftest import ACME, World

from campaigns.domain.audience.erasure import Forgotten
from campaigns.domain.shared.ids import UserId
from campaigns.domain.trigger.outcomes import Outcome
from campaigns.infrastructure.audience.erasing.places.trigger_books import TriggerBookOrders
from campaigns.infrastructure.trigger.memory import PostgresTriggerMemory

pytestmark = pytest.mark.anyio

WAITING, LIMITED = Outcome.WAITING.value, Outcome.FREQUENCY_LIMIT.value


async def test_an_event_told_many_times_is_new_once(world: World) -> None:
    assert await world.happened("u1", "u1", ids=["a", "a"]) == 1
    assert await world.happened("u1", ids=["a"]) == 0
    many = await asyncio.gather(*(world.happened("u1", ids=["b"]) for _ in range(5)))
    assert sorted(many) == [0, 0, 0, 0, 1]


async def test_limits_are_exact_however_many_evaluate(world: World) -> None:
    world.listens(frequency_limit=3)
    evaluators = [world.evaluation() for _ in range(4)]
    for _ in range(10):
        await asyncio.gather(*(world.happened("u1") for _ in range(5)), *(one.step() for one in evaluators))
    while await evaluators[0].step():
        pass
    assert world.outcomes() == {WAITING: 3, LIMITED: 47}


async def test_a_limit_is_free_again_when_its_window_is_over(world: World) -> None:
    world.listens(frequency_limit=1, frequency_window_hours=2)
    for _ in range(3):
        await world.happened("u1")
        await world.evaluation().step()
        world.later(hours=1)
    assert world.outcomes() == {WAITING: 2, LIMITED: 1}


async def test_what_dies_in_between_is_evaluated_by_the_next(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.listens(frequency_limit=None)
    await world.happened("u1", "u2")

    async def dies(*_: object) -> None:
        raise RuntimeError("the process died here")

    with monkeypatch.context() as patched:
        patched.setattr("campaigns.infrastructure.trigger.evaluations.record_decisions", dies)
        with pytest.raises(RuntimeError, match="died"):
            await world.evaluation().step()
    assert world.outcomes() == {}
    assert await world.evaluation().step() == 2
    assert world.outcomes() == {WAITING: 2}
    assert await world.evaluation().step() == 0


async def test_an_event_waits_until_the_books_are_as_new_as_the_event(world: World) -> None:
    world.listens()
    world.query("update feed_head set position = 7", {})
    await world.happened("u1")
    assert await world.evaluation().step() == 0
    world.query("insert into followers (name, position) values ('triggers', 7)", {})
    assert await world.evaluation().step() == 1


async def test_a_changed_trigger_is_asked_from_then_on(world: World) -> None:
    evaluation = world.evaluation()
    world.listens(since=1, criteria={"field": "event.plan", "operator": "equals", "value": "gold"})
    world.query("insert into followers (name, position) values ('triggers', 1)", {})
    await world.happened("u1", plan="silver")
    await evaluation.step()
    assert world.outcomes() == {}
    world.listens(since=2)
    world.query("update followers set position = 2 where name = 'triggers'", {})
    await world.happened("u1", plan="silver")
    await evaluation.step()
    assert world.outcomes() == {WAITING: 1}


async def test_what_was_told_again_is_noted_where_it_acted(world: World) -> None:
    world.listens(frequency_limit=1)
    await world.happened("u1", "u1", ids=["a", "b"])
    await world.evaluation().step()
    for _ in range(2):
        await world.happened("u1", "u1", ids=["a", "b"])
        await world.evaluation().step()
    assert world.outcomes() == {WAITING: 1, LIMITED: 1, Outcome.ALREADY_TRIGGERED.value: 1}


async def test_old_events_are_forgotten_but_for_those_that_still_count(world: World) -> None:
    world.listens(frequency_limit=1, frequency_window_hours=24 * 60)
    await world.happened("u1", "u2", "u1", event_type="signed_up")
    await world.happened("u3", event_type="looked_around")
    await world.evaluation().step()
    world.query("update trigger_decisions set outcome = 3, execution_id = gen_random_uuid() where outcome = 1", {})
    memory = PostgresTriggerMemory(world.database)
    now = world.clock.now()
    assert await memory.forget(now, now) == 0
    assert await memory.forget(now + timedelta(days=1), now + timedelta(days=30)) == 2
    assert world.outcomes() == {Outcome.FIRED.value: 2}
    assert await memory.forget(now + timedelta(days=1), now + timedelta(days=61)) == 2
    assert world.outcomes() == {}


async def test_an_erased_person_stands_in_no_book(world: World) -> None:
    world.listens(criteria={"field": "user_id", "operator": "equals", "value": "ann@people.example"})
    forgotten = Forgotten(user_id=UserId("ann@people.example"), pseudonym="erased:1")
    place = TriggerBookOrders(world.database)
    assert await place.forget(ACME, [forgotten]) == 1
    assert world.query("select count(*) from trigger_books where orders::text like '%%ann@%%'", {}) == [(0,)]
    assert await place.forget(ACME, [forgotten]) == 0
