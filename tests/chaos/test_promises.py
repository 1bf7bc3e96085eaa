"""Every promise about survival, one short round each; `make chaos` plays long ones."""

import asyncio
from types import ModuleType

import pytest
from tests.chaos.__main__ import scenarios
from tests.chaos.faults.disk import NeedsRootError
from tests.chaos.outcome import Outcome, line

pytestmark = pytest.mark.chaos
_SEED = 1


async def _short_round(scenario: ModuleType) -> Outcome:
    [outcome] = [outcome async for outcome in scenario.run([_SEED], scenario.SHORT)]
    return outcome


@pytest.mark.parametrize("scenario", list(scenarios()), ids=lambda scenario: scenario.ID)
def test_the_promise_is_kept(scenario: ModuleType) -> None:
    try:
        outcome = asyncio.run(_short_round(scenario))
    except NeedsRootError as reason:
        pytest.skip(f"{scenario.ID}: {reason}")
    print(line(scenario.ID, [outcome], _SEED))
    assert not outcome.broken
    assert (outcome.lost, outcome.doubled) == (0, 0)
