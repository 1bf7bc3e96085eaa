"""Figures folded from a real ledger."""

import asyncio
import random
from datetime import timedelta

import psycopg
import pytest
from prometheus_client import CollectorRegistry
from tests.support.ledgers import NOON, WrittenLedger

from campaigns.domain.analytics.machines import MACHINE_RULES
from campaigns.domain.delivery.numbers import FactKind as F
from campaigns.infrastructure.analytics.metrics.follower import MetricsFollower
from campaigns.infrastructure.analytics.metrics.rebuilding import rebuild_metrics
from campaigns.infrastructure.eventstore import News
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.telemetry.instruments import Instruments

SMS = {"channel": 1, "tries": 1}


def fold(url: str) -> None:
    async def run() -> None:
        async with Database(url) as database:
            follower = MetricsFollower(database, Instruments(CollectorRegistry()), News(database))
            while await follower.step():
                pass

    asyncio.run(run())


def rebuild(url: str, rules: int | None = None) -> int:
    async def run() -> int:
        async with Database(url) as database:
            return await rebuild_metrics(database, rules)

    return asyncio.run(run())


def test_a_sent_range_counts_everybody_in_it(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say(ranges=[(1, 8)])
    fold(database_url)
    assert ledger.figures() == {"sent": (8, 8, 0, 0)}


def test_a_message_that_failed_after_all_is_no_longer_sent(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say(ranges=[(1, 8)])
    ledger.say((3, F.FAILED))
    fold(database_url)
    assert ledger.figures() == {"sent": (7, 7, 0, 0), "failed": (1, 1, 0, 0)}


def test_a_fact_overrides_the_range_of_its_own_append(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say((3, F.UNCERTAIN), ranges=[(1, 8)])
    fold(database_url)
    assert ledger.figures() == {"sent": (7, 7, 0, 0), "uncertain": (1, 1, 0, 0)}


def test_an_uncertain_message_that_is_sent_again_counts_as_sent_once(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say((3, F.UNCERTAIN))
    fold(database_url)
    ledger.say((3, F.RESENT))
    ledger.say((3, F.SENT))
    fold(database_url)
    assert ledger.figures() == {"sent": (1, 1, 0, 0)}


def test_the_same_source_event_counts_once_wherever_it_comes_again(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say((1, F.OPENED, "a"), (1, F.OPENED, "a"), (1, F.OPENED, "b"))
    fold(database_url)
    ledger.say((1, F.OPENED, "a"), (1, F.OPENED, "c"), (2, F.OPENED, "a"))
    fold(database_url)
    assert ledger.figures() == {"opened": (4, 2, 0, 0)}


def test_a_message_is_delivered_once_however_often_it_is_said(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say((1, F.DELIVERED, "a"), (1, F.DELIVERED, "b"))
    ledger.say((1, F.DELIVERED, None), (2, F.DELIVERED, None))
    fold(database_url)
    assert ledger.figures() == {"delivered": (2, 2, 0, 0)}


def test_hard_and_soft_bounces_are_told_apart(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say((1, F.BOUNCED, None, {"hard": True}), (2, F.BOUNCED, None, {"hard": False}), (3, F.BOUNCED))
    fold(database_url)
    assert ledger.figures() == {"bounced_hard": (2, 2, 0, 0), "bounced_soft": (1, 1, 0, 0)}


def test_machines_are_counted_apart_from_people(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say((1, F.OPENED, "a", {"user_agent": "SomeBot/1.0"}), (1, F.OPENED, "b", {"user_agent": "Thunderbird"}))
    fold(database_url)
    assert ledger.figures() == {"opened": (1, 1, 1, 1)}


def test_another_version_of_the_rules_scores_the_past_again(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say((1, F.CLICKED, "a", {"user_agent": "Mozilla/5.0 Barracuda Sentinel"}))
    rebuild(database_url, rules=1)
    assert ledger.figures() == {"clicked": (1, 1, 0, 0)}
    rebuild(database_url, rules=2)
    assert ledger.figures() == {"clicked": (0, 0, 1, 1)}


def test_new_hits_are_judged_by_the_newest_rules(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select rules from metric_generations").fetchone() == (max(MACHINE_RULES),)
    ledger.say((1, F.CLICKED, "a", {"user_agent": "Mozilla/5.0 Barracuda Sentinel"}))
    ledger.say((2, F.OPENED, "b", {"user_agent": "Thunderbird", "method": "HEAD"}))
    fold(database_url)
    assert ledger.figures() == {"clicked": (0, 0, 1, 1), "opened": (0, 0, 1, 1)}


def test_figures_stand_in_the_hour_and_variant_they_belong_to(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say((1, F.OPENED, "a"), at=NOON + timedelta(minutes=59))
    ledger.say((2, F.OPENED, "b"), at=NOON + timedelta(minutes=60))
    fold(database_url)
    assert [(cell[1], cell[4]) for cell in ledger.cells()] == [(0, NOON), (1, NOON + timedelta(hours=1))]


def test_a_fold_goes_across_pages(database_url: str) -> None:
    ledger = WrittenLedger(database_url, people=70_000)
    ledger.say(ranges=[(1, 70_000)])
    ledger.say((65_535, F.FAILED), (65_536, F.FAILED), (65_537, F.FAILED))
    fold(database_url)
    assert ledger.figures() == {"sent": (69_997, 69_997, 0, 0), "failed": (3, 3, 0, 0)}


@pytest.mark.parametrize("unreported", [(), ("email",)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_rebuild_equals_the_incremental_fold(database_url: str, seed: int, unreported: tuple[str, ...]) -> None:
    chance = random.Random(seed)
    ledger = WrittenLedger(database_url, people=40, unreported=unreported)
    kinds = [F.SENT, F.FAILED, F.UNCERTAIN, F.FELL_BACK, F.DELIVERED, F.BOUNCED, F.OPENED, F.CLICKED, F.UNSUBSCRIBED]
    ledger.say(ranges=[(1, 15)])
    for round_number in range(12):
        facts = [
            (chance.randint(1, 40), chance.choice(kinds), chance.choice(["a", "b", "c", None]))
            for _ in range(chance.randint(1, 9))
        ]
        one_word_each = {
            (seq, kind >= F.OPENED and kind): (seq, kind, source, SMS if kind is F.FELL_BACK else None)
            for seq, kind, source in facts
        }
        ledger.say(*one_word_each.values(), at=NOON + timedelta(minutes=17 * round_number))
        if chance.random() < 0.6:
            fold(database_url)
    fold(database_url)
    incremental = ledger.cells()
    assert incremental
    rebuild(database_url)
    assert ledger.cells() == incremental


def test_a_rebuild_folds_everything_and_leaves_nothing_of_the_former_generation(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say((1, F.OPENED, "a"))
    ledger.say((2, F.OPENED, "a"))
    fold(database_url)
    assert rebuild(database_url) == 2
    ledger.say((3, F.OPENED, "a"))
    fold(database_url)
    assert ledger.figures() == {"opened": (3, 3, 0, 0)}


def by_channel(ledger: WrittenLedger) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for _, _, channel, kind, _, _, uniques, *_ in ledger.cells():
        found[kind, channel] = found.get((kind, channel), 0) + uniques
    return {key: count for key, count in found.items() if count}


@pytest.mark.parametrize("at_once", [True, False])
def test_a_message_that_another_channel_took_over_counts_for_that_one(database_url: str, *, at_once: bool) -> None:
    ledger = WrittenLedger(database_url)
    for hour, facts in enumerate(
        (
            [(1, F.UNCERTAIN), (1, F.OPENED, "before"), (2, F.SENT)],
            [(1, F.FELL_BACK, None, SMS)],
            [(1, F.SENT, None, SMS)],
            [(1, F.DELIVERED, "d"), (2, F.DELIVERED, "d")],
            [(1, F.CLICKED, "c")],
        )
    ):
        ledger.say(*facts, at=NOON + timedelta(hours=hour))
        if not at_once:
            fold(database_url)
    fold(database_url)
    expected = {("sent", 0): 1, ("sent", 1): 1, ("opened", 0): 1}
    assert by_channel(ledger) == expected | {("delivered", 0): 1, ("delivered", 1): 1, ("clicked", 1): 1}


def test_what_was_assumed_delivered_by_the_second_channel_is_taken_back_from_it(database_url: str) -> None:
    ledger = WrittenLedger(database_url, unreported=["sms"])
    ledger.say((1, F.FELL_BACK, None, SMS), (2, F.FELL_BACK, None, SMS))
    ledger.say((1, F.SENT, None, SMS), (2, F.SENT, None, SMS))
    fold(database_url)
    assert by_channel(ledger) == {("sent", 1): 2, ("delivered", 1): 2}
    ledger.say((1, F.BOUNCED, "b", {"hard": True}))
    fold(database_url)
    assert by_channel(ledger) == {("sent", 1): 2, ("delivered", 1): 1, ("bounced_hard", 1): 1}
