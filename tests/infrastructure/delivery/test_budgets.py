"""Budgets to the cent over a real database: workers side by side, executions side by side, dearer channels, crashes."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from tests.support.delivery_world import ACME, EMAIL, FAST_POLICY, SMS, World, people

from campaigns.application.delivery.commands.create_execution import CreateExecution
from campaigns.application.delivery.commands.pause_execution import PauseExecution
from campaigns.application.delivery.commands.resume_execution import ResumeExecution
from campaigns.application.delivery.ledger import Counts, Entry, Intent, Report
from campaigns.application.delivery.ports import Handover, OutgoingMessage, Trouble, Verdict
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.kinds import ExecutionKind, ExecutionStatus
from campaigns.domain.delivery.spending import Answer, Prices
from campaigns.domain.shared.channels import Channel, Content
from campaigns.domain.shared.ids import ExecutionId
from campaigns.domain.shared.money import Money
from campaigns.infrastructure.delivery.spending import PostgresSpending

pytestmark = pytest.mark.anyio
CENT = replace(FAST_POLICY, prices=Prices({EMAIL: Decimal("0.01")}))
BOTH = replace(FAST_POLICY, prices=Prices({EMAIL: Decimal("0.01"), SMS: Decimal("0.05")}))
FALLBACK = (
    Channel(channel_type=EMAIL, content=Content(subject="Hi", body_text="Hi")),
    Channel(channel_type=SMS, priority=1, content=Content(body="Hi")),
)


def euros(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def spent(world: World, execution: Execution) -> tuple[Decimal, Decimal]:
    """What the campaign has committed, and what its batches have cost and hold."""
    rows = world.query("select committed from campaign_spending where campaign_id = %s", execution.campaign_id)
    sums = world.query(
        "select sum(b.cost + b.reserved) from batches b join executions e using (execution_no) where e.campaign_id = %s",
        execution.campaign_id,
    )
    return rows[0][0], sums[0][0]


async def is_paused(world: World, execution: Execution) -> bool:
    return (await world.get(execution.id)).status is ExecutionStatus.PAUSED


async def settled_pause(world: World, execution: Execution) -> bool:
    counted = await world.accounting(execution)
    return await is_paused(world, execution) and counted.sending == 0


async def has_ended_or_rests(world: World, execution: Execution) -> bool:
    complete = (await world.get(execution.id)).status is ExecutionStatus.COMPLETED
    return complete or await settled_pause(world, execution)


async def resume(world: World, execution: Execution) -> None:
    await world.bus(ResumeExecution(caller=world.caller(), execution_id=execution.id))


async def test_workers_side_by_side_spend_all_that_fits_and_not_a_cent_more(database_url: str) -> None:
    async with World(database_url, CENT).open() as world:
        world.sender.seconds = 0.005
        execution = await world.plan(people(8_000), budget=euros("35.00"))
        await world.work(lambda: settled_pause(world, execution), workers=3)
        assert (await world.get(execution.id)).reason == "budget_exhausted"
        counted = await world.accounting(execution)
        assert (counted.sent, counted.waiting) == (3_000, 5_000)
        assert spent(world, execution) == (Decimal("30.00"), Decimal("30.00"))
        world.briefs.brief = replace(world.briefs.brief, budget=euros("80.00"))
        await resume(world, execution)
        assert (await world.work_off(execution, workers=3)).sent == 8_000
        assert set(world.sender.arrived.values()) == {1}
        assert spent(world, execution) == (Decimal("80.00"), Decimal("80.00"))


async def test_executions_of_one_campaign_share_its_budget(database_url: str) -> None:
    async with World(database_url, CENT).open() as world:
        world.sender.seconds = 0.005
        first = await world.plan(people(3_000), budget=euros("45.00"))
        second = await _another(world, first)

        async def at_rest() -> bool:
            """The budget is shared first come, first served: one of them may have all it needs, and be complete."""
            return all([await has_ended_or_rests(world, one) for one in (first, second)])

        async def pause_together() -> bool:
            if await is_paused(world, first) or await is_paused(world, second):  # as the campaign's pause does
                for one in (first, second):
                    await world.bus(PauseExecution(caller=world.caller(), execution_id=one.id))
            return await at_rest()

        await world.work(pause_together, workers=2)
        together = (await world.accounting(first)).sent + (await world.accounting(second)).sent
        committed, sums = spent(world, first)
        assert committed == sums == Decimal("0.01") * together <= Decimal("45.00")
        assert together >= 3_000


async def _another(world: World, first: Execution) -> Execution:
    execution_id = ExecutionId(world.ids.new())
    await world.bus(
        CreateExecution(
            caller=world.caller(),
            execution_id=execution_id,
            campaign_id=first.campaign_id,
            kind=ExecutionKind.RECURRING,
            planned_for=first.planned_for,
        )
    )
    await world.scheduler.plan_due()
    return await world.get(execution_id)


async def test_a_dearer_channel_is_paid_for_and_never_beyond_the_budget(database_url: str) -> None:
    async with World(database_url, BOTH).open() as world:

        async def refuse_every_second(messages: Sequence[OutgoingMessage]) -> Handover:
            gone = {m.seq: Trouble(Verdict.PERMANENT, "550 5.1.1 gone") for m in messages if m.seq % 2 == 0}
            return await world.sender.refuse(messages, gone)

        world.sender.answer = refuse_every_second
        execution = await world.plan(people(200), budget=euros("3.00"), channels=FALLBACK)
        await world.work(lambda: settled_pause(world, execution))
        committed, sums = spent(world, execution)
        texts, mails = len(world.texts.arrived), len(world.sender.arrived)
        assert committed == sums == mails * Decimal("0.01") + texts * Decimal("0.05") <= Decimal("3.00")
        assert mails == 100
        assert texts < 100
        world.briefs.brief = replace(world.briefs.brief, budget=euros("6.00"))
        await resume(world, execution)
        counted = await world.work_off(execution)
        assert counted.sent == 200
        assert set(world.texts.arrived.values()) == {1}
        assert spent(world, execution) == (Decimal("6.00"), Decimal("6.00"))


async def test_what_failed_or_was_skipped_costs_nothing_and_the_uncertain_is_paid_for(database_url: str) -> None:
    async with World(database_url, CENT).open() as world:

        async def some(messages: Sequence[OutgoingMessage]) -> Handover:
            troubles = {m.seq: Trouble(Verdict.PERMANENT, "550 gone") for m in messages if m.seq <= 10}
            troubles |= {m.seq: Trouble(Verdict.UNKNOWN, "lost") for m in messages if 10 < m.seq <= 15}
            return Handover(accepted=len(messages) - len(troubles), troubles=troubles)

        world.sender.answer = some
        execution = await world.plan(people(100), budget=euros("1.00"))
        await world.work_off(execution)
        assert spent(world, execution) == (Decimal("0.90"), Decimal("0.90"))


async def test_what_was_spent_without_a_budget_counts_when_one_is_set(database_url: str) -> None:
    async with World(database_url, CENT).open() as world:
        world.sender.seconds = 0.05
        execution = await world.plan(people(5_000))

        async def some() -> bool:
            return (await world.accounting(execution)).sent >= 500

        await world.work(some)
        await world.bus(PauseExecution(caller=world.caller(), execution_id=execution.id))
        await world.work(lambda: settled_pause(world, execution))
        sent = (await world.accounting(execution)).sent
        assert spent(world, execution) == (sent * Decimal("0.01"), sent * Decimal("0.01"))
        world.briefs.brief = replace(world.briefs.brief, budget=Money(sent * Decimal("0.01"), "EUR"))
        await resume(world, execution)
        await world.work(lambda: settled_pause(world, execution))
        assert (await world.accounting(execution)).sent == sent


async def test_a_dead_workers_reservation_is_replaced_not_added(database_url: str) -> None:
    async with World(database_url, CENT).open() as world:
        execution = await world.plan(people(1_000), budget=euros("10.00"))
        spending = PostgresSpending(world.database)
        claim = await world.ledger.claim("dead", 0.1)
        assert claim is not None
        assert await spending.reserve(claim, Decimal("10.00"), Decimal("10.00")) is Answer.GRANTED
        await world.ledger.append(claim, Entry(number=1, intent=Intent(to=20)), 0.1)
        known = Report(ranges=[(1, 5)], counts=Counts(sent=5), cost=Decimal("0.05"))
        await world.ledger.append(claim, Entry(number=2, report=known), 0.1)
        await asyncio.sleep(0.2)
        counted = await world.work_off(execution)
        assert (counted.sent, counted.uncertain) == (985, 15)
        assert spent(world, execution) == (Decimal("10.00"), Decimal("10.00"))


async def test_two_who_reserve_at_once_never_hold_more_than_the_budget(database_url: str) -> None:
    async with World(database_url, CENT).open() as world:
        await world.plan(people(10_000), budget=euros("1.00"))
        spending = PostgresSpending(world.database)
        claims: list[Any] = [await world.ledger.claim(f"w{n}", 30) for n in range(8)]
        answers = await asyncio.gather(*(spending.reserve(one, Decimal("0.30"), Decimal("1.00")) for one in claims))
        assert sorted(answers) == ["granted"] * 3 + ["later"] * 5
        for one in claims:
            await world.ledger.give_back(one)
        assert world.query("select committed from campaign_spending where tenant_id = %s", ACME) == [(Decimal(0),)]


async def test_a_crash_while_the_budget_is_used_up_leaves_nobody_without_an_outcome(database_url: str) -> None:
    async with World(database_url, CENT).open() as world:
        execution = await world.plan(people(100), budget=euros("0.00"))
        claim = await world.ledger.claim("dead", 0.1)
        assert claim is not None
        await world.ledger.append(claim, Entry(number=1, intent=Intent(to=10)), 0.1)
        await asyncio.sleep(0.2)
        await world.work(lambda: is_paused(world, execution))
        world.briefs.brief = replace(world.briefs.brief, budget=euros("2.00"))
        await resume(world, execution)
        counted = await world.work_off(execution)
        assert (counted.sent, counted.uncertain) == (90, 10)
        assert counted.holds()
