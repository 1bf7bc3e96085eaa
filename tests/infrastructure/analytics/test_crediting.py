"""Orders credited as they come: money to the cent, and one window for those written to and those held out."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from msgspec.structs import replace
from tests.infrastructure.analytics.test_metrics_follower import fold
from tests.infrastructure.analytics.test_reattribution import CALLER, attributed
from tests.support.ledgers import NOON, WrittenLedger

from campaigns.application.analytics.added import Sides
from campaigns.application.analytics.figures import Dimension
from campaigns.application.shared.context import Caller
from campaigns.domain.delivery.numbers import FactKind as F
from campaigns.domain.experiment.arms import Revenue
from campaigns.domain.shared.errors import NotFoundError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.analytics.attributing import Attribution
from campaigns.infrastructure.analytics.figures import PostgresFigures
from campaigns.infrastructure.analytics.spending import PostgresSpending
from campaigns.infrastructure.campaign.experiment_statements import REVENUE
from campaigns.infrastructure.eventstore import News
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import SystemClock

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
            assert await Attribution(database, SystemClock(), News(database)).step() == len(orders)

    asyncio.run(work_off())
    fold(url)


def shown(url: str, campaign_id: UUID, *by: Dimension) -> list[Any]:
    async def read() -> list[Any]:
        async with Database(url) as database:
            return await PostgresFigures(database).of(campaign_id, CALLER, by=by)

    return asyncio.run(read())


def spent_in(url: str, campaign_id: UUID, caller: Caller) -> Mapping[str, Sides]:
    async def read() -> Mapping[str, Sides]:
        async with Database(url) as database:
            return await PostgresSpending(database).of(campaign_id, caller)

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


def test_a_purchase_shared_by_three_runs_counts_a_third_of_its_money_in_the_test_of_each(database_url: str) -> None:
    campaign_id = uuid4()
    counting(database_url, campaign_id, "linear")
    for number in (1, 2, 3):
        run = WrittenLedger(database_url, execution_no=number, campaign_id=campaign_id)
        run.say((1, F.DELIVERED, "d1"), (2, F.DELIVERED, "d2"), at=NOON + timedelta(hours=number))
    order(database_url, [("u1", NOON + timedelta(days=1), "10.00"), ("u2", NOON + timedelta(days=1), "0.02")])
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(REVENUE, {"tenant": "acme", "campaign": campaign_id, "no": 1}).fetchall()
        assert sorted(rows) == [(0, 1, Decimal("3.33"), Decimal("11.0889")), (1, 1, Decimal("0.00"), Decimal(0))]
        of_before = '{"amount": "12345678901234.56", "weight": 3333, "currency": "EUR"}'
        (credited,) = connection.execute("select credited_amount(%s)", (of_before,)).fetchone() or ()
    assert credited == Decimal("12345678901234.56") * 3333 / 10_000


def test_spending_is_summed_by_person_for_both_sides_and_told_to_nobody_else(database_url: str) -> None:
    run = WrittenLedger(database_url)
    run.say((1, F.DELIVERED, "d1"), (2, F.DELIVERED, "d2"), ranges=[(1, 10)])
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into plan_pages values (1, -1, -2, '\\x0001', '\\x0000', '\\x0201', '{tested,held}')"
        )
        connection.execute("update executions set holdout = 1, control = 1")
    counting(database_url, run.campaign_id, "last_touch")
    at = NOON + timedelta(days=1)
    orders = [("u1", at, "10.00"), ("u1", at, "5.00"), ("u2", at, "1.00"), ("held", at, "2.00"), ("tested", at, "9.00")]
    order(database_url, orders)

    both = spent_in(database_url, run.campaign_id, CALLER)["EUR"]
    spent = [(side.people, side.successes, side.revenue) for side in (both.treated, both.held_out)]
    assert spent == [
        (10, 2, Revenue(total=Decimal(16), squares=Decimal(226))),
        (1, 1, Revenue(total=Decimal(2), squares=Decimal(4))),
    ]
    stranger = replace(CALLER, tenant_id=TenantId("other"))
    assert spent_in(database_url, run.campaign_id, stranger) == {}
    with pytest.raises(NotFoundError):
        attributed(database_url, run.campaign_id, caller=stranger)
    with psycopg.connect(database_url) as connection:
        assert connection.execute(REVENUE, {"tenant": "other", "campaign": run.campaign_id, "no": 1}).fetchall() == []


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
