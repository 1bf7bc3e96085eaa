"""Recording and loading through the store, against a real Postgres."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest
from tests.infrastructure.eventstore.lamps import (
    NOON,
    LampNotFoundError,
    LampSwitched,
    caller,
    installed,
    lamps,
)

from campaigns.application.shared.errors import ConflictError
from campaigns.infrastructure.eventstore import EventLog
from campaigns.infrastructure.postgres.database import Database

pytestmark = pytest.mark.anyio


async def test_what_was_recorded_is_loaded_with_its_version(log: EventLog) -> None:
    event, me = installed(), caller()
    receipt = await lamps(log).record(None, [event], me)
    assert (receipt.id, receipt.version, receipt.position) == (event.lamp_id, 1, 1)
    lamp = await lamps(log).load(event.lamp_id, me)
    switched = await lamps(log).record(lamp, [lamp.switch()], caller())
    assert (switched.version, switched.position) == (2, 2)
    assert (await lamps(log).load(event.lamp_id, me)).on


async def test_the_second_of_two_decisions_on_the_same_state_is_a_conflict(log: EventLog) -> None:
    store, event = lamps(log), installed()
    await store.record(None, [event], caller())
    lamp = await store.load(event.lamp_id, caller())
    await store.record(lamp, [lamp.switch()], caller())
    with pytest.raises(ConflictError):
        await store.record(lamp, [lamp.switch()], caller())
    assert (await store.load(event.lamp_id, caller())).version == 2


async def test_another_tenants_aggregate_is_not_found(log: EventLog) -> None:
    store, event = lamps(log), installed("acme")
    await store.record(None, [event], caller("acme"))
    for other in (store, lamps(log)):
        with pytest.raises(LampNotFoundError):
            await other.load(event.lamp_id, caller("other"))
        with pytest.raises(LampNotFoundError):
            await other.history(event.lamp_id, caller("other"))
    with pytest.raises(LampNotFoundError):
        await store.load(uuid4(), caller("acme"))


async def test_an_aggregate_cannot_be_recorded_for_another_tenant(log: EventLog, database: Database) -> None:
    with pytest.raises(LampNotFoundError):
        await lamps(log).record(None, [installed("acme")], caller("other"))
    async with database.system() as connection:
        assert await (await connection.execute("select count(*) from events")).fetchone() == (0,)


async def test_a_cached_state_is_old_until_a_fresh_one_is_asked_for(log: EventLog) -> None:
    here, elsewhere, event = lamps(log), lamps(log), installed()
    await here.record(None, [event], caller())
    seen_elsewhere = await elsewhere.load(event.lamp_id, caller())
    await elsewhere.record(seen_elsewhere, [seen_elsewhere.switch()], caller())
    assert (await here.load(event.lamp_id, caller())).version == 1
    assert (await here.load(event.lamp_id, caller(), fresh=True)).version == 2
    assert (await here.load(event.lamp_id, caller())).version == 2, "the fresh state is kept"


async def test_a_caller_who_asks_for_fresh_state_gets_it(log: EventLog) -> None:
    here, elsewhere, event = lamps(log), lamps(log), installed()
    await here.record(None, [event], caller())
    lamp = await elsewhere.load(event.lamp_id, caller())
    await elsewhere.record(lamp, [lamp.switch()], caller())
    assert (await here.load(event.lamp_id, caller(fresh=True))).version == 2


async def test_a_cached_state_costs_no_access(log: EventLog) -> None:
    store, event = lamps(log), installed()
    await store.record(None, [event], caller())
    log.reader.close()
    assert (await store.load(event.lamp_id, caller())).version == 1


async def test_history_tells_positions_metadata_and_versions(log: EventLog) -> None:
    store, event, me = lamps(log), installed(), caller()
    await store.record(None, [event], me)
    lamp = await store.load(event.lamp_id, me)
    await store.record(lamp, [lamp.switch(), LampSwitched(at=NOON, by="tester", on=False)], caller())
    history = await store.history(event.lamp_id, me)
    assert [(each.position, each.originator_version, each.topic) for each in history] == [
        (1, 1, "lamp.installed"),
        (2, 2, "lamp.switched"),
        (3, 3, "lamp.switched"),
    ]
    assert history[0].metadata.command_id == me.command_id


async def test_the_past_is_loaded_by_version_and_by_instant(log: EventLog) -> None:
    store, event = lamps(log), installed()
    await store.record(None, [event], caller())
    later = LampSwitched(at=NOON + timedelta(hours=1), by="tester", on=True)
    await store.record(await store.load(event.lamp_id, caller()), [later], caller())
    assert (await store.load_at(event.lamp_id, caller(), version=1)).on is False
    assert (await store.load_at(event.lamp_id, caller(), at=NOON + timedelta(minutes=59))).on is False
    assert (await store.load_at(event.lamp_id, caller(), at=NOON + timedelta(hours=1))).on is True
    with pytest.raises(LampNotFoundError):
        await store.load_at(event.lamp_id, caller(), at=NOON - timedelta(seconds=1))


async def test_recording_nothing_leaves_the_version_and_the_log_as_they_are(log: EventLog) -> None:
    store, event = lamps(log), installed()
    await store.record(None, [event], caller())
    receipt = await store.record(await store.load(event.lamp_id, caller()), [], caller())
    assert (receipt.version, receipt.position) == (1, 0)
    assert len(await store.history(event.lamp_id, caller())) == 1


async def test_a_failing_save_leaves_the_others_of_its_group_alone(log: EventLog) -> None:
    store, events = lamps(log), [installed() for _ in range(20)]
    for event in events:
        await store.record(None, [event], caller())
    states = [await store.load(event.lamp_id, caller()) for event in events]
    decided = [*states, *states]  # every lamp is switched twice from the same state, all at once
    outcomes = await asyncio.gather(
        *(store.record(lamp, [lamp.switch()], caller()) for lamp in decided), return_exceptions=True
    )
    assert sum(isinstance(outcome, ConflictError) for outcome in outcomes) == 20
    for event in events:
        assert (await store.load(event.lamp_id, caller(), fresh=True)).version == 2
    assert sorted(each.position for each in outcomes if not isinstance(each, BaseException)) == list(range(21, 41))


async def test_the_same_command_at_the_same_version_is_a_success(log: EventLog) -> None:
    store, event, me = lamps(log), installed(), caller()
    first = await store.record(None, [event], me)
    assert await store.record(None, [event], me) == first
    assert len(await store.history(event.lamp_id, me)) == 1


async def test_the_receipt_of_a_command_is_found_for_its_own_tenant_only(log: EventLog) -> None:
    event, me = installed(), caller()
    receipt = await lamps(log).record(None, [event], me)
    assert await log.receipt_of(me) == receipt
    assert await log.receipt_of(caller()) is None
    assert await log.receipt_of(msgspec.structs.replace(me, tenant_id="other")) is None
