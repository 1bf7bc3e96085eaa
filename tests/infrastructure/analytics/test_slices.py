"""The ledger is folded in parts of a bounded size, whatever waits in it."""

from collections.abc import Sequence

import psycopg
import pytest
from tests.support.ledgers import WrittenLedger

from campaigns.infrastructure.analytics.metrics.slices import LedgerSlice, next_slice

pytestmark = pytest.mark.anyio
SENT = [(first, first + 999) for first in range(1, 10_000, 1_000)]
DELIVERED = 6


async def slices(url: str, *, rows: int, people: int) -> Sequence[LedgerSlice]:
    found = [LedgerSlice(0, 0)]
    async with await psycopg.AsyncConnection.connect(url) as connection:
        await connection.execute("set role campaigns_system")
        while not (part := await next_slice(connection, found[-1].up_to, rows, people)).is_empty:
            found.append(part)
    return found[1:]


async def test_stretches_without_a_single_fact_come_in_parts(database_url: str) -> None:
    ledger = WrittenLedger(database_url, people=10_000)
    for stretch in SENT:
        ledger.say(ranges=[stretch])
    found = await slices(database_url, rows=100, people=3_000)
    assert [len(part.ranges) for part in found] == [3, 3, 3, 1]
    assert sorted((one.seq_from, one.seq_to) for part in found for one in part.ranges) == SENT


async def test_stretches_before_the_first_fact_come_in_parts_too(database_url: str) -> None:
    ledger = WrittenLedger(database_url, people=10_000)
    for stretch in SENT:
        ledger.say(ranges=[stretch])
    ledger.say(*((seq, DELIVERED) for seq in range(1, 6)))
    found = await slices(database_url, rows=5, people=5_000)
    assert [(len(part.ranges), len(part.facts)) for part in found] == [(5, 0), (5, 0), (0, 5)]


async def test_many_small_stretches_are_counted_as_rows(database_url: str) -> None:
    ledger = WrittenLedger(database_url, people=20)
    for seq in range(1, 21):
        ledger.say(ranges=[(seq, seq)])
    assert [len(part.ranges) for part in await slices(database_url, rows=8, people=1_000)] == [8, 8, 4]


async def test_an_append_is_never_torn_apart(database_url: str) -> None:
    ledger = WrittenLedger(database_url, people=10_000)
    ledger.say(ranges=SENT)
    ledger.say(*((seq, DELIVERED) for seq in range(1, 8)))
    found = await slices(database_url, rows=3, people=2_000)
    assert [(len(part.ranges), len(part.facts)) for part in found] == [(10, 0), (0, 7)]
