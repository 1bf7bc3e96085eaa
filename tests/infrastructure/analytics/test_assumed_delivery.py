"""What counts as delivered where the provider reports nothing, folded from a real ledger."""

from datetime import timedelta

import pytest
from tests.infrastructure.analytics.test_metrics_follower import fold
from tests.support.ledgers import NOON, WrittenLedger

from campaigns.domain.delivery.numbers import FactKind as F

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
