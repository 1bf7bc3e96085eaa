"""The history of conversions under every model: exact, and without touching a fact."""

import asyncio
import random
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from tests.infrastructure.analytics.test_metrics_follower import fold
from tests.support.ledgers import NOON, WrittenLedger

from campaigns.application.analytics.reattributing import Attributed
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.analytics.attribution import AttributionModel as Model
from campaigns.domain.analytics.attribution import Touchpoint, shares
from campaigns.domain.delivery.numbers import FactKind as F
from campaigns.domain.shared.errors import NotFoundError
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.analytics.attributing import Attribution
from campaigns.infrastructure.analytics.reattribution import PostgresReattribution
from campaigns.infrastructure.eventstore import News
from campaigns.infrastructure.postgres.database import Database
from campaigns.infrastructure.system import SystemClock

PEOPLE = 2_000


class History:
    """Three runs to the same people, touches at random, and orders."""

    def __init__(self, url: str, conversions: int) -> None:
        self.url, self.campaign_id = url, uuid4()
        chance = random.Random(11)
        runs = [WrittenLedger(url, PEOPLE, number, campaign_id=self.campaign_id) for number in (1, 2, 3)]
        self.touches: dict[int, list[Touchpoint]] = defaultdict(list)
        for day in range(8):
            run = runs[day % 3]
            seqs = chance.sample(range(1, PEOPLE + 1), 700)
            kind, at = chance.choice([F.DELIVERED, F.CLICKED]), NOON + timedelta(days=day, minutes=day)
            self._say(run.execution_no, seqs, kind, at)
            for seq in seqs:
                self.touches[seq].append(Touchpoint(run.execution_no, seq, at))
        self.orders = [
            (
                f"o{n}",
                chance.randint(1, PEOPLE),
                NOON + timedelta(minutes=chance.randint(0, 12 * 1440)),
                Decimal(n) / 100,
            )
            for n in range(conversions)
        ]
        self._store()

    def _say(self, execution_no: int, seqs: list[int], kind: F, at: datetime) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute("set role campaigns_system")
            connection.execute("update ledger_head set append_no = append_no + 1")
            connection.execute(
                "insert into message_facts (append_no, execution_no, seq, kind, at, source_event_id)"
                " select append_no, %s, seq, %s, %s, 't' || seq from ledger_head, unnest(%s::integer[]) seq",
                (execution_no, int(kind), at, seqs),
            )

    def _store(self) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(
                "update plan_pages p set user_ids = (select array_agg('u' || lpad(n::text, 6, '0') order by n)"
                " from generate_series(p.seq_from, p.seq_from + length(p.variants) - 1) n)"
            )
            connection.execute(
                "insert into events values (1, 'acme', %s, 1, 'campaign.created', %s, '{}')",
                (self.campaign_id, uuid4()),
            )
            connection.execute(
                "insert into conversion_rules values ('acme', %s, 'order', 7, 'last_touch')", (self.campaign_id,)
            )
            with connection.cursor() as cursor:
                cursor.executemany(
                    "insert into conversions (tenant_id, source_event_id, user_id, event_type, at, amount, currency,"
                    " received_at) values ('acme', %s, %s, 'order', %s, %s, 'EUR', now())",
                    [(source, f"u{seq:06d}", at, amount) for source, seq, at, amount in self.orders],
                )

    def expected(self, model: Model, days: int) -> dict[tuple[int, int], tuple[int, Decimal]]:
        """By run and variant: weight in ten-thousandths, revenue."""
        found: dict[tuple[int, int], tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal(0)))
        for _, seq, at, amount in self.orders:
            credited = shares(self.touches[seq], at, days, model)
            left = amount
            for place, share in enumerate(credited, start=1):
                cents = amount * 100 * share.weight // 10_000 / 100 if place < len(credited) else left
                left -= cents
                key = share.execution_no, (seq - 1) % 2
                weight, revenue = found[key]
                found[key] = weight + share.weight, revenue + cents
        return dict(found)

    def facts(self) -> list[Any]:
        with psycopg.connect(self.url) as connection:
            connection.execute("set role campaigns_system")
            return connection.execute("select * from message_facts order by append_no, seq, source_event_id").fetchall()


