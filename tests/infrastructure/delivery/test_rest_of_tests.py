"""The rest of a test waits in the plan of its sample, and gets the winner once."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import pyarrow as pa
import pytest
from msgspec.structs import replace
from tests.support.delivery_world import EMAIL, Person, World

from campaigns.application.delivery.commands.cancel_execution import CancelExecution
from campaigns.application.delivery.commands.pause_execution import PauseExecution
from campaigns.application.delivery.commands.resume_execution import ResumeExecution
from campaigns.application.delivery.commands.settle_test import SettleTest
from campaigns.application.delivery.readings import RecipientFilter
from campaigns.domain.delivery.brief import Brief, BriefVariant
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.kinds import ExecutionStatus
from campaigns.domain.delivery.sampling import FIRST_OF_REST, BriefTest
from campaigns.domain.shared.channels import Channel, Content
from campaigns.domain.shared.guardrails import Canary, Guardrails
from campaigns.domain.shared.ids import VariantId
from campaigns.domain.shared.sending_limits import FrequencyCap, Throttle
from campaigns.infrastructure.delivery.contacts import PostgresRecentContacts
from campaigns.infrastructure.delivery.readings import PostgresDeliveryReadings
from campaigns.infrastructure.delivery.reconciliation import Reconciliation

pytestmark = pytest.mark.anyio
A, B, REST = 0, 1, 2
IDS = [VariantId(uuid.UUID(int=n)) for n in (1, 2)]


def mixed(count: int, *, sample: int = 5, control: int = 0) -> list[Person]:
    """Every `sample`-th person is in the test, A and B by turns; the last `control` ones belong to the control."""
    people = [(f"u{n:06d}", (n // sample) % 2 if n % sample == 0 else REST, 0, 0) for n in range(count)]
    return people + [(f"v{n:06d}", -1, -1, 2) for n in range(control)]


def order(world: World, **changes: object) -> Brief:
    variants = tuple(
        BriefVariant(variant_id=one, name=name, allocation=50, channels=(channel(name),))
        for one, name in zip(IDS, "AB", strict=True)
    )
    brief = replace(world.briefs.brief, variants=variants, test=BriefTest(sample_percentage=20, duration_minutes=60))
    return replace(brief.with_rest(), **changes)


def channel(subject: str) -> Channel:
    return Channel(channel_type=EMAIL, content=Content(subject=subject, body_text="Hi"))


async def planned(world: World, people: Sequence[Person], **changes: object) -> Execution:
    world.briefs.brief = order(world, **changes)
    return await world.plan(people)


async def settle(world: World, execution: Execution, variant: VariantId | None) -> None:
    await world.bus(SettleTest(caller=world.caller(), execution_id=execution.id, variant_id=variant))


async def sent(world: World, execution: Execution, count: int) -> bool:
    return (await world.accounting(execution)).sent >= count


async def completed(world: World, execution: Execution) -> bool:
    return (await world.get(execution.id)).status is ExecutionStatus.COMPLETED


async def a_while(world: World) -> None:
    """Long enough for several looks of workers and scheduler."""
    began = asyncio.get_running_loop().time()

    async def over() -> bool:
        return asyncio.get_running_loop().time() > began + 1.5

    await world.work(over, workers=2)


@pytest.mark.parametrize("count", [300, 25_000])
async def test_the_sample_is_sent_the_rest_waits_and_then_gets_the_winner_once(database_url: str, count: int) -> None:
    """Small plans are inserted, large ones copied."""
    async with World(database_url).open() as world:
        execution = await planned(world, mixed(count, control=7))
        assert execution.plan is not None
        assert (execution.plan.to_send, execution.plan.rest, execution.plan.control) == (count, count * 4 // 5, 7)
        await world.work(lambda: sent(world, execution, count // 5), workers=2)
        await a_while(world)
        counted = await world.accounting(execution)
        assert (counted.sent, counted.waiting, counted.holds()) == (count // 5, count * 4 // 5, True)
        await settle(world, execution, IDS[B])
        await settle(world, execution, IDS[A])
        await world.work(lambda: completed(world, execution), workers=2)
        assert len(world.sender.arrived) == count
        assert set(world.sender.arrived.values()) == {1}
        assert len(set(world.sender.people)) == count
        told = world.query(
            "select topic from events where originator_id = %s order by originator_version", execution.id
        )
        assert [row[0] for row in told].count("execution.test_settled") == 1
        brief = await stored(world, execution)
        assert brief.winner is not None
        assert (brief.winner.variant_id, brief.winner.channels[0].content.subject) == (IDS[B], "B")
        assert [one.agrees async for one in Reconciliation(world.database).every()] == [True]


async def test_a_rest_that_gets_nothing_is_cancelled_and_accounted_for(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await planned(world, mixed(500))
        await world.work(lambda: sent(world, execution, 100))
        await settle(world, execution, None)
        await world.work(lambda: completed(world, execution))
        counted = await world.accounting(execution)
        assert (counted.sent, counted.cancelled, counted.holds()) == (100, 400, True)
        assert (await Reconciliation(world.database).one(execution.execution_no or 0)).agrees


async def test_a_winner_of_a_paused_run_is_sent_when_it_goes_on_with_the_words_of_then(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await planned(world, mixed(500))
        await world.work(lambda: sent(world, execution, 100))
        await world.bus(PauseExecution(caller=world.caller(), execution_id=execution.id))
        await settle(world, execution, IDS[A])
        await a_while(world)
        assert (await world.accounting(execution)).waiting == 400
        edited = order(world)
        world.briefs.brief = replace(
            edited, variants=(replace(edited.variants[A], channels=(channel("mended"),)), *edited.variants[1:])
        )
        await world.bus(ResumeExecution(caller=world.caller(), execution_id=execution.id))
        await world.work(lambda: completed(world, execution))
        brief = await stored(world, execution)
        assert [one.channels[0].content.subject for one in brief.variants] == ["mended", "B", "mended"]
        assert set(world.sender.arrived.values()) == {1}
        assert len(world.sender.arrived) == 500


async def test_an_edit_in_mid_test_keeps_the_rest_waiting_and_its_people(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await planned(world, mixed(500), throttle=Throttle(per_minute=60_000))
        await world.work(lambda: sent(world, execution, 20))
        await world.bus(PauseExecution(caller=world.caller(), execution_id=execution.id))
        world.briefs.brief = order(world, throttle=Throttle(per_minute=4_000))  # batches are cut to a hundred
        await world.bus(ResumeExecution(caller=world.caller(), execution_id=execution.id))
        await world.work(lambda: sent(world, execution, 100))
        await a_while(world)
        counted = await world.accounting(execution)
        assert (counted.sent, counted.waiting, counted.holds()) == (100, 400, True)
        await settle(world, execution, IDS[B])
        await world.work(lambda: completed(world, execution))
        assert set(world.sender.arrived.values()) == {1}
        assert len(world.sender.arrived) == 500


async def test_a_cancelled_run_writes_to_nobody_of_the_rest_whatever_is_declared_later(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await planned(world, mixed(500))
        await world.work(lambda: sent(world, execution, 100))
        await world.bus(CancelExecution(caller=world.caller(), execution_id=execution.id, reason="stock is out"))
        await settle(world, execution, IDS[B])
        await a_while(world)
        counted = await world.accounting(execution)
        assert (counted.sent, counted.cancelled, counted.holds()) == (100, 400, True)


async def test_a_canary_is_taken_from_the_sample_and_the_rest_waits_for_both(database_url: str) -> None:
    guardrails = Guardrails(max_error_rate=50, canary=Canary(count=10, wait_minutes=0))
    async with World(database_url).open() as world:
        execution = await planned(world, mixed(500), guardrails=guardrails)
        await world.work(lambda: sent(world, execution, 100))
        await a_while(world)
        assert (await world.accounting(execution)).sent == 100
        await settle(world, execution, IDS[B])
        await world.work(lambda: completed(world, execution))
        assert set(world.sender.arrived.values()) == {1}
        assert len(world.sender.arrived) == 500


async def test_the_throttle_counts_the_sample_and_the_rest_together(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await planned(world, mixed(400), throttle=Throttle(per_minute=200))
        await settle(world, execution, IDS[B])
        rows = world.query(
            "select release_at, seq_to - seq_from + 1 from batches where execution_no = %s order by 1",
            execution.execution_no,
        )
        times = [at for at, size in rows for _ in range(size)]
        assert all((later - first).total_seconds() > 60 for first, later in zip(times, times[200:], strict=False))


async def test_recipients_are_found_listed_and_filtered_across_sample_and_rest(database_url: str) -> None:
    people = mixed(1_000, control=5)
    async with World(database_url).open() as world:
        execution = await planned(world, people)
        readings = PostgresDeliveryReadings(world.database)
        listed, cursor = [], None
        while True:
            page = await readings.recipients(
                execution.tenant_id, execution.campaign_id, RecipientFilter(), limit=170, cursor=cursor
            )
            listed += page.recipients
            cursor = page.next_cursor
            if cursor is None:
                break
        assert [one.user_id for one in listed].count("u000000") == 1
        assert {one.user_id for one in listed} == {person[0] for person in people}
        assert len(listed) == len(people)
        await settle(world, execution, IDS[B])
        found = await readings.recipients(
            execution.tenant_id, execution.campaign_id, RecipientFilter(variant="B"), limit=1_000, cursor=None
        )
        assert len(found.recipients) == 100 + 800
        for user, variant in (("u000000", "A"), ("u000001", "B"), ("u000999", "B"), ("v000003", None)):
            trace = await readings.trace(execution.tenant_id, execution.campaign_id, user, None)
            assert (trace.recipient.user_id, trace.recipient.variant) == (user, variant)


async def test_who_waits_for_a_winner_counts_for_frequency_caps_like_anybody_who_waits(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await planned(world, mixed(400))
        contacts = PostgresRecentContacts(world.database)
        caps = [FrequencyCap(messages=1, days=1)]
        asked = pa.array(["u000000", "u000001", "u000399", "w0"])
        found = await (await contacts.within(execution.tenant_id, caps, datetime.now(UTC))).capped(asked)
        assert [bool(one) for one in found.to_pylist()] == [True, True, True, False]


async def stored(world: World, execution: Execution) -> Brief:
    (row,) = world.query("select brief from executions where execution_id = %s", execution.id)
    return msgspec.convert(row[0], Brief)


def test_the_rest_begins_on_a_page_of_its_own() -> None:
    assert FIRST_OF_REST % 65_536 == 0
