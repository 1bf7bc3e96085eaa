"""Variants by id and name, for the rest of a test, too."""

import asyncio
import json

import psycopg
from tests.support.ledgers import WrittenLedger

from campaigns.domain.delivery.brief import rest_id
from campaigns.infrastructure.nats.named_variants import Variants, as_planned, variants_of

SHORT, LONG = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2))


def found(ledger: WrittenLedger, *variants: tuple[str, str]) -> Variants:
    brief = {"variants": [{"variant_id": variant_id, "name": name} for variant_id, name in variants]}

    async def ask() -> Variants:
        async with await psycopg.AsyncConnection.connect(ledger.url) as connection:
            await connection.execute("set role campaigns_system")
            await connection.execute("update executions set brief = %s", (json.dumps(brief),))
            return await variants_of(connection, [ledger.execution_no])

    return asyncio.run(ask())


def names(variants: Variants) -> dict[int, str]:
    return {number: variant.name for (_, number), variant in variants.items()}


def test_the_rest_has_no_variant_until_it_gets_the_winner(database_url: str) -> None:
    ledger = WrittenLedger(database_url)
    waiting = found(ledger, (SHORT, "Short"), (LONG, "rest"), (str(rest_id(ledger.campaign_id)), "rest"))
    assert names(waiting) == {0: "Short", 1: "rest"}
    decided = found(ledger, (SHORT, "Short"), (LONG, "rest"), (LONG, "rest"))
    assert names(decided) == {0: "Short", 1: "rest", 2: "rest"}
    assert as_planned(decided) == waiting


def test_a_campaign_without_variants_has_none(database_url: str) -> None:
    assert not found(WrittenLedger(database_url))
