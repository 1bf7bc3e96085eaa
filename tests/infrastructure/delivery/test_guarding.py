"""Guardrails and canaries over a real database: held once, resumed by a person, the rest after its canary."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.delivery_world import World, people

from campaigns.application.analytics.ports import Fact, FactDetail, FactName
from campaigns.application.delivery.commands.resume_execution import ResumeExecution
from campaigns.application.delivery.ports import Handover, OutgoingMessage, Trouble, Verdict
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.kinds import ExecutionStatus
from campaigns.domain.shared.guardrails import Canary, Guardrails
from campaigns.domain.shared.sending_limits import Throttle
from campaigns.infrastructure.analytics.ledger_facts import LedgerFacts

pytestmark = pytest.mark.anyio
ERRORS = Guardrails(max_error_rate=10, minimum_sample=50)


async def refuse_all(messages: Sequence[OutgoingMessage]) -> Handover:
    return Handover(accepted=0, troubles={m.seq: Trouble(Verdict.PERMANENT, "550 5.1.1 gone") for m in messages})


async def held(world: World, execution: Execution) -> bool:
    return (await world.get(execution.id)).status is ExecutionStatus.PAUSED


async def bounce(world: World, execution: Execution, first: int, last: int) -> None:
    now = datetime.now(UTC)
    number = execution.execution_no
    assert number is not None
    facts = [
        Fact(
            execution_no=number,
            seq=seq,
            name=FactName.BOUNCED,
            at=now,
            source_event_id=f"t:{number}:{seq}",
            detail=FactDetail(hard=True),
        )
        for seq in range(first, last + 1)
    ]
    await LedgerFacts(world.database, world.instruments).append(facts)
    while await world.metrics.step():
        pass


def paused_events(world: World, execution: Execution) -> int:
    rows = world.query(
        "select count(*) from events where originator_id = %s and topic = 'execution.paused'", execution.id
    )
    return int(rows[0][0])


async def test_a_run_that_goes_badly_holds_itself_once_with_rate_limit_and_counts(database_url: str) -> None:
    async with World(database_url).open() as world:
        world.sender.answer = refuse_all
        execution = await world.plan(people(5_000), guardrails=ERRORS, throttle=Throttle(per_minute=6_000))
        await world.work(lambda: held(world, execution))
        found = await world.get(execution.id)
        counted = await world.accounting(execution)
        assert found.reason is not None
        assert "guardrail: the error rate is 100 % (" in found.reason
        assert found.reason.endswith("above 10 %")
        assert counted.holds()
        assert counted.failed < 2_000
        await world.watch.look()
        assert paused_events(world, execution) == 1


async def test_a_resumed_run_is_not_held_again_by_the_figures_that_were_known(database_url: str) -> None:
    async with World(database_url).open() as world:
        world.sender.answer = refuse_all
        execution = await world.plan(people(2_000), guardrails=ERRORS, throttle=Throttle(per_minute=6_000))
        await world.work(lambda: held(world, execution))
        world.sender.answer = world.sender.accept
        await world.bus(ResumeExecution(caller=world.caller(), execution_id=execution.id))
        for _ in range(3):
            await world.watch.look()
        assert not await held(world, execution)
        world.query("update batches set release_at = now() where state = 'waiting' returning 1")
        world.query("update executions set lateness = null where execution_no = %s returning 1", execution.execution_no)
        counted = await world.work_off(execution)
        assert counted.holds()
        assert counted.sent + counted.failed == 2_000
        assert set(world.sender.arrived.values()) == {1}
        assert paused_events(world, execution) == 1


async def test_new_evidence_holds_a_resumed_run_again(database_url: str) -> None:
    async with World(database_url).open() as world:
        world.sender.answer = refuse_all
        execution = await world.plan(people(3_000), guardrails=ERRORS, throttle=Throttle(per_minute=6_000))
        await world.work(lambda: held(world, execution))
        await world.bus(ResumeExecution(caller=world.caller(), execution_id=execution.id))
        await world.work(lambda: held(world, execution))
        assert paused_events(world, execution) == 2


async def test_bounces_that_are_reported_later_hold_the_run_within_seconds(database_url: str) -> None:
    async with World(database_url).open() as world:
        limits = Guardrails(max_bounce_rate=5, minimum_sample=100)
        execution = await world.plan(people(12_000), guardrails=limits, throttle=Throttle(per_minute=6_000))

        async def some() -> bool:
            return (await world.accounting(execution)).sent >= 150

        await world.work(some)
        await bounce(world, execution, 1, 40)
        await world.work(lambda: held(world, execution))
        assert "bounce rate" in str((await world.get(execution.id)).reason)


async def test_the_rest_waits_for_its_canary_and_then_everybody_is_sent_to_once(database_url: str) -> None:
    async with World(database_url).open() as world:
        careful = Guardrails(max_error_rate=10, canary=Canary(count=200, wait_minutes=1))
        execution = await world.plan(people(5_000), guardrails=careful)
        assert await _canary_ended(world, execution)
        counted = await world.accounting(execution)
        assert (counted.sent, counted.waiting) == (200, 4_800)
        assert counted.holds()
        waits = world.query("select waiting_for from executions where execution_id = %s", execution.id)
        assert str(waits[0][0]).startswith("the figures of its canary (200 messages), judged at 2")
        seqs = sorted(int(name.partition("-")[2]) for name in world.sender.arrived)
        assert seqs[0] == 1
        assert seqs[-1] > 4_500
        world.query("update executions set canary_until = now() where execution_id = %s returning 1", execution.id)
        assert (await world.work_off(execution)).sent == 5_000
        assert set(world.sender.arrived.values()) == {1}
        assert world.query("select waiting_for from executions where execution_id = %s", execution.id) == [(None,)]


async def test_a_bad_canary_holds_the_run_before_the_rest(database_url: str) -> None:
    async with World(database_url).open() as world:
        careful = Guardrails(max_bounce_rate=5, canary=Canary(count=40, wait_minutes=1))
        execution = await world.plan(people(3_000), guardrails=careful)
        await _canary_ended(world, execution)
        await bounce(world, execution, 1, 3)  # the first stretch of the canary
        assert not await held(world, execution)  # a sample of 100 was not reached, the wait is not over
        world.query("update executions set canary_until = now() where execution_id = %s returning 1", execution.id)
        await world.work(lambda: held(world, execution))
        assert len(world.sender.arrived) == 40
        await world.bus(ResumeExecution(caller=world.caller(), execution_id=execution.id))
        assert (await world.work_off(execution)).sent == 3_000
        assert set(world.sender.arrived.values()) == {1}


async def test_a_canary_keeps_to_the_pace_and_is_not_overtaken_when_late(database_url: str) -> None:
    async with World(database_url).open() as world:
        careful = Guardrails(canary=Canary(percentage=10, wait_minutes=1))
        execution = await world.plan(people(1_000), guardrails=careful, throttle=Throttle(per_minute=60_000))
        world.query("update batches set release_at = release_at - interval '1 hour' returning 1")
        await _canary_ended(world, execution)
        assert (await world.accounting(execution)).sent == 100


async def test_a_canary_of_everybody_holds_nobody(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(20), guardrails=Guardrails(canary=Canary(count=50, wait_minutes=60)))
        assert (await world.work_off(execution)).sent == 20


async def test_a_worker_that_dies_in_the_canary_releases_nothing(database_url: str) -> None:
    async with World(database_url).open() as world:
        careful = Guardrails(canary=Canary(count=100, wait_minutes=1))
        execution = await world.plan(people(2_000), guardrails=careful)
        assert await world.ledger.claim("dead", 0.3) is not None
        await world.watch.look()
        assert _row(world, execution)[1] is None
        await _canary_ended(world, execution)
        assert (await world.accounting(execution)).sent == 100


async def _canary_ended(world: World, execution: Execution) -> bool:
    async def judged() -> bool:
        return _row(world, execution)[1] is not None

    await world.work(judged)
    return True


def _row(world: World, execution: Execution) -> tuple[Any, ...]:
    return world.query("select canary_to, canary_until from executions where execution_id = %s", execution.id)[0]
