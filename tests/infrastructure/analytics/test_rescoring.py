"""The past judged again: a machine is known by what its hits tell together, and the facts stay as they are."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from tests.infrastructure.analytics.test_metrics_follower import fold, rebuild
from tests.support.ledgers import NOON, WrittenLedger

from campaigns.application.analytics.rescoring import JudgedHits, UnknownRulesError
from campaigns.domain.delivery.numbers import FactKind as F
from campaigns.domain.shared.errors import InvalidError
from campaigns.infrastructure.analytics.judgements import PostgresJudgements
from campaigns.infrastructure.analytics.metrics.rebuilding import refold, switch_to
from campaigns.infrastructure.postgres.database import Database

BROWSER = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15"


def seen(link: int | None = None, visitor: str = "aa", **more: Any) -> dict[str, Any]:
    """What our own tracking writes down of a hit."""
    return {"user_agent": BROWSER, "address_hash": visitor, **({} if link is None else {"link": link}), **more}


def at(seconds: float) -> Any:
    return NOON + timedelta(seconds=seconds)


def refolded(url: str, rules: int) -> None:
    async def run() -> None:
        async with Database(url) as database:
            await refold(database, rules)

    asyncio.run(run())


def switched(url: str, rules: int) -> int:
    async def run() -> int:
        async with Database(url) as database:
            return await switch_to(database, rules)

    return asyncio.run(run())


def judged(url: str) -> list[JudgedHits]:
    async def run() -> list[JudgedHits]:
        async with Database(url) as database:
            return await PostgresJudgements(database).of_all()

    return asyncio.run(run())


@pytest.fixture
def ledger(database_url: str) -> WrittenLedger:
    return WrittenLedger(database_url)


@pytest.mark.parametrize("at_once", [True, False])
def test_who_follows_three_links_within_seconds_is_a_machine_from_the_first_on(
    database_url: str, ledger: WrittenLedger, *, at_once: bool
) -> None:
    for link in range(3):
        ledger.say((1, F.CLICKED, f"c{link}", seen(link)), at=at(60 + link))
        if not at_once:
            fold(database_url)
    fold(database_url)
    assert ledger.figures() == {"clicked": (0, 0, 3, 1)}


def test_three_links_in_a_minute_are_a_person_and_so_is_one_link_three_times(
    database_url: str, ledger: WrittenLedger
) -> None:
    for number in range(3):
        ledger.say((1, F.CLICKED, f"a{number}", seen(number)), at=at(60 + 20 * number))
        ledger.say((2, F.CLICKED, f"b{number}", seen(7)), at=at(60 + number))
    fold(database_url)
    assert ledger.figures() == {"clicked": (6, 2, 0, 0)}


@pytest.mark.parametrize("at_once", [True, False])
def test_an_open_within_a_second_of_the_delivery_is_a_machine_even_if_the_delivery_is_told_later(
    database_url: str, ledger: WrittenLedger, *, at_once: bool
) -> None:
    ledger.say((1, F.OPENED, "a", seen()), (2, F.OPENED, "b", seen()), at=at(10.8))
    if not at_once:
        fold(database_url)
        assert ledger.figures() == {"opened": (2, 2, 0, 0)}
    ledger.say((1, F.DELIVERED, "d"), at=at(10))
    ledger.say((2, F.DELIVERED, "e"), at=at(5))
    fold(database_url)
    assert ledger.figures() == {"opened": (1, 1, 1, 1), "delivered": (2, 2, 0, 0)}


@pytest.mark.parametrize("at_once", [True, False])
def test_where_nobody_reports_deliveries_the_sending_counts(database_url: str, *, at_once: bool) -> None:
    ledger = WrittenLedger(database_url, unreported=["email"])
    ledger.say((1, F.OPENED, "a", seen()), at=at(0.3))
    if not at_once:
        fold(database_url)
    ledger.say(ranges=[(1, 4)], at=at(0))
    ledger.say((2, F.OPENED, "b", seen()), at=at(0.4))
    ledger.say((3, F.OPENED, "c", seen()), at=at(40))
    fold(database_url)
    assert ledger.figures()["opened"] == (1, 1, 2, 2)


def test_who_follows_the_hidden_link_betrays_its_other_hits(database_url: str, ledger: WrittenLedger) -> None:
    ledger.say((1, F.OPENED, "a", seen(visitor="aa")), (1, F.CLICKED, "b", seen(1, "bb")), at=at(100))
    ledger.say((1, F.TRAPPED, "t", seen(visitor="cc")), at=at(130))
    ledger.say((1, F.OPENED, "c", seen(visitor="cc")), (1, F.OPENED, "d", seen(visitor="dd")), at=at(9_000))
    fold(database_url)
    assert ledger.figures() == {"opened": (1, 1, 2, 1), "clicked": (0, 0, 1, 1)}


def test_times_that_a_provider_tells_accuse_nobody(database_url: str, ledger: WrittenLedger) -> None:
    reported = {"user_agent": BROWSER, "provider": "acme"}
    ledger.say(
        (1, F.DELIVERED, "d"), *((1, F.CLICKED, f"c{n}", reported | {"url": f"https://x/{n}"}) for n in range(4))
    )
    fold(database_url)
    assert ledger.figures()["clicked"] == (4, 1, 0, 0)


def test_clients_that_fetch_ahead_say_so(database_url: str, ledger: WrittenLedger) -> None:
    ledger.say((1, F.OPENED, "a", seen(purpose="prefetch;prerender")), (2, F.OPENED, "b", seen(purpose="navigate")))
    fold(database_url)
    assert ledger.figures() == {"opened": (1, 1, 1, 1)}


def test_the_past_is_scored_again_beside_the_figures_that_stand_and_then_switched(
    database_url: str, ledger: WrittenLedger
) -> None:
    rebuild(database_url, rules=2)
    for link in range(3):
        ledger.say((1, F.CLICKED, f"c{link}", seen(link)), at=at(60 + link))
    fold(database_url)
    facts = _facts(database_url)
    refolded(database_url, 3)
    assert ledger.figures() == {"clicked": (3, 1, 0, 0)}
    two, three = judged(database_url)
    assert [
        (v.rules, v.standing, v.variants[0].clicked.people, v.variants[0].clicked.machines) for v in (two, three)
    ] == [
        (2, True, 1, 0),
        (3, False, 0, 1),
    ]
    ledger.say((2, F.CLICKED, "later", seen(1)), at=at(200))
    assert switched(database_url, 3) == 1
    assert ledger.figures() == {"clicked": (1, 1, 3, 1)}
    assert [(version.rules, version.standing) for version in judged(database_url)] == [(3, True)]
    assert _facts(database_url)[:3] == facts


def test_rules_that_nothing_was_scored_by_cannot_be_switched_to(database_url: str, ledger: WrittenLedger) -> None:
    with pytest.raises(UnknownRulesError, match="nothing was re-scored by rules 1"):
        switched(database_url, 1)
    with pytest.raises(UnknownRulesError, match="there are no rules 99"):
        refolded(database_url, 99)
    assert issubclass(UnknownRulesError, InvalidError), (
        "whoever asks for them is told, and nothing is logged as a fault"
    )


@pytest.mark.parametrize("unreported", [(), ("email",)])
@pytest.mark.parametrize("seed", range(6))
def test_the_figures_do_not_depend_on_when_they_were_folded(
    database_url: str, seed: int, unreported: tuple[str, ...]
) -> None:
    chance = random.Random(seed)
    ledger = WrittenLedger(database_url, people=12, unreported=unreported)
    kinds = [F.SENT, F.FELL_BACK, F.DELIVERED, F.OPENED, F.CLICKED, F.CLICKED, F.TRAPPED]
    ledger.say(ranges=[(1, 6)])
    for round_number in range(25):
        said = {}
        for _ in range(chance.randint(1, 6)):
            seq, kind = chance.randint(1, 12), chance.choice(kinds)
            detail = {"channel": 1} if kind is F.FELL_BACK else seen(chance.randint(1, 4), chance.choice("abc"))
            said[seq, kind >= F.OPENED and kind] = (seq, kind, chance.choice("pqrst"), detail)
        ledger.say(*said.values(), at=at(round_number * chance.choice([0.5, 1, 700])))
        if chance.random() < 0.5:
            fold(database_url)
    fold(database_url)
    incremental = ledger.cells()
    assert any(cell[7] for cell in incremental)
    rebuild(database_url)
    assert ledger.cells() == incremental


def _facts(url: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        return connection.execute("select * from message_facts order by append_no, seq").fetchall()
