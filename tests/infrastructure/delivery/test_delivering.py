"""From a pending execution to everybody's outcome, over a real database."""

import time
from collections.abc import Sequence

import pytest
from tests.support.delivery_world import EMAIL, SMS, World, people

from campaigns.application.delivery.ports import Handover, OutgoingMessage, ProviderAwayError, Trouble, Verdict
from campaigns.domain.delivery.kinds import ExecutionStatus
from campaigns.domain.shared.channels import Channel

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("count", "holdout"), [(1, 0), (0, 7), (2_500, 100), (25_000, 300)])
async def test_everybody_of_an_audience_is_accounted_for(database_url: str, count: int, holdout: int) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(count, holdout=holdout))
        counted = await world.work_off(execution)
        assert counted.holds()
        assert (counted.sent, counted.holdout) == (count, holdout)
        assert len(world.sender.arrived) == count
        assert set(world.sender.arrived.values()) <= {1}
        assert world.states(execution) == {k: v for k, v in {"sent": count, "holdout": holdout}.items() if v}
        assert (await world.get(execution.id)).status is ExecutionStatus.COMPLETED


async def test_two_workers_send_each_message_once(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(10_000))
        counted = await world.work_off(execution, workers=2)
        assert counted.sent == 10_000
        assert set(world.sender.arrived.values()) == {1}


