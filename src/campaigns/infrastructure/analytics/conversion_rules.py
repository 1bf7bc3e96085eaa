"""Keeps at hand which outside event is which campaign's conversion."""

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import AsyncCursor

from campaigns.domain.campaign.events import CampaignCreated, CampaignDeleted, CampaignUpdated
from campaigns.domain.campaign.values import Conversion
from campaigns.infrastructure.eventstore.recorded import Recorded

FOLLOWER = "conversion_rules"
_KEEP = """
    insert into conversion_rules (tenant_id, campaign_id, event_type, window_days, model) values (%s, %s, %s, %s, %s)
    on conflict (campaign_id) do update set
        event_type = excluded.event_type, window_days = excluded.window_days, model = excluded.model"""
_DROP = "delete from conversion_rules where campaign_id = %s"


async def keep_conversion_rules(cursor: AsyncCursor[Any], recorded: Sequence[Recorded]) -> None:
    """What the follower `conversion_rules` does with events."""
    for event in recorded:
        match event.payload:
            case CampaignCreated(definition=definition) if definition.conversion is not None:
                await _keep(cursor, event, definition.conversion)
            case CampaignUpdated(changes=changes) if "conversion" in changes:
                rule = msgspec.convert(changes["conversion"].new, Conversion | None, from_attributes=True)
                await _keep(cursor, event, rule)
            case CampaignDeleted():
                await _keep(cursor, event, None)


async def _keep(cursor: AsyncCursor[Any], event: Recorded, rule: Conversion | None) -> None:
    if rule is None:
        await cursor.execute(_DROP, (event.originator_id,))
    else:
        row = (event.tenant_id, event.originator_id, rule.event_type, rule.window_days, rule.model)
        await cursor.execute(_KEEP, row)
