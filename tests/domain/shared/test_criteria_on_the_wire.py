"""Criteria go out as they came in."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.shared.criteria import Condition, Operator, as_json, parse

SCALARS = st.text(alphabet="abc", max_size=5) | st.integers(-(2**53), 2**53) | st.booleans()
CONDITIONS = st.one_of(
    st.builds(lambda value: {"field": "a", "operator": "equals", "value": value}, SCALARS),
    st.builds(lambda values: {"field": "b", "operator": "in", "value": values}, st.lists(SCALARS, min_size=1)),
    st.just({"field": "c", "operator": "exists"}),
)
TREES = st.recursive(
    CONDITIONS,
    lambda inner: st.builds(
        lambda kind, children: {kind: children}, st.sampled_from(["all", "any", "not"]), st.lists(inner, min_size=1)
    ),
    max_leaves=8,
).filter(lambda tree: depth(tree) <= 10)


def depth(tree: dict[str, Any]) -> int:
    children = next((value for name, value in tree.items() if name in {"all", "any", "not"}), [])
    return 1 + max(map(depth, children), default=0)


@given(TREES)
def test_what_is_read_is_written_the_same(tree: dict[str, Any]) -> None:
    assert as_json(parse(tree)) == tree


def test_an_operator_goes_out_as_plain_text() -> None:
    assert type(as_json(Condition("a", Operator.EQUALS, 1))["operator"]) is str
