"""Numbers in order, each once: whatever they are, as NumPy's own function gives them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from campaigns.infrastructure.distinct import distinct


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_each_number_stands_once_and_in_order(numbers: list[int]) -> None:
    assert distinct(np.array(numbers, np.int64)).tolist() == sorted(set(numbers))
