"""Postgres that takes packets and says nothing: whoever asks is told in time, and it works again afterwards."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.chaos.faults.cable import Cable, cable
from tests.infrastructure.eventstore.lamps import FixedClock, caller, installed, lamps
from tests.support.waiting import PATIENCE

from campaigns.application.shared.errors import DependencyDownError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.eventstore import EventLog
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.postgres.patience import ImpatientConnection, RequestConnection, SystemConnection

pytestmark = pytest.mark.anyio


class Wire(NamedTuple):
    cable: Cable
    url: str

    def mend(self) -> None:
        self.cable.reset()
        self.cable.mend()


@pytest.fixture
async def wire(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Wire]:
    for kind in (RequestConnection, SystemConnection, ImpatientConnection):
        monkeypatch.setattr(kind, "patience", 1.0)
    given = conninfo_to_dict(database_url)
    account = f"{given['user']}:{given['password']}"
    async with cable(Path(str(given["host"]), ".s.PGSQL.5432")) as made:
        yield Wire(made, f"postgresql://{account}@127.0.0.1:{made.port}/{given['dbname']}?sslmode=disable")


@pytest.mark.parametrize("role", ["tenant", "system"])
async def test_a_statement_without_an_answer_ends_and_the_next_works(wire: Wire, role: str) -> None:
    async with Database(wire.url) as database:
        opened = database.system if role == "system" else lambda: database.tenant(TenantId("acme"))
        async with opened() as connection:
            wire.cable.silence()
            began = time.monotonic()
            with pytest.raises(Exception, match="no answer within 1 s"):
                await connection.execute("select 1")
            assert time.monotonic() - began < PATIENCE
        wire.mend()
        async with opened() as connection:
            await connection.execute("select 1")


async def test_who_stops_waiting_need_not_wait_for_that(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemConnection, "patience", 2 * PATIENCE)
    async with Database(wire.url) as database:

        async def ask() -> None:
            async with database.system() as connection:
                wire.cable.silence()
                await connection.execute("select 1")

        began = time.monotonic()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask(), 0.2)
        assert time.monotonic() - began < PATIENCE
        wire.mend()
        await database.answers()


async def test_who_stops_waiting_need_not_wait_for_a_beat_either(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemConnection, "patience", 30.0)
    async with Database(wire.url, idle_seconds=1) as database:

        async def dawdle() -> None:
            async with database.system():
                wire.cable.silence()
                await asyncio.sleep(60)

        began = time.monotonic()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(dawdle(), 0.6)
        assert time.monotonic() - began < 10
        wire.mend()
        await database.answers()


async def test_a_save_without_an_answer_is_refused_or_recorded_and_its_repeat_is_seen(wire: Wire) -> None:
    async with EventLog(wire.url, FixedClock(), patience=2) as log:
        store, event, me = lamps(log), installed(), caller()
        await store.record(None, [installed()], caller())
        wire.cable.silence()
        began = time.monotonic()
        with pytest.raises(DependencyDownError):
            await store.record(None, [event], me)
        assert time.monotonic() - began < PATIENCE
        wire.mend()
        receipt = await store.record(None, [event], me)
        assert (await log.receipt_of(me)) == receipt
        assert len(await store.history(event.lamp_id, me)) == 1


async def test_reading_without_an_answer_ends(wire: Wire) -> None:
    async with EventLog(wire.url, FixedClock()) as log:
        wire.cable.silence()
        with pytest.raises(DependencyDownError):
            await log.receipt_of(caller(command_id=uuid4()))
        wire.mend()
        assert await log.receipt_of(caller(command_id=uuid4())) is None
