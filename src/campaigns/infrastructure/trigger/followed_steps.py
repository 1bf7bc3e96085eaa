"""Which engagement the triggers in force wait for."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, LiteralString
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from campaigns.domain.analytics.engagement import CLICKED, OPENED, not_opened_after
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.trigger.events import OF_EVENT
from campaigns.domain.trigger.rules import TriggerOrders

_ORDERS: LiteralString = """
select tenant_id, orders from trigger_books
 where until is null and active and orders::text like '%campaign.message.%'"""
_CAMPAIGN = f"{OF_EVENT}campaign_id"


class FollowedSteps(msgspec.Struct, frozen=True):
    """`tenants` whose triggers wait for opens or clicks; by days, the campaigns of which silence is waited for."""

    tenants: frozenset[TenantId]
    unopened: Mapping[int, frozenset[UUID]]


async def followed_steps(connection: AsyncConnection) -> FollowedSteps:
    tenants, unopened = set[TenantId](), defaultdict[int, set[UUID]](set)
    for tenant_id, orders in await (await connection.execute(_ORDERS)).fetchall():
        for trigger in msgspec.convert(orders, TriggerOrders).triggers:
            days = not_opened_after(trigger.event_type)
            if trigger.enabled and trigger.event_type in (OPENED, CLICKED):
                tenants.add(TenantId(tenant_id))
            elif trigger.enabled and days is not None:
                unopened[days].update(_campaigns(trigger.criteria))
    return FollowedSteps(frozenset(tenants), {days: frozenset(found) for days, found in unopened.items()})


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
