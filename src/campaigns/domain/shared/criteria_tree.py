"""Criteria: which people are meant, as a small syntax tree over their attributes.

    {"all": [{"field": "country", "operator": "in", "value": ["DE", "AT"]}, {"not": [{"field": "churned", …}]}]}

`all` holds when every child holds, `any` when at least one does, `not` when none does. Logic is two-valued: a condition
on a missing attribute (absent, null, not-a-number) is false, `not_exists` alone is true. How values of different kinds
meet, in every engine alike (A is the attribute, V the value of the condition):

    A with V  | text                              | number                      | boolean
    text      | by code points, case counts       | A as a plain decimal        | A is "true" or "false"
    number    | V as a plain decimal              | exact                       | never meet
    boolean   | V is "true" or "false"            | never meet                  | equal or not, no order
    instant   | V as an instant (RFC 3339, date)  | never meet                  | never meet
    texts     | `contains`, `not_contains` only   | never meet                  | never meet

What never meets is different: `not_equals` and `not_in` hold, every other comparison fails. A plain decimal is
`-?digits[.digits]` with at most 15 digits on either side. `contains`, `starts_with` … look at texts (and `contains`
into lists of texts) only and fail on any other kind, `not_contains` too. `before`, `after` and `within_last` read
instants, or texts that are instants; without an offset they are UTC, a date is its first instant.
"""

from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

Scalar: TypeAlias = str | int | float | bool


class Operator(StrEnum):
    """What a condition asks of its attribute."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    GREATER_THAN = "greater_than"
    GREATER_OR_EQUAL = "greater_or_equal"
    LESS_THAN = "less_than"
    LESS_OR_EQUAL = "less_or_equal"
    BETWEEN = "between"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    EXISTS = "exists"
    NOT_EXISTS = "not_exists"
    BEFORE = "before"
    AFTER = "after"
    WITHIN_LAST = "within_last"


class Condition(Struct, frozen=True):
    """One question about one attribute. `value` is a scalar, a tuple (between, in, not_in) or None (exists …)."""

    field: str
    operator: Operator
    value: Scalar | tuple[Scalar, ...] | None = None


class All(Struct, frozen=True):
    """Every one of these holds."""

    criteria: tuple["Criteria", ...]


class Any(Struct, frozen=True):
    """At least one of these holds."""

    criteria: tuple["Criteria", ...]


class Not(Struct, frozen=True):
    """None of these holds."""

    criteria: tuple["Criteria", ...]


Criteria: TypeAlias = Condition | All | Any | Not
Group: TypeAlias = All | Any | Not

GROUPS: dict[str, type[All] | type[Any] | type[Not]] = {"all": All, "any": Any, "not": Not}


def as_json(criteria: Criteria) -> dict[str, object]:
    """The tree as it stands on the wire; `parse` reads it back."""
    match criteria:
        case Condition(field, operator, None):
            return {"field": field, "operator": operator.value}
        case Condition(field, operator, tuple(values)):
            return {"field": field, "operator": operator.value, "value": list(values)}
        case Condition(field, operator, value):
            return {"field": field, "operator": operator.value, "value": value}
        case All(children) | Any(children) | Not(children):
            return {type(criteria).__name__.lower(): [as_json(child) for child in children]}


def fields(criteria: Criteria) -> frozenset[str]:
    """Every attribute that the tree asks about."""
    if isinstance(criteria, Condition):
        return frozenset({criteria.field})
    return frozenset().union(*(fields(child) for child in criteria.criteria))
