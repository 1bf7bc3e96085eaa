"""More requests than can be worked on: some wait, the others are told so, and operators always get their answer."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from tests.support.databases import Databases
from tests.support.rest_shell import EVERY_ROUTE, ServedShell, Shell, TroublesController, served
from tests.support.waiting import PATIENCE, eventually

from campaigns.application.shared.context import Scope
from campaigns.interfaces.rest.app import Bounds
from campaigns.interfaces.rest.room import Room

SMALL = Bounds(at_once=2, waiting=3, patience=0.3)


@pytest.fixture
def busy(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServedShell]:
    monkeypatch.setattr("campaigns.interfaces.rest.room._OUTSTAYED", PATIENCE)
    TroublesController.gate.clear()
    with databases.fresh() as url, served(Shell(url), EVERY_ROUTE, SMALL) as running:
        yield running
        TroublesController.gate.set()


def slow(client: httpx.Client) -> httpx.Response:
    return client.post("/api/v1/errands/slow")


def test_who_finds_no_place_in_time_is_told_when_to_come_again(busy: ServedShell) -> None:
    with busy.client(busy.key(Scope.WRITE)) as client, ThreadPoolExecutor(10) as threads:
        TroublesController.ran.clear()
        inside = [threads.submit(slow, client) for _ in range(2)]
        eventually(lambda: len(TroublesController.ran), 2)
        refused = [threads.submit(slow, client) for _ in range(5)]
        answers = [future.result() for future in refused]
        health = client.get("/health")
        ready = client.get("/health/ready")
        TroublesController.gate.set()
        assert {future.result().status_code for future in inside} == {201}
    assert {answer.status_code for answer in answers} == {503}
    assert {answer.headers["retry-after"] for answer in answers} == {"2"}
    problem = answers[0].json()
    assert problem["code"] == "server.overloaded"
    assert problem["correlation_id"] == answers[0].headers["x-correlation-id"]
    assert answers[0].headers["content-type"] == "application/problem+json"
    assert (health.status_code, ready.status_code) == (200, 200)
    assert len(TroublesController.ran) == 2, "what was refused was not done"


def test_who_waits_gets_the_place_that_becomes_free() -> None:
    async def visits() -> tuple[bool, bool]:
        room = Room(1, queue=5, patience=PATIENCE)
        first = await room.enter()
        second = asyncio.create_task(room.enter())
        await asyncio.sleep(0.01)
        assert first is not None
        assert not second.done()
        first.leave()
        then = await second
        assert then is not None
        then.leave()
        return room.inside == 0, await room.enter() is not None

    assert asyncio.run(visits()) == (True, True)


def test_who_goes_away_while_it_waits_takes_no_place_along() -> None:
    async def visits() -> bool:
        room = Room(1, queue=5, patience=PATIENCE)
        first = await room.enter()
        waiting = [asyncio.create_task(room.enter()) for _ in range(3)]
        await asyncio.sleep(0.01)
        assert first is not None
        first.leave()
        for task in waiting:  # the first of them has its turn already, and goes all the same
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return await asyncio.wait_for(room.enter(), PATIENCE) is not None

    assert asyncio.run(visits())


def test_who_stays_too_long_keeps_nobody_else_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.interfaces.rest.room._OUTSTAYED", 0.05)

    async def visits() -> tuple[bool, bool]:
        room = Room(1, queue=5, patience=PATIENCE)
        stream = await room.enter()
        monkeypatch.setattr("campaigns.interfaces.rest.room._OUTSTAYED", PATIENCE)  # of all who come later
        second = await room.enter()
        assert stream is not None
        assert second is not None
        stream.leave()
        third = asyncio.create_task(room.enter())
        await asyncio.sleep(0.01)
        still_waits = not third.done()
        second.leave()
        return still_waits, await third is not None

    assert asyncio.run(visits()) == (True, True)


def test_those_who_outstay_are_bounded_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.interfaces.rest.room._OUTSTAYED", 0.0)

    async def entered() -> int:
        room = Room(2, queue=5, patience=0.2)
        return sum([await room.enter() is not None for _ in range(100)])

    assert asyncio.run(entered()) == 32
