"""Set-wide rules, kept in the transaction of the events."""

import asyncio

import pytest
from tests.infrastructure.eventstore.lamps import Lamp, caller, installed, lamps

from campaigns.application.shared.errors import ClaimLimitError, ClaimTakenError
from campaigns.infrastructure.eventstore import Claims, EventLog, EventStore
from campaigns.infrastructure.postgres.database import Database

pytestmark = pytest.mark.anyio

HALL = Claims(take=(("room", "hall"),))


async def test_a_key_is_taken_once(log: EventLog) -> None:
    store = lamps(log)
    await store.record(None, [installed()], caller(), HALL)
    with pytest.raises(ClaimTakenError) as refusal:
        await store.record(None, [installed()], caller(), HALL)
    assert (refusal.value.kind, refusal.value.key) == ("room", "hall")
    assert (await store.record(None, [installed()], caller())).position == 2, "the refused one left no trace"


async def test_every_tenant_has_its_own_keys(log: EventLog) -> None:
    store = lamps(log)
    await store.record(None, [installed("acme")], caller("acme"), HALL)
    await store.record(None, [installed("other")], caller("other"), HALL)


async def test_one_of_many_takers_at_once_gets_the_key(log: EventLog) -> None:
    store = lamps(log)
    outcomes = await asyncio.gather(
        *(store.record(None, [installed()], caller(), HALL) for _ in range(12)), return_exceptions=True
    )
    assert sum(isinstance(outcome, ClaimTakenError) for outcome in outcomes) == 11


async def test_a_released_key_can_be_taken_by_another(log: EventLog) -> None:
    store = lamps(log)
    lamp = await _installed(store, HALL)
    with pytest.raises(ClaimTakenError):
        await store.record(None, [installed()], caller(), HALL)
    await store.record(lamp, [lamp.switch()], caller(), Claims(release=HALL.take))
    await store.record(None, [installed()], caller(), HALL)


async def test_only_the_holder_can_release(log: EventLog) -> None:
    store = lamps(log)
    await _installed(store, HALL)
    stranger = await _installed(store, Claims())
    await store.record(stranger, [stranger.switch()], caller(), Claims(release=HALL.take))
    with pytest.raises(ClaimTakenError):
        await store.record(None, [installed()], caller(), HALL)


async def test_taking_what_one_holds_already_is_no_conflict(log: EventLog) -> None:
    store = lamps(log)
    lamp = await _installed(store, HALL)
    assert (await store.record(lamp, [lamp.switch()], caller(), HALL)).version == 2


async def test_a_tenant_holds_no_more_of_a_kind_than_the_limit(log: EventLog) -> None:
    store = lamps(log)
    outcomes = await asyncio.gather(
        *(
            store.record(None, [installed()], caller(), Claims(take=(("lit", str(n)),), limits={"lit": 5}))
            for n in range(9)
        ),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, ClaimLimitError)]
    assert len(refused) == 4
    assert (refused[0].kind, refused[0].limit) == ("lit", 5)


async def test_claims_hold_in_a_transaction_of_the_callers_own(log: EventLog, database: Database) -> None:
    store = lamps(log)
    await store.record(None, [installed()], caller(), HALL)
    with pytest.raises(ClaimTakenError):
        async with database.system() as connection:
            await store.append_within(connection.cursor(), None, [installed()], caller(), HALL)
    async with database.system() as connection:
        receipt = await store.append_within(connection.cursor(), None, [installed()], caller())
    assert receipt.position == 2


async def _installed(store: EventStore[Lamp], claims: Claims) -> Lamp:
    event = installed()
    await store.record(None, [event], caller(), claims)
    return await store.load(event.lamp_id, caller())
