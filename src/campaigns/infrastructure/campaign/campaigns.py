"""Campaigns out of their recorded events."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from campaigns.application.campaign.claims import RUNNING, claimed
from campaigns.application.campaign.ports import HistoryEntry, Limits
from campaigns.application.shared.context import Caller
from campaigns.application.shared.errors import StaleVersionError
from campaigns.application.shared.messages import Receipt
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.errors import CampaignNotFoundError
from campaigns.domain.campaign.events import CampaignEvent
from campaigns.domain.campaign.evolve import evolve
from campaigns.infrastructure.campaign.topics import TOPICS
from campaigns.infrastructure.eventstore.claims import Claims
from campaigns.infrastructure.eventstore.log import EventLog
from campaigns.infrastructure.eventstore.recorded import Recorded
from campaigns.infrastructure.eventstore.store import EventStore


class EventSourcedCampaigns:
    """The repository and the history, over the event store."""

    def __init__(self, log: EventLog, limits: Limits) -> None:
        self._store: EventStore[Campaign] = EventStore(log, TOPICS, Campaign, evolve, CampaignNotFoundError)
        self._limits = limits

    async def get(self, campaign_id: UUID, caller: Caller, expected_version: int | None = None) -> Campaign:
        campaign = await self._store.load(campaign_id, caller)
        if expected_version is not None and campaign.version != expected_version:
            raise StaleVersionError(f"The present version is {campaign.version}, not {expected_version}")
        return campaign

    async def newest(self, campaign_id: UUID, caller: Caller) -> Campaign:
        return await self._store.load(campaign_id, caller, fresh=True)

    async def as_of(
        self, campaign_id: UUID, caller: Caller, *, version: int | None = None, at: datetime | None = None
    ) -> Campaign:
        return await self._store.load_at(campaign_id, caller, version=version, at=at)

    async def record(self, before: Campaign | None, events: Sequence[CampaignEvent], caller: Caller) -> Receipt:
        return await self._store.record(before, events, caller, await self._claims(before, events, caller))

    async def entries(self, campaign_id: UUID, caller: Caller) -> Sequence[HistoryEntry]:
        return [_entry(recorded) for recorded in await self._store.history(campaign_id, caller)]

    async def _claims(self, before: Campaign | None, events: Sequence[CampaignEvent], caller: Caller) -> Claims:
        after = before
        for event in events:
            after = evolve(after, event)
        if after is None:
            return Claims()
        changed = claimed(before, after)
        limits = {}
        if any(kind == RUNNING for kind, _ in changed.take):
            limits[RUNNING] = (await self._limits.of(caller)).running_campaigns
        return Claims(take=changed.take, release=changed.release, limits=limits)


def _entry(recorded: Recorded) -> HistoryEntry:
    details = msgspec.to_builtins(recorded.payload)
    return HistoryEntry(
        version=recorded.originator_version,
        event=recorded.topic,
        at=recorded.payload.at,
        by=recorded.payload.by,
        position=recorded.position,
        correlation_id=recorded.metadata.correlation_id,
        causation_id=recorded.metadata.causation_id,
        details={name: value for name, value in details.items() if name not in {"at", "by"}},
    )
