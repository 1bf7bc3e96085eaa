"""Folds campaign events into the listing."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Any
from uuid import UUID

import msgspec
from psycopg import AsyncCursor

from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.shared.names import name_key
from campaigns.infrastructure.campaign.folding import FollowedCampaigns
from campaigns.infrastructure.eventstore.recorded import Recorded

NAME = "campaign_listing"

_UPSERT = files("campaigns.infrastructure.campaign").joinpath("listing_upsert.sql").read_bytes()


class CampaignListingProjection:
    """The `handle` of the follower `campaign_listing`."""

    def __init__(self) -> None:
        self._campaigns = FollowedCampaigns()

    async def handle(self, cursor: AsyncCursor[Any], events: Sequence[Recorded]) -> None:
        """One row per campaign touched, as it is after the last of its events."""
        touched: dict[UUID, Campaign] = {}
        for recorded in events:
            if self._campaigns.concerns(recorded):
                touched[recorded.originator_id] = await self._campaigns.after(cursor, recorded)
        if touched:
            await cursor.executemany(_UPSERT, [row_of(campaign) for campaign in touched.values()])


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
        "starts_at": definition.begins_at(),
        "anchor": campaign.anchor(),
        "schedule": msgspec.json.encode(definition.schedule).decode() if definition.schedule else None,
        "planned_until": campaign.last_planned or campaign.activated_at,
        "created_by": campaign.created_by,
        "created_at": campaign.created_at,
        "updated_at": campaign.updated_at,
        "deleted": campaign.deleted,
    }
