"""Who is served next, measured on a real ledger: every claim is worked off before the next one is made."""

import uuid
from collections import Counter
from datetime import UTC, datetime

import psycopg
import pytest

from campaigns.application.delivery.ledger import Claim, Counts, Entry, Report
from campaigns.infrastructure.delivery.ledger import PostgresLedger
from campaigns.infrastructure.postgres.database import Database

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)
SIZE = 1_000


def _start(url: str, tenant: str, number: int, batches: int) -> None:
    """A running execution with so many batches of a thousand, all released."""
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        connection.execute(
            "insert into executions (tenant_id, execution_id, execution_no, campaign_id, kind, status, planned_for,"
            " audience, created_at) values (%s, %s, %s, %s, 'manual', 'running', %s, %s, %s)",
            (tenant, uuid.uuid4(), number, uuid.uuid4(), NOW, batches * SIZE, NOW),
        )
        connection.execute(
            "insert into batches (tenant_id, execution_no, batch_no, seq_from, seq_to, release_at, intended_to)"
            " select %s, %s, n, (n - 1) * 1000 + 1, n * 1000, %s, (n - 1) * 1000 from generate_series(1, %s) n",
            (tenant, number, NOW, batches),
        )


def _weigh(url: str, tenant: str, weight: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("set role campaigns_system")
        connection.execute(
            "insert into tenants (tenant_id, name, limits) values (%s, %s, jsonb_build_object('sending_weight', %s::int))",
            (tenant, tenant, weight),
        )


async def _work_off(ledger: PostgresLedger, claim: Claim) -> None:
    sent = claim.seq_to - claim.intended_to
    await ledger.append(claim, Entry(number=1, report=Report(counts=Counts(sent=sent))), 15)
    await ledger.give_back(claim)


async def _served(ledger: PostgresLedger, claims: int, lanes: int = 1) -> list[Claim]:
    """The next claims in their order, of so many lanes that each work on one batch at a time."""
    held: list[Claim] = []
    found: list[Claim] = []
    for _ in range(claims):
        claim = await ledger.claim("w", 15)
        assert claim is not None
        held.append(claim)
        found.append(claim)
        if len(held) == lanes:
            await _work_off(ledger, held.pop(0))
    for claim in held:
        await _work_off(ledger, claim)
    return found


async def test_a_tenant_with_one_campaign_is_served_as_much_as_one_with_twenty(database_url: str) -> None:
    for number in range(1, 21):
        _start(database_url, "many", number, batches=10)
    _start(database_url, "one", 21, batches=100)
    async with Database(database_url) as database:
        shares = Counter(claim.tenant_id for claim in await _served(PostgresLedger(database), 100))
    assert shares == {"many": 50, "one": 50}


async def test_lanes_side_by_side_share_as_evenly(database_url: str) -> None:
    for number in range(1, 21):
        _start(database_url, "many", number, batches=10)
    _start(database_url, "one", 21, batches=100)
    async with Database(database_url) as database:
        shares = Counter(claim.tenant_id for claim in await _served(PostgresLedger(database), 100, lanes=4))
    assert abs(shares["many"] - shares["one"]) <= 4


async def test_a_tenant_of_three_times_the_weight_is_served_three_times_as_much(database_url: str) -> None:
    _weigh(database_url, "heavy", 3)
    _start(database_url, "heavy", 1, batches=100)
    _start(database_url, "light", 2, batches=100)
    async with Database(database_url) as database:
        shares = Counter(claim.tenant_id for claim in await _served(PostgresLedger(database), 100))
    assert abs(shares["heavy"] - 75) <= 1


async def test_who_comes_after_a_million_messages_waits_for_no_more_than_the_batch_in_hand(database_url: str) -> None:
    _start(database_url, "huge", 1, batches=1_000)
    async with Database(database_url) as database:
        ledger = PostgresLedger(database)
        await _served(ledger, 30)
        _start(database_url, "small", 2, batches=1)
        assert (await _served(ledger, 1))[0].tenant_id == "small"


async def test_a_small_campaign_beside_a_huge_one_of_the_same_tenant_is_next(database_url: str) -> None:
    _start(database_url, "acme", 1, batches=1_000)
    async with Database(database_url) as database:
        ledger = PostgresLedger(database)
        first, second = await ledger.claim("w.0", 15), await ledger.claim("w.1", 15)
        assert first is not None
        assert second is not None
        _start(database_url, "acme", 2, batches=1)
        await _work_off(ledger, first)
        assert (await _served(ledger, 1))[0].execution_no == 2


async def test_who_was_away_saves_up_no_claim_on_the_workers(database_url: str) -> None:
    _start(database_url, "back", 1, batches=1)
    _start(database_url, "always", 2, batches=1_000)
    async with Database(database_url) as database:
        ledger = PostgresLedger(database)
        await _served(ledger, 60)
        _start(database_url, "back", 3, batches=1_000)
        shares = Counter(claim.tenant_id for claim in await _served(ledger, 20))
    assert abs(shares["back"] - 10) <= 1