CALLER = Caller(
    tenant_id=TenantId("acme"), principal="ada", scopes=frozenset(Scope), command_id=uuid4(), correlation_id="c"
)


def attributed(
    url: str, campaign_id: UUID, model: Model | None = None, days: int | None = None, *, caller: Caller = CALLER
) -> Attributed | None:
    async def run() -> Attributed | None:
        async with Database(url) as database:
            return await PostgresReattribution(database)(campaign_id, model, days, caller)

    return asyncio.run(run())


def parts(found: Attributed) -> dict[str, tuple[Decimal, Decimal]]:
    """Conversions and revenue by execution and place of the variant, in a stable order."""
    return {str(n): (p.conversions, p.revenue.get("EUR", Decimal(0))) for n, p in enumerate(found.parts)}


@pytest.mark.parametrize(
    ("conversions", "model", "days"),
    [
        (10_000, Model.LINEAR, 7),
        (1_000, Model.LINEAR, 3),
        (1_000, Model.FIRST_TOUCH, 7),
        (1_000, Model.LAST_TOUCH, 7),
    ],
)
def test_a_history_is_credited_exactly(database_url: str, conversions: int, model: Model, days: int) -> None:
    history = History(database_url, conversions)
    facts = history.facts()
    found = attributed(history.url, history.campaign_id, model, days)
    assert found is not None
    expected = history.expected(model, days)
    assert parts(found) == {
        str(n): (Decimal(expected[key][0]) / 10_000, expected[key][1]) for n, key in enumerate(sorted(expected))
    }
    assert found.conversions == conversions
    assert found.credited == sum(part.conversions for part in found.parts)
    assert found.uncredited == conversions - found.credited
    assert (found.model, found.window_days, found.standing_model) == (model, days, Model.LAST_TOUCH)
    assert history.facts() == facts


def test_the_standing_model_credits_what_was_credited_as_it_happened(database_url: str) -> None:
    history = History(database_url, 1_000)

    async def work_off() -> None:
        async with Database(history.url) as database:
            attribution = Attribution(database, SystemClock(), News(database))
            while await attribution.step():
                pass

    asyncio.run(work_off())
    fold(history.url)
    found = attributed(history.url, history.campaign_id)
    assert found is not None
    with psycopg.connect(history.url) as connection:
        connection.execute("set role campaigns_system")
        (counted,) = connection.execute(
            "select sum(total) from campaign_metrics where kind = 'converted'"
        ).fetchone() or (0,)
        (earned,) = connection.execute("select sum(amount) from campaign_amounts").fetchone() or (0,)
    assert counted == found.credited
    assert earned == sum(part.revenue["EUR"] for part in found.parts)


def test_late_and_repeated_conversions_count_once_and_where_they_belong(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    ledger.say((3, F.DELIVERED, "d"), at=NOON)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into conversion_rules values ('acme', %s, 'order', 7, 'linear')", (ledger.campaign_id,)
        )
        connection.execute(
            "insert into events values (1, 'acme', %s, 1, 'campaign.created', %s, '{}')", (ledger.campaign_id, uuid4())
        )
        for source, days in (("late", 6), ("late", 6), ("too-late", 8), ("before", -1)):
            connection.execute(
                "insert into conversions (tenant_id, source_event_id, user_id, event_type, at, received_at) values"
                " ('acme', %s, 'u3', 'order', %s, now() + interval '90 days') on conflict do nothing",
                (source, NOON + timedelta(days=days)),
            )
    found = attributed(database_url, ledger.campaign_id)
    assert found is not None
    assert (found.conversions, found.credited, found.uncredited) == (3, 1, 2)
    wide = attributed(database_url, ledger.campaign_id, None, 30)
    assert wide is not None
    assert (wide.credited, wide.standing_window_days) == (2, 7)


def test_without_such_a_campaign_or_rule_there_is_nothing_to_credit(database_url: str) -> None:
    with pytest.raises(NotFoundError):
        attributed(database_url, uuid4())
    campaign_id = uuid4()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into events values (1, 'acme', %s, 1, 'campaign.created', %s, '{}')", (campaign_id, uuid4())
        )
    assert attributed(database_url, campaign_id) is None
