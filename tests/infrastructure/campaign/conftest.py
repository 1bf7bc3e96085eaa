"""The campaign adapters over a real, migrated Postgres."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.campaign.campaigns import EventSourcedCampaigns
from campaigns.infrastructure.campaign.listing import PostgresCampaignListing
from campaigns.infrastructure.campaign.projection import CampaignListingProjection
from campaigns.infrastructure.campaign.timetable import PostgresTimetable
from campaigns.infrastructure.campaign.topics import TOPICS
from campaigns.infrastructure.eventstore import EventLog, Follower, News
from campaigns.infrastructure.postgres.database import Database

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)


class FixedClock:
    at = NOW

    def now(self) -> datetime:
        return self.at


class FixedLimits:
    async def of(self, caller: Caller) -> CampaignLimits:
        return CampaignLimits(running_campaigns=2)


def caller(tenant: str = "t", command_id: UUID | None = None) -> Caller:
    return Caller(
        tenant_id=TenantId(tenant),
        principal="ada",
        scopes=frozenset(Scope),
        command_id=command_id or uuid4(),
        correlation_id="c",
    )


class Adapters:
    def __init__(self, database: Database, log: EventLog, clock: FixedClock) -> None:
        self.database, self.clock, self.log = database, clock, log
        self.campaigns = EventSourcedCampaigns(log, FixedLimits())
        self.listing = PostgresCampaignListing(database)
        self.timetable = PostgresTimetable(database)

    def follower(self, name: str = "campaign_listing", batch: int = 500) -> Follower:
        handle = CampaignListingProjection().handle
        return Follower(self.database, News(self.database), TOPICS, name=name, handle=handle, batch=batch)

    async def catch_up(self) -> None:
        follower = self.follower()
        while await follower.catch_up():
            pass


@pytest.fixture
def opened(database_url: str):  # type: ignore[no-untyped-def]  # noqa: ANN201 - an async context for asyncio.run
    @asynccontextmanager
    async def open_() -> AsyncIterator[Adapters]:
        clock = FixedClock()
        async with Database(database_url) as database, EventLog(database_url, clock) as log:
            yield Adapters(database, log, clock)

    return open_
