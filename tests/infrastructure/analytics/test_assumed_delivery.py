"""What counts as delivered where the provider reports nothing, folded from a real ledger."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from tests.infrastructure.analytics.test_metrics_follower import fold
from tests.support.ledgers import NOON, WrittenLedger

from campaigns.domain.delivery.numbers import FactKind as F
from campaigns.infrastructure.analytics.attributing import Attribution
from campaigns.infrastructure.eventstore import News
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import SystemClock

LATER = NOON + timedelta(hours=3)


def silent(url: str) -> WrittenLedger:
    return WrittenLedger(url, unreported=["email"])


def test_what_was_accepted_counts_as_delivered(database_url: str) -> None:
    ledger = silent(database_url)
    ledger.say((9, F.SENT), (10, F.FAILED), ranges=[(1, 8)])
    fold(database_url)
    assert ledger.figures() == {"sent": (9, 9, 0, 0), "delivered": (9, 9, 0, 0), "failed": (1, 1, 0, 0)}


def test_a_provider_that_reports_is_waited_for(database_url: str) -> None:
    ledger = WrittenLedger(database_url, unreported=["sms"])
    ledger.say(ranges=[(1, 8)])
    ledger.say((1, F.DELIVERED, "a"))
    fold(database_url)
    assert ledger.figures() == {"sent": (8, 8, 0, 0), "delivered": (1, 1, 0, 0)}


@pytest.mark.parametrize("at_once", [True, False])
def test_a_bounce_is_taken_from_the_hour_of_its_sending(database_url: str, *, at_once: bool) -> None:
    ledger = silent(database_url)
    ledger.say(ranges=[(1, 8)])
    if not at_once:
        fold(database_url)
    ledger.say((3, F.BOUNCED, "a", {"hard": True}), (4, F.BOUNCED, "b", {"hard": False}), at=LATER)
    ledger.say((3, F.BOUNCED, "c", {"hard": False}), at=LATER)
    fold(database_url)
    assert ledger.figures()["delivered"] == (6, 6, 0, 0)
    assert {cell[4] for cell in ledger.cells() if cell[3] == "delivered"} == {NOON}


def test_a_bounce_that_is_heard_of_before_the_sending_counts_too(database_url: str) -> None:
    ledger = silent(database_url)
    ledger.say((3, F.BOUNCED, "a"))
    ledger.say(ranges=[(1, 8)])
    fold(database_url)
    assert ledger.figures()["delivered"] == (7, 7, 0, 0)


@pytest.mark.parametrize("at_once", [True, False])
def test_an_explicit_report_wins_and_counts_once(database_url: str, *, at_once: bool) -> None:
    ledger = silent(database_url)
    ledger.say(ranges=[(1, 2)])
    if not at_once:
        fold(database_url)
    ledger.say((1, F.DELIVERED, "a"), at=LATER)
    ledger.say((1, F.DELIVERED, "b"), at=LATER)
    fold(database_url)
    assert ledger.figures()["delivered"] == (2, 2, 0, 0)
    assert {cell[4] for cell in ledger.cells() if cell[3] == "delivered"} == {NOON, LATER}


def test_a_message_that_failed_after_all_was_not_delivered(database_url: str) -> None:
    ledger = silent(database_url)
    ledger.say(ranges=[(1, 8)])
    fold(database_url)
    ledger.say((3, F.FAILED))
    fold(database_url)
    assert ledger.figures()["delivered"] == (7, 7, 0, 0)


def attributed(ledger: WrittenLedger, *users: str) -> list[int]:
    """The seqs of the messages that are credited with one order of each of these people."""
    with psycopg.connect(ledger.url) as connection:
        connection.execute("set role campaigns_system")
        connection.execute(
            "insert into conversion_rules values (%s, %s, 'order', 7, 'last_touch')",
            (ledger.tenant, ledger.campaign_id),
        )
        for user in users:
            connection.execute(
                "insert into conversions (tenant_id, source_event_id, user_id, event_type, at, received_at)"
                " values (%s, %s, %s, 'order', %s, %s)",
                (ledger.tenant, f"order-{user}", user, LATER, LATER),
            )

    async def run() -> None:
        async with Database(ledger.url) as database:
            assert await Attribution(database, SystemClock(), News(database)).step() == len(users)

    asyncio.run(run())
    with psycopg.connect(ledger.url) as connection:
        connection.execute("set role campaigns_system")
        rows = connection.execute("select seq from message_facts where kind = %s order by seq", (int(F.CONVERTED),))
        return [seq for (seq,) in rows.fetchall()]


def test_an_order_is_credited_to_a_mail_that_was_accepted_and_did_not_bounce(database_url: str) -> None:
    ledger = silent(database_url)
    ledger.say((5, F.FAILED), ranges=[(1, 4)])
    ledger.say((3, F.BOUNCED, "b"))
    ledger.say((6, F.SENT))
    assert attributed(ledger, "u1", "u3", "u5", "u6", "u9") == [1, 6]


def test_without_a_report_nothing_is_credited_where_deliveries_are_reported(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say((2, F.DELIVERED, "d"), ranges=[(1, 4)])
    assert attributed(ledger, "u1", "u2") == [2]
