"""R14: read models and streams can be rebuilt from PostgreSQL, equal to what they were, at 20,000 events a second.

Campaigns live; the running service's projector and relay follow. Then the list of campaigns is emptied and folded anew
from the first event, and the NATS stream is deleted and published anew. Rates hold for one process each.
"""

import asyncio
import hashlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import nats
import psycopg
from nats.js.api import AckPolicy, ConsumerConfig
from tests.chaos.outcome import Outcome, least
from tests.chaos.serving import Serving, scratch, serving
from tests.infrastructure.eventstore.lamps import caller
from tests.support.followers import follower_position

from campaigns.application.analytics.commands.republish_events import RepublishEvents
from campaigns.bootstrap import Services, compose
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.errors import CampaignNotFoundError
from campaigns.domain.campaign.events import (
    CampaignActivated,
    CampaignCompleted,
    CampaignCreated,
    CampaignEvent,
    CampaignPaused,
    CampaignResumed,
)
from campaigns.domain.campaign.evolve import evolve
from campaigns.domain.campaign.values import Status, Totals
from campaigns.infrastructure.campaign.projection import CampaignListingProjection
from campaigns.infrastructure.campaign.topics import TOPICS
from campaigns.infrastructure.eventstore import EventLog, EventStore, Follower, News
from campaigns.infrastructure.eventstore.topics import Topics
from campaigns.infrastructure.settings import Secret, Settings

ID = "R14"
ROUNDS, SIZE, SHORT = 1, 100_000, 3_000
GOAL = 20_000  # events a second
_LIFE, _WRITERS, _STREAM = 10, 64, "CAMPAIGNS"
_SHORTEST_MEASURE = 50_000  # events: fewer say nothing about a rate
_PATIENCE = 240.0
_BATCH = 2_000  # a rebuild may take more at a time than a follower that keeps up


async def run(seeds: Sequence[int], size: int) -> AsyncIterator[Outcome]:
    for seed in seeds:
        with scratch() as folder:
            async with serving(folder / "home", roles="api,relay,projector") as service:
                yield await _round(random.Random(seed), size, service)


async def _round(chance: random.Random, size: int, service: Serving) -> Outcome:
    url, address = service.postgres_url(), service.nats_url()
    services = compose(Settings(database_url=Secret(url), nats_url=address, home=service.home))
    async with services.running():
        events = await _lived(chance, size, services)
        began = time.monotonic()
        await _followed(services, address, events)
        grown = _listing(url), await _stream(address)
        caught_up = time.monotonic() - began
        listing_rate = events / await _refolded(services, url, events)
        stream_rate = events / await _republished(services, address)
        rebuilt = _listing(url), await _stream(address)
    broken = [
        f"the {name} was {before}, and rebuilt {after}"
        for name, before, after in zip(("list", "stream"), grown, rebuilt, strict=True)
        if before != after
    ]
    slow = {"list": listing_rate, "stream": stream_rate} if size >= _SHORTEST_MEASURE else {}
    broken += [f"the {name} is rebuilt at {rate:.0f} events a second" for name, rate in slow.items() if rate < GOAL]
    rates = {"listing_per_s": least(int(listing_rate)), "stream_per_s": least(int(stream_rate))}
    return Outcome(acked=events, stored=events, recovery=[caught_up], also=rates, broken=broken)


async def _lived(chance: random.Random, size: int, services: Services) -> int:
    """Recorded events."""
    store = EventStore(services.composition.resolve(EventLog), TOPICS, Campaign, evolve, CampaignNotFoundError)
    numbers = iter(range(size // _LIFE))

    async def write() -> None:
        for number in numbers:
            await store.record(None, _life(number, chance), caller("default"))

    await asyncio.gather(*(write() for _ in range(_WRITERS)))
    return size // _LIFE * _LIFE


def _life(number: int, chance: random.Random) -> list[CampaignEvent]:
    by: dict[str, Any] = {"at": datetime.now(UTC), "by": "somebody"}
    definition = Definition(name=f"Campaign {number}", description="x" * chance.randrange(200), tags=("a", "b"))
    breaks: list[CampaignEvent] = []
    while len(breaks) < _LIFE - 3:
        breaks.append(CampaignPaused(paused_from=Status.ACTIVE, reason="a break", **by))
        breaks.append(CampaignResumed(resumed_to=Status.ACTIVE, **by))
    created = CampaignCreated(campaign_id=uuid4(), tenant_id="default", definition=definition, **by)
    end = CampaignCompleted(totals=Totals(), **by)
    return [created, CampaignActivated(**by), *breaks[: _LIFE - 3], end]


async def _followed(services: Services, address: str, events: int) -> None:
    """The service's own projector and relay have come to the end."""
    end = time.monotonic() + _PATIENCE
    client = await nats.connect(address)
    try:
        while await follower_position(services.database, "campaign_listing") < events or await _count(client) < events:
            assert time.monotonic() < end, f"projector and relay are not through in {_PATIENCE:.0f} s"
            await asyncio.sleep(0.1)
    finally:
        await client.close()


async def _refolded(services: Services, url: str, events: int) -> float:
    """Seconds, from an empty list."""
    with psycopg.connect(url) as connection:
        connection.execute("truncate campaign_listing")
    database, topics = services.database, services.composition.resolve(Topics)
    name = f"campaign_listing:{uuid4().hex[:8]}"
    handle = CampaignListingProjection().handle
    follower = Follower(database, News(database), topics, name=name, handle=handle, batch=_BATCH)
    began = time.monotonic()
    while await follower.catch_up():
        pass
    seconds = time.monotonic() - began
    assert await follower_position(database, name) == events
    return seconds


async def _republished(services: Services, address: str) -> float:
    """Seconds, into a stream that is not there."""
    client = await nats.connect(address)
    await client.jetstream().delete_stream(_STREAM)
    await client.close()
    began = time.monotonic()
    await services.bus(RepublishEvents(caller=caller("default"), after=0))
    return time.monotonic() - began


def _listing(url: str) -> str:
    with psycopg.connect(url) as connection:
        rows = connection.execute("select to_jsonb(l)::text from campaign_listing l order by campaign_id").fetchall()
    return _hashed([row[0].encode() for row in rows])


async def _stream(address: str) -> str:
    """Ids, subjects and bodies, in their order."""
    client = await nats.connect(address)
    try:
        expected, found = await _count(client), list[bytes]()
        config = ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=30.0)
        subscription = await client.jetstream().pull_subscribe("campaign.>", stream=_STREAM, config=config)
        while len(found) < expected:
            for message in await subscription.fetch(500, timeout=10):
                header = (message.headers or {}).get("Nats-Msg-Id", "")
                found.append(f"{header} {message.subject} ".encode() + message.data)
        return _hashed(found)
    finally:
        await client.close()


async def _count(client: Any) -> int:
    return int((await client.jetstream().stream_info(_STREAM)).state.messages)


def _hashed(rows: Sequence[bytes]) -> str:
    digest = hashlib.sha256(b"\n".join(rows)).hexdigest()
    return f"{len(rows)} rows, {digest[:16]}"
