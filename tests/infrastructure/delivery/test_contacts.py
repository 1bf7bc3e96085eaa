"""Who was written to lately is counted from the ledger."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from tests.support.delivery_world import ACME, World, people

from campaigns.application.delivery.ports import Handover, OutgoingMessage, Trouble, Verdict
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.sending_limits import FrequencyCap, Throttle
from campaigns.infrastructure.delivery import contact_pages
from campaigns.infrastructure.delivery.contacts import PostgresRecentContacts

pytestmark = pytest.mark.anyio
DAY = timedelta(days=1)


async def capped(world: World, *caps: tuple[int, int], now: datetime | None = None, tenant: str = ACME) -> list[str]:
    """Of 300 people and a stranger, those who have had all that a cap allows."""
    asked = [FrequencyCap(messages=messages, days=days) for messages, days in caps]
    contacts = await PostgresRecentContacts(world.database).within(
        TenantId(tenant), asked, now or datetime.now(UTC) + timedelta(seconds=5)
    )
    ids = [person[0] for person in people(300)]
    closed = await contacts.capped(pa.array([*ids, "z"]))
    return [user_id for user_id, is_closed in zip([*ids, "z"], closed.to_pylist(), strict=True) if is_closed]


async def test_who_has_had_as_many_messages_as_allowed_is_over_the_cap(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_pages, "PEOPLE_PER_PAGE", 64)
    async with World(database_url).open() as world:
        assert await capped(world, (1, 7)) == []
        await world.plan(people(200))
        await world.plan(people(100))
        assert len(await capped(world, (1, 7))) == 200
        assert await capped(world, (2, 7)) == [person[0] for person in people(100)]
        assert await capped(world, (3, 7)) == []
        assert len(await capped(world, (3, 7), (1, 1))) == 200
        assert await capped(world, (1, 7), tenant="globex") == []


async def test_only_messages_within_the_days_count_and_waiting_ones_too(database_url: str) -> None:
    async with World(database_url).open() as world:
        await world.plan(people(300), throttle=Throttle(per_day=100))
        now = datetime.now(UTC)
        assert len(await capped(world, (1, 1), now=now)) == 300
        assert len(await capped(world, (1, 1), now=now + 1.5 * DAY)) < 300
        assert await capped(world, (1, 1), now=now + 20 * DAY) == []


async def test_messages_that_never_left_do_not_count(database_url: str) -> None:
    async with World(database_url).open() as world:

        async def refusing(messages: Sequence[OutgoingMessage]) -> Handover:
            gone = {m.seq: Trouble(Verdict.PERMANENT, "550 no such mailbox") for m in messages if m.seq % 2}
            return await world.sender.refuse(messages, gone)

        world.sender.answer = refusing
        execution = await world.plan(people(300))
        await world.work_off(execution)
        assert len(await capped(world, (1, 7))) == 150


async def test_a_cancelled_run_counts_as_far_as_it_was_sent(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(300), throttle=Throttle(per_day=40))
        cancelled = execution.cancel(reason="no", at=datetime.now(UTC), by="test")
        await world.executions.record(execution, cancelled, world.caller())
        assert await capped(world, (1, 7)) == []


async def test_who_is_erased_from_a_plan_is_erased_from_its_contacts(database_url: str) -> None:
    async with World(database_url).open() as world:
        execution = await world.plan(people(300))
        assert len(await capped(world, (1, 7))) == 300
        async with world.database.system() as connection:
            await connection.execute(
                "update plan_pages set user_ids[1] = null where execution_no = %s", (execution.execution_no,)
            )
        assert world.query("select count(*) from contact_pages") == [(0,)]
        assert len(await capped(world, (1, 7))) == 300 - len(world.query("select from plan_pages"))
