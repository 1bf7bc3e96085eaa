"""Criteria as an expression of SQL, in the dialect of an engine. Values are bound, names quoted.

An expression is true for exactly the people for whom `domain.audience.predicate` says yes, and false or NULL for all
others; whoever negates it or selects it wraps it in `certain`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from campaigns.domain.audience.predicate import earliest
from campaigns.domain.shared import criteria_readings as readings
from campaigns.domain.shared.criteria import All, Condition, Criteria, Not, Operator, Scalar
from campaigns.domain.shared.criteria import Any as AnyOf
from campaigns.infrastructure.audience.datasets import Kind
from campaigns.infrastructure.audience.warehouses.ports import Dialect

_NEVER = "false"
_COMPARED = {
    Operator.GREATER_THAN: ">",
    Operator.GREATER_OR_EQUAL: ">=",
    Operator.LESS_THAN: "<",
    Operator.LESS_OR_EQUAL: "<=",
    Operator.BEFORE: "<",
    Operator.AFTER: ">",
}
_PRESENCE = {Operator.EXISTS: "IS NOT NULL", Operator.NOT_EXISTS: "IS NULL"}
_EQUALITY = (Operator.EQUALS, Operator.IN)
_DIFFERENCE = (Operator.NOT_EQUALS, Operator.NOT_IN)
_TEXTUAL = (Operator.CONTAINS, Operator.NOT_CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH)
_TIMED = (Operator.BEFORE, Operator.AFTER, Operator.WITHIN_LAST)

Met = tuple[str, Any]
"""An expression over the column, and the value it is compared with, in one kind."""


def certain(expression: str) -> str:
    """Two-valued: what is not known to hold does not hold."""
    return f"coalesce({expression}, false)"


class CriteriaSql:
    """Compiles criteria over one relation and collects the values to bind (`v0`, `v1` …) in `bound`."""

    def __init__(
        self, dialect: Dialect, columns: Mapping[str, Kind], alias: str, now: datetime, bound: dict[str, Any]
    ) -> None:
        self._dialect = dialect
        self._columns = columns
        self._alias = alias
        self._now = now
        self.bound = bound

    def __call__(self, criteria: Criteria) -> str:
        match criteria:
            case Condition():
                return self._condition(criteria)
            case All():
                return "(" + " AND ".join(map(self, criteria.criteria)) + ")"
            case AnyOf():
                return "(" + " OR ".join(map(self, criteria.criteria)) + ")"
            case Not():
                return "(" + " AND ".join(f"NOT {certain(self(child))}" for child in criteria.criteria) + ")"

    def _condition(self, condition: Condition) -> str:
        kind = self._columns.get(condition.field)
        if kind is None:
            return "true" if condition.operator is Operator.NOT_EXISTS else _NEVER
        column = f"{self._alias}.{self._dialect.quoted(condition.field)}"
        if condition.operator in _PRESENCE:
            return f"{column} {_PRESENCE[condition.operator]}"
        return self._asked(condition.operator, column, kind, condition.value)

    def _asked(self, operator: Operator, column: str, kind: Kind, value: Any) -> str:
        if operator in _EQUALITY:
            return self._equal(column, kind, _listed(value))
        if operator in _DIFFERENCE:
            return f"({column} IS NOT NULL AND NOT {certain(self._equal(column, kind, _listed(value)))})"
        if operator in _TEXTUAL:
            return self._texts(operator, column, kind, value)
        if operator in _TIMED:
            return self._timed(operator, column, kind, value)
        return self._ordered(operator, column, kind, value)

    def _equal(self, column: str, kind: Kind, values: Sequence[Scalar]) -> str:
        # Of one type at a time: beside a fraction an engine would compare whole numbers as doubles, too.
        alike: dict[tuple[str, type], list[Any]] = {}
        for expression, value in filter(None, (self._met(column, kind, value) for value in values)):
            alike.setdefault((expression, type(value)), []).append(value)
        tests = [f"{expression} IN ({', '.join(map(self._bind, known))})" for (expression, _), known in alike.items()]
        return "(" + " OR ".join(tests) + ")" if tests else _NEVER

    def _ordered(self, operator: Operator, column: str, kind: Kind, value: Any) -> str:
        if operator is Operator.BETWEEN:
            low = self._ordered(Operator.GREATER_OR_EQUAL, column, kind, value[0])
            return f"({low} AND {self._ordered(Operator.LESS_OR_EQUAL, column, kind, value[1])})"
        met = None if kind is Kind.BOOLEAN or isinstance(value, bool) else self._met(column, kind, value)
        return f"{met[0]} {_COMPARED[operator]} {self._bind(met[1])}" if met else _NEVER

    def _texts(self, operator: Operator, column: str, kind: Kind, value: Any) -> str:
        if operator in (Operator.STARTS_WITH, Operator.ENDS_WITH):
            begins = self._dialect.starts if operator is Operator.STARTS_WITH else self._dialect.ends
            return begins(column, self._bind(value)) if kind is Kind.TEXT else _NEVER
        if kind not in (Kind.TEXT, Kind.TEXTS):
            return _NEVER
        holds = self._dialect.contains if kind is Kind.TEXT else self._dialect.has
        contained = holds(column, self._bind(value))
        return contained if operator is Operator.CONTAINS else f"NOT {contained}"

    def _timed(self, operator: Operator, column: str, kind: Kind, value: Any) -> str:
        if kind not in (Kind.TEXT, Kind.INSTANT):
            return _NEVER
        moment = column if kind is Kind.INSTANT else self._as_instant(column)
        if operator is Operator.WITHIN_LAST:
            since = earliest(self._now, readings.duration(value))
            return f"({moment} >= {self._bind(since)} AND {moment} <= {self._bind(self._now)})"
        return f"{moment} {_COMPARED[operator]} {self._bind(readings.instant(value))}"

    def _bind(self, value: Any) -> str:
        name = f"v{len(self.bound)}"
        self.bound[name] = value
        return self._dialect.bound(name)

    def _met(self, column: str, kind: Kind, value: Scalar) -> Met | None:
        """Both sides in one kind; None when they never meet. Mirrors the predicate's reading."""
        if kind is Kind.TEXTS:
            return None
        if kind is Kind.TEXT:
            return self._met_by_text(column, value)
        if kind is Kind.BOOLEAN:
            spelled = str(value).lower() if isinstance(value, bool) else value
            return (column, spelled == "true") if spelled in ("true", "false") else None
        if isinstance(value, bool):
            return None
        return _met_by_instant(column, value) if kind is Kind.INSTANT else _met_by_number(column, kind, value)

    def _met_by_text(self, column: str, value: Scalar) -> Met:
        if isinstance(value, bool):
            return column, str(value).lower()
        if isinstance(value, str):
            return column, value
        shaped = self._dialect.fully(column, readings.DECIMAL)
        return f"CASE WHEN {shaped} THEN {self._dialect.number(column)} END", _double(value)

    def _as_instant(self, column: str) -> str:
        shaped = self._dialect.fully(column, readings.INSTANT)
        return f"CASE WHEN {shaped} THEN {self._dialect.instant(column)} END"


def _met_by_instant(column: str, value: str | float) -> Met | None:
    moment = readings.instant(value) if isinstance(value, str) else None
    return None if moment is None else (column, moment)


def _met_by_number(column: str, kind: Kind, value: str | float) -> Met | None:
    number = readings.decimal(value) if isinstance(value, str) else value
    if number is None:
        return None
    # A whole number is compared with an integer column as one: beyond 2^53 doubles would call neighbours equal.
    return column, int(number) if kind is Kind.INTEGER and number == int(number) else _double(number)


def _double(number: float) -> float:
    """Never the negative zero, which some engines keep apart from the other."""
    return float(number) + 0.0


def _listed(value: Any) -> tuple[Scalar, ...]:
    return value if isinstance(value, tuple) else (value,)
