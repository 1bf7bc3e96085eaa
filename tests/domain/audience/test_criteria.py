from typing import Any

import pytest

from campaigns.domain.shared.criteria import fields, parse
from campaigns.domain.shared.criteria_readings import decimal, duration, instant
from campaigns.domain.shared.errors import InvalidError


def condition(**more: Any) -> dict[str, Any]:
    return {"field": "a", "operator": "equals", "value": 1} | more


@pytest.mark.parametrize(
    ("tree", "pointers"),
    [
        (None, [""]),
        ([], [""]),
        ({}, ["/field", "/operator"]),
        ({"all": []}, ["/all"]),
        ({"all": {}}, ["/all"]),
        ({"all": [condition()], "any": [condition()]}, [""]),
        ({"all": [condition()], "field": "a"}, [""]),
        (condition(extra=1), ["/extra"]),
        (condition(**{"a/b~": 1}), ["/a~1b~0"]),
        (condition(field=""), ["/field"]),
        (condition(field="x" * 129), ["/field"]),
        (condition(field="a\nb"), ["/field"]),
        (condition(operator=["equals"]), ["/operator"]),
        (condition(operator="EQUALS"), ["/operator"]),
        (condition(value=None), ["/value"]),
        (condition(value={}), ["/value"]),
        (condition(value=2**53 + 1), ["/value"]),
        (condition(value=float("nan")), ["/value"]),
        (condition(value=10**400), ["/value"]),
        (condition(value="a\0"), ["/value"]),
        (condition(value="\ud800"), ["/value"]),
        (condition(value="x" * 1001), ["/value"]),
        (condition(operator="exists"), ["/value"]),
        (condition(operator="in", value=[]), ["/value"]),
        (condition(operator="in", value="ab"), ["/value"]),
        (condition(operator="in", value=[1] * 1001), ["/value"]),
        (condition(operator="in", value=[1, None, {}]), ["/value/1", "/value/2"]),
        (condition(operator="between", value=[1]), ["/value"]),
        (condition(operator="contains", value=""), ["/value"]),
        (condition(operator="starts_with", value=5), ["/value"]),
        (condition(operator="before", value="soon"), ["/value"]),
        (condition(operator="within_last", value="P"), ["/value"]),
        (condition(operator="within_last", value=30), ["/value"]),
        (
            {"any": [condition(field=3), {"not": [condition(operator="x")]}, 7]},
            ["/any/0/field", "/any/1/not/0/operator", "/any/2"],
        ),
    ],
)
def test_everything_wrong_is_named_with_its_place(tree: object, pointers: list[str]) -> None:
    with pytest.raises(InvalidError) as refused:
        parse(tree)
    assert [violation.pointer for violation in refused.value.violations] == pointers


def test_pointers_begin_where_the_criteria_stand() -> None:
    with pytest.raises(InvalidError) as refused:
        parse({"all": [1]}, "/audience/include/0/criteria")
    assert refused.value.violations[0].pointer == "/audience/include/0/criteria/all/0"


def test_criteria_nest_ten_deep_and_no_deeper() -> None:
    tree: dict[str, Any] = condition()
    for _ in range(9):
        tree = {"not": [tree]}
    parse(tree)
    with pytest.raises(InvalidError):
        parse({"not": [tree]})


def test_criteria_have_two_hundred_parts_and_no_more() -> None:
    parse({"any": [condition()] * 199})
    with pytest.raises(InvalidError):
        parse({"any": [condition()] * 200})
    with pytest.raises(InvalidError):
        parse({"any": [condition()] * 201})


def test_not_takes_a_single_condition_without_a_list() -> None:
    assert parse({"not": condition()}) == parse({"not": [condition()]})


def test_the_attributes_asked_about_are_known() -> None:
    assert fields(parse({"any": [condition(), {"not": [condition(field="b")]}]})) == {"a", "b"}


@pytest.mark.parametrize("text", ["", "1.", ".5", "+5", "1e3", "\u0661", " 1", "1" * 16, "0x1", "NaN"])
def test_only_plain_decimals_are_numbers(text: str) -> None:
    assert decimal(text) is None


@pytest.mark.parametrize(
    "text", ["", "2027", "2027-02-30", "2027-1-1", "0999-01-01", "2027-01-01T25:00:00Z", "20270101"]
)
def test_only_rfc_3339_is_an_instant(text: str) -> None:
    assert instant(text) is None


@pytest.mark.parametrize(
    ("text", "hours"), [("P1D", 24), ("P1W", 168), ("PT36H", 36), ("P1DT12H", 36), ("2d", 48), ("90m", 1.5)]
)
def test_durations_are_read_in_both_spellings(text: str, hours: float) -> None:
    read = duration(text)
    assert read is not None
    assert read.total_seconds() == hours * 3600


@pytest.mark.parametrize("text", ["", "P", "PT", "P0D", "0d", "-P1D", "1y", "P1Y", "P123456D"])
def test_nothing_is_no_duration(text: str) -> None:
    assert duration(text) is None
