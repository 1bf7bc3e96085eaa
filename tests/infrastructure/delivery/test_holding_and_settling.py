"""Pausing, cancelling, suppressing, budgets, windows, resending and what a crash leaves, over a real database."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from datetime import time as clock_time
from decimal import Decimal
from itertools import pairwise
from typing import Literal

import msgspec
import psycopg
import pytest
from msgspec.structs import replace
from tests.support.delivery_world import ACME, EMAIL, FAST_POLICY, SMS, World, people
from tests.support.waiting import eventually_async, until_async

from campaigns.application.delivery.commands.cancel_execution import CancelExecution
from campaigns.application.delivery.commands.pause_execution import PauseExecution
from campaigns.application.delivery.commands.resend_uncertain import ResendUncertain
from campaigns.application.delivery.commands.resume_execution import ResumeExecution
from campaigns.application.delivery.ledger import Claim, Entry, Intent, LeaseLostError, Report
from campaigns.application.delivery.ports import Handover, OutgoingMessage, Trouble, Verdict
from campaigns.application.delivery.sending.desk import UncertainPolicy
from campaigns.domain.audience.suppression import Suppression
from campaigns.domain.delivery.errors import ExecutionNotFoundError, NothingUncertainError
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.kinds import ExecutionStatus
from campaigns.domain.delivery.spending import Prices
from campaigns.domain.shared.ids import CampaignId, UserId
from campaigns.domain.shared.money import Money
from campaigns.domain.shared.sending_limits import SendWindow, Throttle
from campaigns.infrastructure.delivery.reconciliation import Reconciliation

pytestmark = pytest.mark.anyio


IN_HAND = "select count(*) from batches where state = 'sending'"


async def sent_some(world: World, least: int) -> bool:
    return len(world.sender.arrived) >= least


async def agrees(world: World) -> bool:
    return all([one.agrees async for one in Reconciliation(world.database).every()])


async def test_a_pause_is_seen_within_a_second_and_a_resume_sends_each_of_the_rest_once(database_url: str) -> None:
    async with World(database_url).open() as world:
        chunks = 0

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            nonlocal chunks
            chunks += 1
            return await world.sender.accept(messages)

        world.sender.answer, world.sender.seconds = answer, 0.02
        execution = await world.plan(people(20_000))
        await world.work(lambda: sent_some(world, 300))
        stopping, before = asyncio.Event(), chunks
        working = asyncio.create_task(world.worker("again").run(stopping))
        await until_async(lambda: chunks - before >= 3)
        await world.bus(PauseExecution(caller=world.caller(), execution_id=execution.id, reason="lunch"))
        before = chunks
        await eventually_async(lambda: world.query(IN_HAND), [(0,)])
        assert chunks - before <= 1 / world.sender.seconds, "as many as a second takes at most"
        left = len(world.sender.arrived)
        await asyncio.sleep(0.5)
        assert len(world.sender.arrived) == left < 20_000
        counted = await world.accounting(execution)
        assert counted.holds()
        assert (counted.sent, counted.sending) == (left, 0)
        assert await agrees(world)
        world.sender.seconds = 0.0
        await world.bus(ResumeExecution(caller=world.caller(), execution_id=execution.id))
        stopping.set()
        await working
        final = await world.work_off(execution)
        assert final.sent == 20_000
        assert set(world.sender.arrived.values()) == {1}


async def test_cancelling_in_mid_send_counts_the_rest_as_cancelled(database_url: str) -> None:
    async with World(database_url).open() as world:
        world.sender.seconds = 0.02
        execution = await world.plan(people(8_000, holdout=3))
        stopping = asyncio.Event()
        working = asyncio.create_task(world.worker().run(stopping))
        await until_async(lambda: sent_some(world, 100))
        await world.bus(CancelExecution(caller=world.caller(), execution_id=execution.id, reason="wrong season"))
        await eventually_async(lambda: world.query(IN_HAND), [(0,)])
        stopping.set()
        await working
        counted = await world.accounting(execution)
        assert counted.holds()
        assert (counted.waiting, counted.sending) == (0, 0)
        assert counted.sent == len(world.sender.arrived)
        assert counted.cancelled == 8_000 - counted.sent > 0
        assert await agrees(world)
        with pytest.raises(NothingUncertainError):
            await world.bus(
                ResendUncertain(caller=world.caller(), campaign_id=execution.campaign_id, execution_id=execution.id)
            )


async def test_nobody_is_handed_over_after_their_unsubscription_was_committed(database_url: str) -> None:
    async with World(database_url).open() as world:
        told, busy = asyncio.Event(), asyncio.Event()

        async def answer(messages: Sequence[OutgoingMessage]) -> Handover:
            if len(world.sender.arrived) >= 100:
                busy.set()
                await told.wait()
            return await world.sender.accept(messages)

        world.sender.answer = answer
        execution = await world.plan(people(6_000))
        stopping = asyncio.Event()
        working = asyncio.gather(world.worker().run(stopping), world.scheduler.run(stopping))
        await busy.wait()
        last = [f"u{n:08d}" for n in range(5_500, 6_000)]
        given = [
            Suppression(
                user_id=UserId(user_id),
                channel=EMAIL,
                reason="unsubscribed",
                source="api",
                created_by="test",
                created_at=datetime.now(UTC),
            )
            for user_id in last
        ]
        await world.suppressions.add(ACME, given)
        told.set()
        await until_async(lambda: world.get(execution.id), lambda seen: not seen.status.is_open)
        stopping.set()
        await working
        assert not set(world.sender.people) & set(last)
        counted = await world.accounting(execution)
        assert counted.holds()
        assert counted.skipped == 500
        assert await agrees(world)


async def test_uncertain_messages_and_only_those_are_sent_again_when_an_operator_says_so(database_url: str) -> None:
    async with World(database_url).open() as world:

        async def lose(messages: Sequence[OutgoingMessage]) -> Handover:
            world.sender.count(messages)
            lost = {m.seq: Trouble(Verdict.UNKNOWN, "connection lost") for m in messages if m.seq in (3, 1_500)}
            return Handover(accepted=len(messages) - len(lost), troubles=lost)

        world.sender.answer = lose
        execution = await world.plan(people(2_000))
        assert (await world.work_off(execution)).uncertain == 2
        world.sender.answer = world.sender.accept
        command = ResendUncertain(caller=world.caller(), campaign_id=execution.campaign_id, execution_id=execution.id)
        assert await world.bus(command) == 2

        async def resolved() -> bool:
            return (await world.accounting(execution)).uncertain == 0 and not (
                await world.accounting(execution)
            ).waiting

        await world.work(resolved)
        counted = await world.accounting(execution)
        assert counted.holds()
        assert counted.sent == 2_000
        again = {name for name, count in world.sender.arrived.items() if count == 2}
        assert again == {f"{execution.execution_no}-3", f"{execution.execution_no}-1500"}
        assert await agrees(world)
        with pytest.raises(ExecutionNotFoundError):
            await world.bus(replace(command, campaign_id=CampaignId(world.ids.new())))


async def test_a_campaign_that_would_exceed_its_budget_is_paused(database_url: str) -> None:
    policy = replace(FAST_POLICY, prices=Prices({EMAIL: Decimal("0.01")}))
    async with World(database_url, policy).open() as world:
        execution = await world.plan(people(3_000), budget=Money(Decimal("20.00"), "EUR"))

        async def paused() -> bool:
            return (await world.get(execution.id)).status is ExecutionStatus.PAUSED

        await world.work(paused)
        assert (await world.get(execution.id)).reason == "budget_exhausted"
        counted = await world.accounting(execution)
        assert (counted.sent, counted.waiting) == (2_000, 1_000)
        assert counted.holds()


async def test_nothing_leaves_when_the_window_has_closed_meanwhile(database_url: str) -> None:
    async with World(database_url).open() as world:
        today = datetime.now(UTC)
        never_now = "mon" if today.weekday() not in (0, 6) else "wed"
        execution = await world.plan(people(10))
        window = SendWindow(days=(never_now,), start=clock_time(9), end=clock_time(17))
        brief = replace(world.briefs.brief, windows=(window,))
        _store_brief(world, execution, brief)

        async def waits() -> bool:
            rows = world.query("select waiting_for from executions where execution_no = %s", execution.execution_no)
            return rows == [("the send window to open",)]

        await world.work(waits)
        assert not world.sender.arrived
        assert world.query("select held_until > now() + interval '1 hour' from executions") == [(True,)]


def _store_brief(world: World, execution: Execution, brief: object) -> None:
    with psycopg.connect(world.url) as connection:
        connection.execute("set role campaigns_system")
        connection.execute(
            "update executions set brief = %s where execution_no = %s",
            (msgspec.json.encode(brief).decode(), execution.execution_no),
        )


async def test_what_was_late_is_paced_again_so_that_no_limit_is_broken(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(400), throttle=Throttle(per_minute=4_000))
        world.query("update batches set release_at = release_at - interval '1 minute' returning 1")
        assert world.query("select count(*) from batches where release_at > now()") == [(0,)]
        counted = await world.work_off(execution)
        assert counted.sent == 400
        paced = world.query(
            "select extract(epoch from release_at)::float8, seq_to - seq_from + 1, claimed_at >= release_at"
            " from batches order by release_at"
        )
        assert all(waited for *_, waited in paced)
        for (earlier, count, _), (later, *_) in pairwise(paced):
            assert later - earlier >= count / 4_000 * 60 * 0.99


@pytest.mark.parametrize(
    ("idempotent", "policy", "known", "sent", "uncertain"),
    [
        (False, UncertainPolicy.LEAVE, None, 90, 10),
        (True, UncertainPolicy.LEAVE, None, 100, 0),
        (False, UncertainPolicy.RESEND, None, 100, 0),
        (False, UncertainPolicy.LEAVE, {1: True, 2: False}, 92, 8),
    ],
)
async def test_what_a_dead_worker_left_is_settled_by_what_the_provider_can_do(
    *,
    database_url: str,
    idempotent: bool,
    policy: UncertainPolicy,
    known: dict[int, bool] | None,
    sent: int,
    uncertain: int,
) -> None:
    async with World(database_url, replace(FAST_POLICY, uncertain={EMAIL: policy})).open() as world:
        world.sender.idempotent = idempotent
        execution = await world.plan(people(100))
        claim = await world.ledger.claim("dead", 0.1)
        assert claim is not None
        await world.ledger.append(claim, Entry(number=1, intent=Intent(to=10)), 0.1)
        if known is not None:
            world.sender.known = {f"{execution.execution_no}-{seq}": had for seq, had in known.items()}
        await asyncio.sleep(0.2)
        counted = await world.work_off(execution)
        assert (counted.sent, counted.uncertain) == (sent, uncertain)
        assert counted.holds()
        assert await agrees(world)


async def test_an_outlived_worker_cannot_write_any_more(database_url: str) -> None:
    async with World(database_url).open() as world:
        await world.plan(people(10))
        old = await _claimed(world, 0.05)
        await asyncio.sleep(0.1)
        new = await _claimed(world, 5)
        assert (old.batch_no, new.crashed) == (new.batch_no, True)
        with pytest.raises(LeaseLostError):
            await world.ledger.append(old, Entry(number=1), 5)
        with pytest.raises(LeaseLostError):
            await world.ledger.give_back(old)


async def test_an_append_whose_answer_was_lost_is_not_recorded_twice(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(10))
        claim = await _claimed(world, 5)
        assert await world.ledger.append(claim, Entry(number=1, intent=Intent(to=5)), 5)
        entry = Entry(number=2, report=Report(ranges=[(1, 5)], counts=replace(Report().counts, sent=5)))
        assert await world.ledger.append(claim, entry, 5)
        assert await world.ledger.append(claim, entry, 5)
        assert (await world.accounting(execution)).sent == 5


async def _claimed(world: World, seconds: float) -> Claim:
    claim = await world.ledger.claim("one", seconds)
    assert claim is not None
    return claim


async def test_two_planners_store_one_plan(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.create(people(50))
        await asyncio.gather(world.scheduler.plan_due(), world.scheduler.plan_due())
        assert (await world.get(execution.id)).status is ExecutionStatus.RUNNING
        assert world.query("select count(*) from messages") == [(50,)]


async def test_people_out_of_order_or_twice_are_never_planned(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.create([*people(3), *people(1)])
        with pytest.raises(Exception, match="does not ascend"):
            await world.plans.store(execution, world.briefs.brief, lambda *_: pytest.fail("decided"), world.caller())
        assert world.query("select count(*) from messages") == [(0,)]


async def test_a_channel_without_a_sender_fails_its_messages(database_url: str) -> None:
    async with World(database_url).open() as world:
        del world.senders.senders[EMAIL]  # type: ignore[attr-defined]
        execution = await world.plan(people(3))
        assert (await world.work_off(execution)).failed == 3
        assert SMS in world.senders.senders


async def test_a_paused_execution_that_was_not_planned_yet_is_planned_after_its_resume(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.create(people(3))
        await world.bus(PauseExecution(caller=world.caller(), execution_id=execution.id))
        await world.scheduler.plan_due()
        assert (await world.get(execution.id)).status is ExecutionStatus.PAUSED
        await world.bus(ResumeExecution(caller=world.caller(), execution_id=execution.id))
        await world.scheduler.plan_due()
        assert (await world.work_off(execution)).sent == 3


@pytest.mark.parametrize(
    ("installed", "wanted", "uncertain"),
    [
        (UncertainPolicy.LEAVE, "resend", 0),
        (UncertainPolicy.RESEND, "leave", 10),
        (UncertainPolicy.RESEND, None, 0),
        (UncertainPolicy.LEAVE, None, 10),
    ],
)
async def test_a_campaigns_channel_says_what_becomes_of_the_uncertain(
    database_url: str, installed: UncertainPolicy, wanted: Literal["leave", "resend"] | None, uncertain: int
) -> None:
    async with World(database_url, replace(FAST_POLICY, uncertain={EMAIL: installed})).open() as world:
        channel = replace(world.briefs.brief.channels[0], uncertain=wanted)
        execution = await world.plan(people(100), channels=(channel,))
        claim = await _claimed(world, 0.1)
        await world.ledger.append(claim, Entry(number=1, intent=Intent(to=10)), 0.1)
        await asyncio.sleep(0.2)
        assert (await world.work_off(execution)).uncertain == uncertain


async def test_a_claim_that_crashed_twice_asks_from_its_first_beginning(database_url: str) -> None:
    async with World(database_url).open() as world:
        await world.plan(people(10))
        first = await _claimed(world, 0.05)
        ((began,),) = world.query("select claimed_at from batches")
        await asyncio.sleep(0.1)
        second = await _claimed(world, 0.05)
        await asyncio.sleep(0.1)
        third = await _claimed(world, 5)
        assert (first.left_at, second.left_at, third.left_at) == (None, began, began)


async def test_a_crash_outside_the_send_window_is_settled_all_the_same(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(10))
        claim = await _claimed(world, 0.1)
        await world.ledger.append(claim, Entry(number=1, intent=Intent(to=4)), 0.1)
        never_now = "mon" if datetime.now(UTC).weekday() not in (0, 6) else "wed"
        window = SendWindow(days=(never_now,), start=clock_time(9), end=clock_time(17))
        _store_brief(world, execution, replace(world.briefs.brief, windows=(window,)))
        await asyncio.sleep(0.2)

        async def settled() -> bool:
            counted = await world.accounting(execution)
            return counted.uncertain == 4 and counted.sending == 0

        await world.work(settled)
        assert (await world.accounting(execution)).waiting == 6
