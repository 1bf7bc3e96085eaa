"""Folds campaign events into the listing."""

from collections import OrderedDict
from collections.abc import Sequence
from importlib.resources import files
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.persistence import StoredEvent
from psycopg import AsyncCursor

from campaigns.application.campaign.claims import name_key
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.evolve import evolve
from campaigns.infrastructure.campaign.topics import TOPICS
from campaigns.infrastructure.eventstore import statements
from campaigns.infrastructure.eventstore.mapper import MsgspecMapper
from campaigns.infrastructure.eventstore.recorded import Recorded

NAME = "campaign_listing"
REMEMBERED = 2_000

_UPSERT = files("campaigns.infrastructure.campaign").joinpath("listing_upsert.sql").read_bytes()
_ORDERED = (statements.HISTORY + " order by originator_version").encode()


class CampaignListingProjection:
    """The `handle` of the follower `campaign_listing`. What it remembers only saves reading: versions must join up."""

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, Campaign] = OrderedDict()
        self._mapper = MsgspecMapper(TOPICS)

    async def handle(self, cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        """One row per campaign touched, as it is after the last of its events."""
        touched: dict[UUID, Campaign] = {}
        for recorded in events:
            if type(recorded.payload) in TOPICS.classes.values():
                touched[recorded.originator_id] = await self._after(cursor, recorded)
        if touched:
            await cursor.executemany(_UPSERT, [row_of(campaign) for campaign in touched.values()])

    async def _after(self, cursor: AsyncCursor[Any], recorded: Recorded) -> Campaign:
        before = self._known.pop(recorded.originator_id, None)
        if recorded.originator_version > 1 and (before is None or before.version != recorded.originator_version - 1):
            before = await self._read(cursor, recorded)
        campaign = evolve(None if recorded.originator_version == 1 else before, recorded.payload)
        self._known[campaign.id] = campaign
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return campaign

    async def _read(self, cursor: AsyncCursor[Any], recorded: Recorded) -> Campaign | None:
        before = recorded.originator_version - 1
        rows = await cursor.execute(_ORDERED, {"id": recorded.originator_id, "gt": 0, "lte": before}, binary=True)
        campaign: Campaign | None = None
        for position, *stored in await rows.fetchall():
            campaign = evolve(campaign, self._mapper.to_recorded(StoredEvent(*stored), position).payload)
        return campaign


def row_of(campaign: Campaign) -> dict[str, Any]:
    """The listing's row for a campaign."""
    definition = campaign.definition
    return {
        "tenant_id": campaign.tenant_id,
        "campaign_id": campaign.id,
        "version": campaign.version,
        "name": definition.name,
        "name_key": name_key(definition.name),
        "description": definition.description,
        "type": definition.type,
        "mode": definition.mode,
        "status": campaign.status,
        "approval": campaign.approval,
        "channels": [str(channel) for channel in definition.channel_types()],
        "tags": list(definition.tags),
        "start_date": definition.start_date,
        "end_date": definition.end_date,
        "starts_at": definition.starts_at(),
        "schedule": msgspec.json.encode(definition.schedule).decode() if definition.schedule else None,
        "planned_until": campaign.last_planned or campaign.activated_at,
        "created_by": campaign.created_by,
        "created_at": campaign.created_at,
        "updated_at": campaign.updated_at,
        "deleted": campaign.deleted,
    }
