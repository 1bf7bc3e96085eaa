"""What wrong criteria and amounts are told, word by word, and what lies just inside each limit."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from campaigns.domain.shared.criteria import All, Condition, Operator, as_json, fields, parse
from campaigns.domain.shared.criteria_readings import decimal, duration, instant
from campaigns.domain.shared.errors import DomainError, InvalidError, Violation
from campaigns.domain.shared.money import Money, minor_units

EQUAL = {"field": "a", "operator": "equals", "value": 1}
SHAPE = 'must be a condition {"field", "operator", "value"} or one of all, any, not'
SCALAR = "must be a text, a number or true or false"
NAMES = ", ".join(Operator)
LARGE = "must be a finite number of at most 2^53; write longer ones as text"
TEXT = "must be Unicode text of at most 1000 characters without NUL"


def asked(operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": "a", "operator": operator, "value": value}


def nested(depth: int) -> dict[str, Any]:
    return EQUAL if depth == 1 else {"not": [nested(depth - 1)]}


@pytest.mark.parametrize(
    ("tree", "pointer", "sentence"),
    [
        (7, "", SHAPE),
        (nested(11), "/not/0" * 10, "criteria nest at most 10 deep"),
        ({"all": [EQUAL] * 200}, "/all/199", "criteria have at most 200 conditions and groups"),
        ({"any": [EQUAL], "all": []}, "", '"all" stands alone: nothing else may stand beside it'),
        ({"any": []}, "/any", "must be a list of 1 to 200 conditions or groups"),
        ({"all": EQUAL}, "/all", "must be a list of 1 to 200 conditions or groups"),
        (EQUAL | {"x": 1}, "/x", "is not part of a condition"),
        (EQUAL | {"field": ""}, "/field", "must be the name of an attribute: 1 to 128 printable characters"),
        (EQUAL | {"operator": "is"}, "/operator", f"must be one of {NAMES}"),
        (asked("exists", 1), "/value", "exists takes no value"),
        (asked("in", []), "/value", "must be a list of 1 to 1000 values"),
        (asked("between", [1]), "/value", "must be a list of 2 values"),
        (asked("between", [1, 2, 3]), "/value", "must be a list of 2 values"),
        (asked("contains", ""), "/value", "contains takes a text that is not empty"),
        (asked("before", "soon"), "/value", "before takes an RFC 3339 instant or a date"),
        (asked("after", 5), "/value", "after takes an RFC 3339 instant or a date"),
        (asked("within_last", "P"), "/value", "within_last takes a duration such as P30D, PT12H or 30d"),
        (asked("equals"), "/value", SCALAR),
        (asked("in", [1, {}]), "/value/1", SCALAR),
        (asked("equals", 2**53 + 1), "/value", LARGE),
        (asked("equals", -(2.0**54)), "/value", LARGE),
        (asked("equals", "x" * 1001), "/value", TEXT),
        (asked("equals", "\0"), "/value", TEXT),
        (asked("equals", "\udfff"), "/value", TEXT),
    ],
)
def test_wrong_criteria_are_told_why(tree: object, pointer: str, sentence: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse(tree)
    assert refused.value.violations == (Violation(pointer, sentence),)
    assert refused.value.detail == "The criteria are not valid"


@pytest.mark.parametrize(
    "tree",
    [
        nested(10),
        {"all": [EQUAL] * 199},
        EQUAL | {"field": "x" * 128},
        asked("in", [1] * 1000),
        asked("between", [1, 2]),
        asked("equals", 2**53),
        asked("equals", -(2**53)),
        asked("equals", "x" * 1000),
        asked("equals", "\ud7ff\ue000"),
        asked("equals", ""),
        asked("contains", "x"),
        asked("before", "2027-01-01"),
        asked("within_last", "30d"),
    ],
    ids=lambda tree: repr(tree)[:40].encode("ascii", "replace").decode(),
)
def test_what_lies_just_inside_the_limits_is_read(tree: dict[str, Any]) -> None:
    assert as_json(parse(tree)) == tree


def test_everything_unknown_beside_a_condition_is_named_in_order() -> None:
    with pytest.raises(InvalidError) as refused:
        parse(EQUAL | {"z": 1, "~b": 2, "a/": 3}, "/criteria")
    assert [broken.pointer for broken in refused.value.violations] == ["/criteria/a~1", "/criteria/z", "/criteria/~0b"]


def test_a_condition_is_read_as_it_stands() -> None:
    assert parse({"all": [asked("in", ["x", 1])]}) == All((Condition("a", Operator.IN, ("x", 1)),))


def test_attributes_of_nested_groups_are_all_found() -> None:
    assert fields(parse({"all": [EQUAL, {"any": [EQUAL | {"field": "b"}, {"not": EQUAL | {"field": "c"}}]}]})) == {
        "a",
        "b",
        "c",
    }


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("-1.5", -1.5), ("1" * 15, 111_111_111_111_111), ("0." + "1" * 15, 0.111111111111111)],
)
def test_a_plain_decimal_is_a_number(text: str, number: float) -> None:
    assert decimal(text) == number


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2027-01-01", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2027-01-01T12:30", datetime(2027, 1, 1, 12, 30, tzinfo=UTC)),
        ("2027-01-01 12:30:01.5", datetime(2027, 1, 1, 12, 30, 1, 500_000, tzinfo=UTC)),
        ("2027-01-01T12:30:00Z", datetime(2027, 1, 1, 12, 30, tzinfo=UTC)),
        ("2027-01-01T12:30:00-01:30", datetime(2027, 1, 1, 14, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_utc(text: str, read: datetime) -> None:
    found = instant(text)
    assert found == read
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1w", timedelta(weeks=1)),
        ("2d", timedelta(days=2)),
        ("3h", timedelta(hours=3)),
        ("4m", timedelta(minutes=4)),
        ("5s", timedelta(seconds=5)),
        ("P1W2DT3H4M5S", timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5)),
        ("PT5S", timedelta(seconds=5)),
    ],
)
def test_a_duration_is_the_sum_of_its_parts(text: str, length: timedelta) -> None:
    assert duration(text) == length


@pytest.mark.parametrize(
    ("amount", "currency", "problems"),
    [
        ("12.34", "EUR", ()),
        ("0", "EUR", ()),
        ("12.30", "EUR", ()),
        ("999999999999999", "JPY", ()),
        ("1.234", "KWD", ()),
        ("1.2345", "CLF", ()),
        ("1", "eur", ("'eur' is not an ISO 4217 currency code",)),
        ("Infinity", "EUR", ("the amount must be a finite number",)),
        ("1000000000000000", "JPY", ("the amount must be below a thousand million million",)),
        ("-0.001", "EUR", ("the amount must not be negative", "EUR amounts have at most 2 decimal places")),
        ("0.1", "JPY", ("JPY amounts have at most 0 decimal places",)),
        ("0.0001", "KWD", ("KWD amounts have at most 3 decimal places",)),
    ],
)
def test_an_amount_is_told_what_is_wrong_with_it(amount: str, currency: str, problems: tuple[str, ...]) -> None:
    assert Money(Decimal(amount), currency).problems() == problems


def test_currencies_have_their_own_minor_units() -> None:
    assert [minor_units(code) for code in ("EUR", "JPY", "KWD", "CLF", "XXX")] == [2, 0, 3, 4, None]


def test_a_refusal_keeps_its_sentence_and_has_no_violation_unless_told() -> None:
    error = DomainError("no")
    assert (error.detail, str(error), error.violations) == ("no", "no", ())
