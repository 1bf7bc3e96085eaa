"""Messages by the page that holds them."""

import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.infrastructure.analytics.metrics.pages import PAGE, PageKey, Pages, by_page

KEY: PageKey = (1, "delivered", 0)
SEQS = st.lists(st.integers(1, 5 * PAGE) | st.integers(2**30, 2**30 + 2 * PAGE), max_size=60)


@pytest.mark.parametrize("ordered", [True, False])
@given(seqs=SEQS)
def test_every_message_is_found_at_its_place_on_its_page(ordered: bool, seqs: list[int]) -> None:
    given_seqs = np.array(sorted(seqs) if ordered else seqs, np.int64)
    found = np.zeros(len(seqs), np.int64)
    pages = []
    for page, where, places in by_page(given_seqs):
        found[where] += page * PAGE + places
        pages.append(page)
    assert found.tolist() == given_seqs.tolist()
    assert pages == sorted({seq // PAGE for seq in seqs})


@pytest.mark.anyio
@pytest.mark.parametrize("places", [[], [0], [0, 79], [PAGE - 1], list(range(PAGE))], ids=len)
async def test_a_page_is_read_as_it_was_written_and_takes_no_more_than_its_last_message(
    database_url: str, places: list[int]
) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("set role campaigns_system")
        written, seqs = Pages(), np.array(places, np.int64)
        await written.load(connection, 1, {KEY})
        written.mark(1, "delivered", np.array([*places, 5], np.int64), value=True)
        written.mark(1, "delivered", np.setdiff1d([5], seqs), value=False)
        await written.store(connection, 1)
        read = Pages()
        await read.load(connection, 1, {KEY})
        found = np.flatnonzero(read.are_set(1, "delivered", np.arange(PAGE, dtype=np.int64)))
        stored = await (await connection.execute("select length(bits) from metric_pages")).fetchall()
    assert found.tolist() == places
    assert stored == [(max(places, default=-8) // 8 + 1,)]
