"""Recording and loading through the store, against a real Postgres."""

import asyncio
from uuid import uuid4

import pytest
from tests.infrastructure.eventstore.lamps import FixedClock, LampNotFoundError, caller, installed, lamps

from campaigns.application.shared.errors import ConflictError
from campaigns.infrastructure.eventstore import EventLog


def test_what_was_recorded_is_loaded_with_its_version(database_url: str) -> None:
    async def scenario() -> None:
        async with EventLog(database_url, FixedClock()) as log:
            event, me = installed(), caller()
            receipt = await lamps(log).record(None, [event], me)
            assert (receipt.id, receipt.version, receipt.position) == (event.lamp_id, 1, 1)
            lamp = await lamps(log).load(event.lamp_id, me)
            switched = await lamps(log).record(lamp, [lamp.switch()], caller())
            assert (switched.version, switched.position) == (2, 2)
            assert (await lamps(log).load(event.lamp_id, me)).on

    asyncio.run(scenario())


def test_the_second_of_two_decisions_on_the_same_state_is_a_conflict(database_url: str) -> None:
    async def scenario() -> None:
        async with EventLog(database_url, FixedClock()) as log:
            store, event = lamps(log), installed()
            await store.record(None, [event], caller())
            lamp = await store.load(event.lamp_id, caller())
            await store.record(lamp, [lamp.switch()], caller())
            with pytest.raises(ConflictError):
                await store.record(lamp, [lamp.switch()], caller())

    asyncio.run(scenario())


def test_another_tenants_aggregate_is_not_found(database_url: str) -> None:
    async def scenario() -> None:
        async with EventLog(database_url, FixedClock()) as log:
            store, event = lamps(log), installed("acme")
            await store.record(None, [event], caller("acme"))
            with pytest.raises(LampNotFoundError):
                await store.load(event.lamp_id, caller("other"))
            with pytest.raises(LampNotFoundError):
                await store.load(uuid4(), caller("acme"))

    asyncio.run(scenario())
