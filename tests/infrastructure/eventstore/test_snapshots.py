"""Snapshots are a cache: faster, and never different."""

import msgspec
import pytest
from tests.infrastructure.eventstore.lamps import TOPICS, Lamp, LampNotFoundError, caller, evolve, installed, lamps
from tests.infrastructure.eventstore.test_topics import METADATA

from campaigns.infrastructure.eventstore import EventLog, EventStore
from campaigns.infrastructure.postgres.database import Database

pytestmark = pytest.mark.anyio


async def _switched(store: EventStore[Lamp], times: int) -> Lamp:
    event = installed()
    await store.record(None, [event], caller())
    for _ in range(times):
        lamp = await store.load(event.lamp_id, caller())
        await store.record(lamp, [lamp.switch()], caller())
    return await store.load(event.lamp_id, caller())


async def test_a_snapshot_and_its_tail_give_the_same_state_as_all_events(log: EventLog, database: Database) -> None:
    lamp = await _switched(lamps(log, snapshot_every=10), 34)
    async with database.system() as connection:
        rows = await (await connection.execute("select originator_version from snapshots order by 1")).fetchall()
    assert [version for (version,) in rows] == [10, 20, 30]
    from_snapshot = await lamps(log).load(lamp.id, caller())
    async with database.system() as connection:
        await connection.execute("delete from snapshots")
    from_all = await lamps(log).load(lamp.id, caller())
    assert from_snapshot == from_all == lamp
    assert lamp.version == 35


async def test_loading_reads_no_event_before_the_snapshot(log: EventLog, database: Database) -> None:
    lamp = await _switched(lamps(log, snapshot_every=10), 12)
    async with database.system() as connection:
        await connection.execute("update snapshots set originator_version = 10, state = %s", (_room_changed(lamp),))
    assert (await lamps(log).load(lamp.id, caller())).room == "elsewhere"


def _room_changed(lamp: Lamp) -> bytes:
    data = msgspec.structs.replace(lamp, version=10, room="elsewhere")
    return msgspec.json.encode({"at": "2026-03-01T12:00:00Z", "meta": METADATA, "data": data})


class Chandelier(Lamp, frozen=True, kw_only=True):
    candles: int = 12


async def test_a_snapshot_of_another_shape_is_not_read(log: EventLog) -> None:
    lamp = await _switched(lamps(log, snapshot_every=10), 12)

    def evolve_chandelier(state: Chandelier | None, event: object) -> Chandelier:
        old = evolve(state, event)  # type: ignore[arg-type]
        return Chandelier(**{**msgspec.structs.asdict(old), "candles": 6})

    reshaped = EventStore(log, TOPICS, Chandelier, evolve_chandelier, LampNotFoundError)
    loaded = await reshaped.load(lamp.id, caller())
    assert (loaded.candles, loaded.version, loaded.switched) == (6, 13, 12)
