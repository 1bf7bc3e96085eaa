"""What happened to messages, as an outside consumer of the real service receives it."""

import asyncio
import json
from typing import Any

import nats
from tests.support.ledgers import EXECUTION_NUMBERS, WrittenLedger
from tests.support.running_service import RunningService, Tenant
from tests.support.waiting import PATIENCE

from campaigns.domain.delivery.numbers import FactKind as F


async def _received(service: RunningService, campaign_id: str, expected: int) -> list[list[dict[str, Any]]]:
    client = await nats.connect(service.nats_url)
    try:
        subscription = await client.jetstream().pull_subscribe(f"{service.nats_subject_prefix}.message.*", None)
        found: list[list[dict[str, Any]]] = []
        async with asyncio.timeout(PATIENCE):
            while sum(map(len, found)) < expected:
                for message in await subscription.fetch(10, timeout=PATIENCE):
                    await message.ack()
                    assert (message.headers or {})["content-type"] == "application/cloudevents-batch+json"
                    events = json.loads(message.data)
                    if events[0]["subject"] == campaign_id:
                        found.append(events)
        return found
    finally:
        await client.close()


def test_each_message_is_told_of_in_batches_of_a_hundred(service: RunningService, tenant: Tenant) -> None:
    ledger = WrittenLedger(
        service.database_url,
        people=250,
        execution_no=next(EXECUTION_NUMBERS),
        tenant=tenant.tenant_id,
        variants=("A", "100 % B"),
    )
    ledger.say((7, F.FAILED, None, {"reason": "550 no such user"}), ranges=[(1, 250)])
    ledger.say((1, F.BOUNCED, "b", {"hard": False}), (2, F.CLICKED, "c", {"url": "https://shop.example/"}))
    batches = asyncio.run(_received(service, str(ledger.campaign_id), 252))
    assert max(map(len, batches)) <= 100
    events = [event for batch in batches for event in batch]
    assert len({event["id"] for event in events}) == len(events) == 252
    told = {
        name: [e for e in events if e["type"] == f"campaign.message.{name}"]
        for name in ("sent", "failed", "bounced", "clicked")
    }
    assert sorted(int(e["data"]["message_id"].partition("-")[2]) for e in told["sent"]) == sorted(
        {*range(1, 251)} - {7}
    )
    assert told["failed"][0]["data"]["reason"] == "550 no such user"
    assert told["bounced"][0]["data"]["bounce_type"] == "soft"
    assert told["clicked"][0]["data"]["link_url"] == "https://shop.example/"
    assert told["sent"][0]["data"]["channel"] == "email"
    assert {(e["data"]["variant"], e["data"]["variant_name"]) for e in told["sent"]} == {(0, "A"), (1, "100 % B")}
    by_feedback = [told[name][0]["data"]["variant_name"] for name in ("failed", "bounced", "clicked")]
    assert by_feedback == ["A", "A", "100 % B"]
    assert len({e["data"]["variant_id"] for e in events}) == 2
    positions = [event["sequence"] for event in events]
    assert positions == sorted(positions)


def test_figures_that_changed_are_told(service: RunningService, tenant: Tenant) -> None:
    ledger = WrittenLedger(
        service.database_url, people=4, execution_no=next(EXECUTION_NUMBERS), tenant=tenant.tenant_id
    )

    async def told() -> dict[str, dict[str, Any]]:
        client = await nats.connect(service.nats_url)
        subscription = await client.subscribe(f"{service.nats_subject_prefix}.metric.updated")
        await client.flush()
        ledger.say((1, F.DELIVERED), ranges=[(1, 4)])
        found: dict[str, dict[str, Any]] = {}
        async with asyncio.timeout(PATIENCE):
            while found.keys() != {"sent", "delivered"}:
                event = json.loads((await subscription.next_msg(timeout=PATIENCE)).data)
                if event["subject"] == str(ledger.campaign_id):
                    found[event["data"]["metric_type"]] = event["data"]
        await client.close()
        return found

    found = asyncio.run(told())
    assert (found["sent"]["count"], found["sent"]["rate"]) == (4, None)
    assert (found["delivered"]["count"], found["delivered"]["rate"]) == (1, 25.0)
