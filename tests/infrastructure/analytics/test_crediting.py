"""Orders credited as they come: money to the cent, and one window for those written to and those held out."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.infrastructure.analytics.test_metrics_follower import fold
from tests.infrastructure.analytics.test_reattribution import attributed
from tests.support.ledgers import NOON, WrittenLedger

from campaigns.application.analytics.figures import Dimension
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.delivery.numbers import FactKind as F
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.analytics.attributing import Attribution
from campaigns.infrastructure.analytics.figures import PostgresFigures
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import SystemClock

CALLER = Caller(
    tenant_id=TenantId("acme"), principal="ada", scopes=frozenset(Scope), command_id=uuid4(), correlation_id="c"
)
Order = tuple[str, datetime, str]
"""Who, when, and for how much (EUR)."""


def counting(url: str, campaign_id: UUID, model: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("insert into conversion_rules values ('acme', %s, 'order', 7, %s)", (campaign_id, model))
        connection.execute(
            "insert into events values (1, 'acme', %s, 1, 'campaign.created', %s, '{}')", (campaign_id, uuid4())
        )


def order(url: str, orders: Sequence[Order]) -> None:
    with psycopg.connect(url) as connection:
        for number, (user, at, amount) in enumerate(orders):
            connection.execute(
                "insert into conversions (tenant_id, source_event_id, user_id, event_type, at, amount, currency,"
                " received_at) values ('acme', %s, %s, 'order', %s, %s, 'EUR', now())",
                (f"o{number}", user, at, amount),
            )

    async def work_off() -> None:
        async with Database(url) as database:
            assert await Attribution(database, SystemClock()).step() == len(orders)

    asyncio.run(work_off())
    fold(url)


def shown(url: str, campaign_id: UUID, *by: Dimension) -> list[Any]:
    async def read() -> list[Any]:
        async with Database(url) as database:
            return await PostgresFigures(database).of(campaign_id, CALLER, by=by)

    return asyncio.run(read())


def test_shared_orders_are_shared_to_the_cent_and_the_parts_are_the_whole(database_url: str) -> None:
    campaign_id = uuid4()
    counting(database_url, campaign_id, "linear")
    for number in (1, 2, 3):
        run = WrittenLedger(database_url, execution_no=number, campaign_id=campaign_id)
        run.say((1, F.DELIVERED, "d1"), (3, F.DELIVERED, "d3"), at=NOON + timedelta(hours=number))
    order(database_url, [("u1", NOON + timedelta(days=1), "10.00"), ("u3", NOON + timedelta(days=1), "0.05")])
    (total,) = shown(database_url, campaign_id)
    parts = [each.counts.revenue["EUR"] for each in shown(database_url, campaign_id, Dimension.EXECUTION)]
    assert parts == [Decimal("3.34"), Decimal("3.34"), Decimal("3.37")]
    assert sum(parts) == total.counts.revenue["EUR"] == Decimal("10.05")
    again = attributed(database_url, campaign_id)
    assert again is not None
    assert [part.revenue["EUR"] for part in again.parts] == parts


@pytest.mark.parametrize(("days", "counted"), [(6.9, 1), (7.1, 0)])
def test_who_is_held_out_counts_within_the_same_window(database_url: str, days: float, counted: int) -> None:
    run = WrittenLedger(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute("insert into plan_pages values (1, -1, -1, '\\x00', '\\x00', '\\x01', '{held}')")
    run.say((1, F.DELIVERED, "d"), at=NOON)
    counting(database_url, run.campaign_id, "last_touch")
    at = NOON + timedelta(days=days)
    order(database_url, [("u1", at, "10.00"), ("held", at, "10.00")])
    figures = run.figures()
    assert [figures.get(kind, (0,))[0] for kind in ("converted", "holdout_converted")] == [counted, counted]
    again = attributed(database_url, run.campaign_id)
    assert again is not None
    assert (again.credited, again.held_out, again.uncredited) == (counted, counted, 2 - 2 * counted)
