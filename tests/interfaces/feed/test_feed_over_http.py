"""The feed and the stream of the real service tell the same story."""

import asyncio
import json
from typing import Any

import httpx
import nats
import pytest
import yaml
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from tests.support.running_service import RunningService, Tenant, fresh_tenant
from tests.support.waiting import PATIENCE


def live(tenant: Tenant, name: str) -> str:
    made = tenant.client.post("/api/v1/campaigns", json={"name": name})
    campaign_id = str(made.json()["id"])
    for action in ("activate", "pause", "resume", "complete"):
        answer = tenant.client.post(f"/api/v1/campaigns/{campaign_id}/{action}", json={})
        assert answer.status_code == 200, answer.text
    return campaign_id


def feed(tenant: Tenant, **query: Any) -> dict[str, Any]:
    answer = tenant.client.get("/api/v1/events/feed", params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


LIFE = ["created", "activated", "paused", "resumed", "completed"]


def test_the_feed_holds_a_campaigns_life_in_order(tenant: Tenant) -> None:
    campaign_id = live(tenant, "Spring")
    found = feed(tenant)
    assert [event["type"] for event in found["events"]] == [f"campaign.{step}" for step in LIFE]
    assert {event["subject"] for event in found["events"]} == {campaign_id}
    assert found["next_after"] >= found["events"][-1]["sequence"]


def test_pages_join_without_gap_or_double(tenant: Tenant) -> None:
    live(tenant, "Spring")
    whole, pieces, after = feed(tenant)["events"], [], 0
    while (page := feed(tenant, after=after, limit=2))["events"]:
        pieces += page["events"]
        after = page["next_after"]
    assert pieces == whole


def test_only_the_wanted_types_come(tenant: Tenant) -> None:
    live(tenant, "Spring")
    found = feed(tenant, types="campaign.paused,campaign.resumed")
    assert [event["type"] for event in found["events"]] == ["campaign.paused", "campaign.resumed"]


@pytest.mark.parametrize("name", ["campaign.exploded", "campaign.message.sent", "campaign.metric.updated"])
def test_a_type_that_the_feed_cannot_hold_is_refused_by_name(tenant: Tenant, name: str) -> None:
    answer = tenant.client.get("/api/v1/events/feed", params={"types": name})
    assert answer.status_code == 422
    assert name in answer.text


def test_another_tenant_sees_nothing_of_it(tenant: Tenant, service: RunningService) -> None:
    live(tenant, "Spring")
    with fresh_tenant(service) as other:
        assert feed(other)["events"] == []


def test_strangers_are_shown_nothing(service: RunningService) -> None:
    with httpx.Client(base_url=service.url, trust_env=False, timeout=PATIENCE) as stranger:
        assert stranger.get("/api/v1/events/feed").status_code == 401


def test_the_contract_is_served(service: RunningService) -> None:
    with httpx.Client(base_url=service.url, trust_env=False, timeout=PATIENCE) as anybody:
        document = yaml.safe_load(anybody.get("/asyncapi.yaml").text)
    told = [each["address"] for name, each in document["channels"].items() if name.startswith("Campaign")]
    assert {address.partition(".")[0] for address in told} == {service.nats_subject_prefix}


async def _stream(service: RunningService, campaign_id: str, expected: int) -> list[tuple[dict[str, str], bytes]]:
    client = await nats.connect(service.nats_url)
    try:
        subscription = await client.jetstream().pull_subscribe(f"{service.nats_subject_prefix}.*", "outside")
        found: list[tuple[dict[str, str], bytes]] = []
        async with asyncio.timeout(PATIENCE):
            while len(found) < expected:
                for message in await subscription.fetch(10, timeout=PATIENCE):
                    await message.ack()
                    if json.loads(message.data)["subject"] == campaign_id:
                        found.append((message.headers or {}, message.data))
        return found
    finally:
        await client.close()


def test_an_outside_consumer_gets_what_the_feed_holds(tenant: Tenant, service: RunningService) -> None:
    campaign_id = live(tenant, "Spring")
    received = asyncio.run(_stream(service, campaign_id, len(LIFE)))
    assert [json.loads(body) for _, body in received] == feed(tenant)["events"]
    for headers, body in received:
        event = json.loads(body)
        assert headers["Nats-Msg-Id"] == event["id"]
        assert headers["traceparent"].startswith("00-")
        read = JSONFormat().read(CloudEvent, body)
        assert (read.get_type(), read.get_subject()) == (event["type"], campaign_id)


@pytest.mark.parametrize("after", [-1, "x", 2**63])
def test_a_position_that_is_none_is_refused(tenant: Tenant, after: object) -> None:
    assert tenant.client.get("/api/v1/events/feed", params={"after": str(after)}).status_code == 400
