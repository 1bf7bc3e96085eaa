"""Recipients are found by what was told of them."""

import pytest
from tests.support.delivery_world import ACME, World, people
from tests.support.ledgers import WrittenLedger

from campaigns.application.delivery.readings import RecipientFilter
from campaigns.domain.delivery.execution import Execution
from campaigns.domain.delivery.numbers import FactKind
from campaigns.infrastructure.delivery import recipient_pages
from campaigns.infrastructure.delivery.readings import PostgresDeliveryReadings

pytestmark = pytest.mark.anyio


async def _found(world: World, execution: Execution, reason: str) -> list[str]:
    readings, found, cursor = PostgresDeliveryReadings(world.database), list[str](), None
    while True:
        page = await readings.recipients(
            ACME, execution.campaign_id, RecipientFilter(reason=reason), limit=3, cursor=cursor
        )
        found += [one.message_id for one in page.recipients]
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_a_reason_finds_those_of_whom_it_is_the_last_word(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipient_pages, "_STRETCH", 40)
    async with World(database_url).open() as world:
        execution = await world.plan(people(270, holdout=30))
        await world.work_off(execution)
        ledger = object.__new__(WrittenLedger)
        ledger.url, ledger.execution_no = world.url, execution.execution_no or 0
        refused = range(1, 271, 7)
        ledger.say(*((seq, FactKind.FAILED, None, {"reason": "550"}) for seq in refused))
        ledger.say((8, FactKind.SENT), (15, FactKind.FAILED, None, {"reason": "551"}))
        expected = [f"{execution.execution_no}-{seq}" for seq in refused if seq not in {8, 15}]
        assert await _found(world, execution, "550") == expected
        assert await _found(world, execution, "551") == [f"{execution.execution_no}-15"]
        assert len(await _found(world, execution, "holdout")) == 30
        assert await _found(world, execution, "552") == []
