"""Which engagement the triggers in force wait for."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from campaigns.domain.analytics.engagement import CLICKED, OPENED, not_opened_after
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.trigger.events import OF_EVENT
from campaigns.domain.trigger.rules import TriggerOrders

_ORDERS: LiteralString = """
select tenant_id, orders, began_at from trigger_books
 where until is null and active and orders::text like '%campaign.message.%'"""
_CAMPAIGN = f"{OF_EVENT}campaign_id"


class Silence(msgspec.Struct):
    """The campaigns whose messages are looked at, and since when somebody waits; None: it is not known."""

    campaigns: set[UUID] = msgspec.field(default_factory=set)
    since: datetime | None = None

    def is_waited_for(self, campaigns: Iterator[UUID], since: datetime | None) -> None:
        self.campaigns.update(campaigns)
        self.since = min(filter(None, (self.since, since)), default=None)


class FollowedSteps(msgspec.Struct, frozen=True):
    """`tenants` whose triggers wait for opens or clicks; by days, the silence that is waited for."""

    tenants: frozenset[TenantId]
    unopened: Mapping[int, Silence]


async def followed_steps(connection: AsyncConnection) -> FollowedSteps:
    tenants, unopened = set[TenantId](), defaultdict[int, Silence](Silence)
    for tenant_id, orders, began_at in await (await connection.execute(_ORDERS)).fetchall():
        for trigger in msgspec.convert(orders, TriggerOrders).triggers:
            days = not_opened_after(trigger.event_type)
            if trigger.enabled and trigger.event_type in (OPENED, CLICKED):
                tenants.add(TenantId(tenant_id))
            elif trigger.enabled and days is not None:
                unopened[days].is_waited_for(_campaigns(trigger.criteria), began_at)
    return FollowedSteps(frozenset(tenants), unopened)


def _campaigns(criteria: Any) -> Iterator[UUID]:
    """Every campaign that the criteria name."""
    if isinstance(criteria, list):
        for each in criteria:
            yield from _campaigns(each)
    elif isinstance(criteria, dict) and criteria.get("field") == _CAMPAIGN:
        named = criteria.get("value")
        for text in named if isinstance(named, list) else [named]:
            yield from _as_id(text)
    elif isinstance(criteria, dict):
        for each in criteria.values():
            yield from _campaigns(each)


def _as_id(text: Any) -> Iterator[UUID]:
    try:
        yield UUID(text)
    except (ValueError, TypeError, AttributeError):
        return
