"""A tenant's book as it stood at a position of the event log; the last one read is remembered."""

from collections.abc import Sequence
from typing import Any, LiteralString

import msgspec
from psycopg import AsyncConnection

from campaigns.application.trigger.ports import Book
from campaigns.domain.audience.predicate import compiled
from campaigns.domain.shared.ids import CampaignId, TenantId
from campaigns.domain.trigger.index import TriggerIndex
from campaigns.domain.trigger.rules import TriggerOrders, rules_of

_MOST_BOOKS = 100
_HEAD: LiteralString = "select position from trigger_book_heads where tenant_id = %s"
_BOOK: LiteralString = """
select campaign_id, active, orders from trigger_books
 where tenant_id = %(tenant)s and since <= %(at)s and (until is null or until > %(at)s) order by campaign_id"""

_NO_BOOK = Book(TriggerIndex((), compiled), frozenset(), {})


class TriggerBookReader:
    """Reads within the connection's transaction."""

    def __init__(self) -> None:
        self._known: dict[TenantId, tuple[int, Book]] = {}

    async def as_of(self, connection: AsyncConnection, tenant_id: TenantId, position: int) -> Book:
        row = await (await connection.execute(_HEAD, (tenant_id,))).fetchone()
        if row is None:
            return _NO_BOOK
        changed, known = row[0], self._known.get(tenant_id)
        if known is not None and known[0] == changed <= position:
            return known[1]
        asked = {"tenant": tenant_id, "at": position}
        rows = await (await connection.execute(_BOOK, asked)).fetchall()
        book = book_of([(row[0], row[1], msgspec.convert(row[2], TriggerOrders)) for row in rows])
        if changed <= position:
            self._remember(tenant_id, changed, book)
        return book

    def _remember(self, tenant_id: TenantId, changed: int, book: Book) -> None:
        self._known.pop(tenant_id, None)
        self._known[tenant_id] = (changed, book)
        if len(self._known) > _MOST_BOOKS:
            self._known.pop(next(iter(self._known)))


def book_of(campaigns: Sequence[tuple[Any, bool, TriggerOrders]]) -> Book:
    """From campaigns, whether they are active, and what their triggers say."""
    active = {CampaignId(one): orders for one, is_active, orders in campaigns if is_active}
    rules = [rule for campaign_id, orders in active.items() for rule in rules_of(campaign_id, orders)]
    named = frozenset(trigger.event_type for _, _, orders in campaigns for trigger in orders.triggers)
    return Book(TriggerIndex(rules, compiled), named, active)
