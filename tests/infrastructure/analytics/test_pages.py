"""Messages by the page that holds them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.infrastructure.analytics.metrics.pages import PAGE, by_page

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
