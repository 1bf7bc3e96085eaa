"""What the scheduler looks after: a failure ends neither the care nor the work beside it."""

import asyncio

import pytest

from campaigns.application.shared import upkeep
from campaigns.application.shared.errors import DependencyDownError


def test_what_fails_is_tried_again_and_stopping_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_EVERY", 0.001)
    failures: list[Exception] = [DependencyDownError("postgres", "away"), OSError("no room")]
    stopping = asyncio.Event()

    async def look_after() -> None:
        if failures:
            raise failures.pop()
        monkeypatch.setattr(upkeep, "_EVERY", 3_600.0)
        asyncio.get_running_loop().call_later(0.01, stopping.set)

    async def looked_after() -> None:
        await asyncio.wait_for(upkeep.every_hour(look_after, stopping, failed="it is kept"), 10)

    asyncio.run(looked_after())
    assert (failures, stopping.is_set()) == ([], True)
