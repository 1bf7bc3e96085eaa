"""Criteria decided in memory: the table of `criteria_tree`, row by row."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from time import tzset
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.audience.predicate import earliest, known, matches
from campaigns.domain.shared.criteria import All, Condition, Criteria, Not, Operator, parse
from campaigns.domain.shared.criteria import Any as AnyOf

NOW = datetime(2027, 1, 31, 12, tzinfo=UTC)
NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
YES, NO = Condition("a", Operator.EXISTS), Condition("a", Operator.NOT_EXISTS)


def holds(operator: str, attribute: object, value: Any = None) -> bool:
    asked = parse({"field": "a", "operator": operator} | ({} if value is None else {"value": value}))
    return matches(asked, {"a": attribute, "b": "x"}, NOW)


@pytest.mark.parametrize(
    ("operator", "attribute", "value", "expected"),
    [
        # texts with texts: by code points, case counts
        ("equals", "DE", "DE", True),
        ("equals", "DE", "de", False),
        ("not_equals", "DE", "de", True),
        ("not_equals", "DE", "DE", False),
        ("greater_than", "b", "a", True),
        ("greater_than", "a", "a", False),
        ("less_than", "B", "a", True),
        ("less_than", "a", "a", False),
        ("greater_or_equal", "a", "a", True),
        ("greater_or_equal", "a", "b", False),
        ("less_or_equal", "a", "a", True),
        ("less_or_equal", "b", "a", False),
        # texts with numbers, numbers with texts: as plain decimals
        ("equals", "5.50", 5.5, True),
        ("equals", "1e3", 1000, False),
        ("not_equals", "1e3", 1000, True),
        ("greater_than", "10", 9, True),
        ("equals", 5.5, "5.50", True),
        ("less_than", 9, "10", True),
        ("less_than", 9, "ten", False),
        # numbers with numbers
        ("equals", 5, 5.0, True),
        ("greater_than", 6, 5, True),
        ("less_than", 4, 5, True),
        # booleans meet booleans and their spelling, have no order, and never meet numbers
        ("equals", True, True, True),
        ("equals", True, "true", True),
        ("equals", "false", False, True),
        ("equals", True, "True", False),
        ("equals", True, 1, False),
        ("equals", 1, True, False),
        ("not_equals", 1, True, True),
        ("greater_than", True, "false", False),
        ("greater_or_equal", "true", True, False),
        # instants with texts
        ("equals", NOON, "2027-01-01T12:00:00Z", True),
        ("equals", NOON, "2027-01-01T13:00:00+01:00", True),
        ("greater_than", NOON, "2027-01-01", True),
        ("equals", NOON, "noon", False),
        ("equals", NOON, 5, False),
        ("not_equals", NOON, 5, True),
        ("equals", NOON, True, False),
        # lists of texts know `contains` alone
        ("equals", ["x"], "x", False),
        ("not_equals", ["x"], "x", True),
        ("contains", ["x", "y"], "x", True),
        ("contains", ["xx"], "x", False),
        ("not_contains", ["x"], "y", True),
        ("not_contains", ["x"], "x", False),
        # looking into texts
        ("contains", "abc", "b", True),
        ("contains", "abc", "B", False),
        ("contains", 515, "1", False),
        ("not_contains", "abc", "z", True),
        ("not_contains", "abc", "b", False),
        ("not_contains", 515, "9", False),
        ("starts_with", "abc", "ab", True),
        ("starts_with", "abc", "bc", False),
        ("starts_with", ["ab"], "a", False),
        ("ends_with", "abc", "bc", True),
        ("ends_with", "abc", "ab", False),
        ("ends_with", 51, "1", False),
        # among several
        ("between", 1, [1, 3], True),
        ("between", 3, [1, 3], True),
        ("between", 0.99, [1, 3], False),
        ("between", 3.01, [1, 3], False),
        ("in", "DE", ["AT", "DE"], True),
        ("in", "CH", ["AT", "DE"], False),
        ("not_in", "CH", ["AT", "DE"], True),
        ("not_in", "DE", ["AT", "DE"], False),
        # instants before and after
        ("before", NOON, "2027-01-01T12:00:01Z", True),
        ("before", NOON, "2027-01-01T12:00:00Z", False),
        ("before", "2026-12-31", "2027-01-01", True),
        ("before", "yesterday", "2027-01-01", False),
        ("before", 5, "2027-01-01", False),
        ("after", NOON, "2027-01-01T11:59:59Z", True),
        ("after", NOON, "2027-01-01T12:00:00Z", False),
        ("after", "2027-01-02", "2027-01-01", True),
        ("within_last", "2027-01-01T12:00:00Z", "P30D", True),
        ("within_last", "2027-01-01T11:59:59Z", "P30D", False),
        ("within_last", NOW, "P1D", True),
        ("within_last", NOW + timedelta(microseconds=1), "P1D", False),
        ("within_last", 5, "P1D", False),
        # there or not
        ("exists", "", None, True),
        ("exists", 0, None, True),
        ("exists", None, None, False),
        ("not_exists", None, None, True),
        ("not_exists", 0, None, False),
    ],
)
def test_an_attribute_meets_a_value_like_this(operator: str, attribute: object, value: Any, expected: bool) -> None:
    assert holds(operator, attribute, value) is expected


@pytest.mark.parametrize("operator", [operator for operator in Operator if operator is not Operator.NOT_EXISTS])
@pytest.mark.parametrize("nothing", [None, float("nan"), object(), {"x": 1}])
def test_a_missing_attribute_meets_nothing(operator: Operator, nothing: object) -> None:
    value: Any = {Operator.BETWEEN: (1, 2), Operator.IN: ("x",), Operator.NOT_IN: ("x",)}.get(operator, "x")
    assert not matches(Condition("a", operator, value), {"a": nothing}, NOW)
    assert not matches(Condition("a", operator, value), {}, NOW)
    assert matches(NO, {"a": nothing}, NOW)


@pytest.mark.parametrize(
    ("given_as", "is_known_as"),
    [
        (datetime(2027, 1, 1, 12), NOON),  # noqa: DTZ001 - an instant without a zone is the point
        (datetime(2027, 1, 1, 13, tzinfo=timezone(timedelta(hours=1))), NOON),
        (date(2027, 1, 1), datetime(2027, 1, 1, tzinfo=UTC)),
        (float("inf"), float("inf")),
        (True, True),
        (["a", 1, None, "b"], ("a", "b")),
        (("a",), ("a",)),
        (b"a", None),
    ],
)
def test_what_a_profile_holds_is_read_as_one_of_six_kinds(given_as: object, is_known_as: object) -> None:
    assert known(given_as) == is_known_as


@pytest.fixture
def far_from_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's own zone is another than UTC."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    tzset()
    yield
    monkeypatch.undo()
    tzset()


@pytest.mark.usefixtures("far_from_greenwich")
def test_an_instant_without_a_zone_is_utc_wherever_the_machine_stands() -> None:
    assert known(datetime(2027, 1, 1, 12)) == NOON  # noqa: DTZ001 - an instant without a zone is the point
    assert holds("equals", NOON, "2027-01-01T12:00:00")


RECENT = Condition("a", Operator.WITHIN_LAST, "P30D")


@pytest.mark.parametrize(
    ("group", "expected"), [(All((RECENT,)), True), (AnyOf((RECENT,)), True), (Not((RECENT,)), False)]
)
def test_a_group_counts_back_from_the_same_instant(group: Criteria, expected: bool) -> None:
    assert matches(group, {"a": "2027-01-20"}, NOW) is expected


def test_an_instant_has_no_order_with_a_number() -> None:
    assert not holds("greater_than", NOON, 5)
    assert not holds("between", NOON, [1, 5])


def test_an_instant_is_known_in_utc() -> None:
    read = known(datetime(2027, 1, 1, 13, tzinfo=timezone(timedelta(hours=1))))
    assert isinstance(read, datetime)
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (All((YES, YES)), True),
        (All((YES, NO)), False),
        (AnyOf((NO, YES)), True),
        (AnyOf((NO, NO)), False),
        (Not((NO, NO)), True),
        (Not((NO, YES)), False),
        (All((AnyOf((NO, YES)), Not((NO,)))), True),
    ],
)
def test_groups_are_all_any_and_none(group: Criteria, expected: bool) -> None:
    assert matches(group, {"a": 1}, NOW) is expected


@given(st.one_of(st.none(), st.text(), st.integers(-9, 9), st.booleans(), st.floats()), st.sampled_from(["x", 5, True]))
def test_of_equal_and_different_exactly_one_holds_wherever_there_is_a_value(attribute: object, value: Any) -> None:
    sides = [holds("equals", attribute, value), holds("not_equals", attribute, value)]
    assert sides.count(True) == (0 if known(attribute) is None else 1)


def test_looking_back_ends_at_the_first_instant_there_is() -> None:
    assert earliest(NOW, timedelta(days=1)) == NOW - timedelta(days=1)
    assert earliest(NOW, None) == NOW
    assert earliest(NOW, timedelta(days=3_000_000)) == datetime.min.replace(tzinfo=UTC)