async def test_an_empty_audience_fails_the_execution_loudly(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan([])
        assert execution.status is ExecutionStatus.FAILED
        assert execution.reason == "nobody is in the audience"
        assert world.query("select count(*) from messages") == [(0,)]


async def test_an_audience_beyond_the_limit_fails_the_execution_and_leaves_no_plan(database_url: str) -> None:
    async with World(database_url, largest=20_500).open() as world:
        execution = await world.plan(people(25_000))
        assert execution.status is ExecutionStatus.FAILED
        assert world.query("select count(*) from messages") == [(0,)]
        assert world.query("select count(*) from pg_class where relname like 'plan\\_pages\\_1%%'") == [(0,)]


async def test_what_a_provider_refuses_for_now_is_tried_again_and_for_good_fails(database_url: str) -> None:
    async with World(database_url).open() as world:
        refused = {3: Trouble(Verdict.PERMANENT, "550 no such user")}
        once = {5: Trouble(Verdict.TRANSIENT, "451 later"), 6: Trouble(Verdict.TRANSIENT, "451 later")}

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            now = {m.seq: once.pop(m.seq) for m in messages if m.seq in once}
            return await world.sender.refuse(messages, refused | now)

        world.sender.answer = answer
        execution = await world.plan(people(20))
        counted = await world.work_off(execution)
        assert (counted.sent, counted.failed) == (19, 1)
        assert counted.holds()
        assert world.states(execution) == {"sent": 19, "failed": 1}
        assert len(world.sender.arrived) == 19


async def test_a_message_that_is_always_refused_for_now_fails_after_three_tries(database_url: str) -> None:
    async with World(database_url).open() as world:
        tries = 0

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            nonlocal tries
            tries += sum(m.seq == 2 for m in messages)
            return await world.sender.refuse(messages, {2: Trouble(Verdict.TRANSIENT, "451 later")})

        world.sender.answer = answer
        execution = await world.plan(people(3))
        counted = await world.work_off(execution)
        assert (counted.sent, counted.failed, tries) == (2, 1, 3)
        assert world.states(execution) == {"sent": 2, "failed": 1}


async def test_a_permanent_failure_falls_back_to_the_next_channel(database_url: str) -> None:
    async with World(database_url).open() as world:

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            return await world.sender.refuse(messages, {4: Trouble(Verdict.PERMANENT, "550 no such user")})

        world.sender.answer = answer
        channels = (Channel(channel_type=SMS, priority=1), Channel(channel_type=EMAIL, priority=0))
        execution = await world.plan(people(10), channels=channels)
        counted = await world.work_off(execution)
        assert (counted.sent, counted.failed) == (10, 0)
        assert list(world.texts.arrived) == [f"{execution.execution_no}-4"]


async def test_an_answer_that_was_lost_leaves_the_message_uncertain_and_is_never_sent_again(database_url: str) -> None:
    async with World(database_url).open() as world:

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            world.sender.count(messages)
            lost = {m.seq: Trouble(Verdict.UNKNOWN, "connection lost") for m in messages if m.seq == 7}
            return Handover(accepted=len(messages) - len(lost), troubles=lost)

        world.sender.answer = answer
        execution = await world.plan(people(10))
        counted = await world.work_off(execution)
        assert (counted.sent, counted.uncertain) == (9, 1)
        assert set(world.sender.arrived.values()) == {1}


async def test_a_provider_that_is_away_makes_the_batch_wait_and_nothing_is_lost(database_url: str) -> None:
    async with World(database_url).open() as world:
        away = 3

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            nonlocal away
            if away:
                away -= 1
                raise ProviderAwayError("counting", "connection refused", retry_after=0.2)
            return await world.sender.accept(messages)

        world.sender.answer = answer
        execution = await world.plan(people(3_000))
        counted = await world.work_off(execution)
        assert counted.sent == 3_000
        assert set(world.sender.arrived.values()) == {1}
        assert world.states(execution) == {"sent": 3_000}


async def test_a_sender_that_loses_count_or_breaks_leaves_nobody_unaccounted(database_url: str) -> None:
    async with World(database_url).open() as world:
        calls = 0

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            nonlocal calls
            calls += 1
            if calls == 1:
                return Handover(accepted=len(messages) - 1)
            if calls == 2:
                raise RuntimeError("a defect")
            return await world.sender.accept(messages)

        world.sender.answer = answer
        execution = await world.plan(people(500))
        counted = await world.work_off(execution)
        assert counted.holds()
        assert counted.uncertain > 0
        assert counted.sent + counted.uncertain == 500


async def test_executions_take_turns(database_url: str) -> None:
    async with World(database_url).open() as world:
        world.sender.seconds = 0.01
        first = await world.plan(people(20_000))
        second = await world.plan(people(1_000))
        await world.work_off(second)
        assert (await world.accounting(first)).waiting > 0


async def test_a_busy_provider_is_left_alone_as_long_as_it_asks_and_no_try_is_lost(database_url: str) -> None:
    async with World(database_url).open() as world:
        asked: list[float] = []

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            asked.append(time.monotonic())
            if len(asked) <= 4:
                busy = Trouble(Verdict.BUSY, "HTTP 429", 1.0)
                return Handover(accepted=0, troubles={message.seq: busy for message in messages})
            return await world.sender.accept(messages)

        world.sender.answer = answer
        execution = await world.plan(people(5))
        counted = await world.work_off(execution)
        assert counted.sent == 5
        assert len(asked) == 5
        assert asked[-1] - asked[0] >= 4 * 0.9


async def test_a_message_that_may_come_again_in_minutes_lets_its_batch_rest_and_the_others_go_on(
    database_url: str,
) -> None:
    async with World(database_url).open() as world:
        greylisted = {2: Trouble(Verdict.TRANSIENT, "451 4.7.1 greylisted", 300)}

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            return await world.sender.refuse(messages, greylisted)

        world.sender.answer = answer
        execution = await world.plan(people(3_000))

        async def rests() -> bool:
            counted = await world.accounting(execution)
            return counted.sent == 2_999 and counted.sending == 0

        await world.work(rests)
        asked = "select extract(epoch from release_at - now())::float8 from batches where state = 'waiting'"
        await world.work(lambda: _holds(world.query(asked)))
        ((wait,),) = world.query(asked)
        assert 250 < wait <= 300
        greylisted.clear()
        world.query("update batches set release_at = now() where state = 'waiting' returning 1")
        assert (await world.work_off(execution)).sent == 3_000
        assert set(world.sender.arrived.values()) == {1}


async def _holds(rows: Sequence[object]) -> bool:
    return bool(rows)
