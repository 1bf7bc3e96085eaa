"""People and criteria that look for differences between engines, drawn from a seeded chance."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pyarrow as pa

from campaigns.domain.shared.criteria import Criteria, Operator, parse

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
SCHEMA = pa.schema(
    {
        "user_id": pa.string(),
        "text": pa.string(),
        "whole": pa.int64(),
        "ratio": pa.float64(),
        "flag": pa.bool_(),
        "since": pa.timestamp("us", "UTC"),
        "tags": pa.list_(pa.string()),
        'odd " name %': pa.string(),
    }
)
_FIELDS = [*SCHEMA.names, "absent"]
_INSTANTS = "2027-01-01|2026-12-31T23:00:00-02:00|2026-12-02T12:00:00Z|2027-01-01 12:00|2026-02-30|1000-01-01".split(
    "|"
)
_INSTANTS += (
    "2027-01-01T12:00:00.000001Z|2027-01-01T24:00:00Z|2027-13-01|2027-01-01T12:00Z|2027-01-01 12:00+14:59".split("|")
)
_INSTANTS += "2024-02-29|2023-02-29|2999-12-31T23:59:59.999999Z|2027-01-01T12:00:00.1-00:30|2027-01-01\n|2027-01-01T12:00Z\n".split(
    "|"
)
_TEXTS = [
    "a",
    "ab",
    "A",
    "é",
    "e\u0301",
    "ÿ",
    "ß",
    "İ",
    "\uffff",
    "😀",
    "true",
    "false",
    "TRUE",
    " 5",
    "5 ",
    "'",
    "%",
    "\\",
    "\n",
]
_TEXTS += "5|05|5.0|-5|-0|1e3|inf|nan|0.1|9007199254740993|1_000|٣|1111111111111111|.5|5.|+5|0.30000000000000004|5\n|5\r|NaN".split(
    "|"
)
_TEXTS += [
    "999999999999999.999999999999999",
    "0.000000000000001",
    "DE",
    "de",
    "a\tb",
    "{",
    "$1",
    ":v0",
    "%(v0)s",
    "^a$",
    "[0-9]",
]
_WHOLES = [0, 1, -1, 5, 6, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 10**15]
_RATIOS = [0.0, -0.0, 5.0, 0.1, 0.30000000000000004, 2.0**53, 1e300, -1e300, 5e-324, 1.5, float(2**63)]
_DAYS = ["2027-01-01", "2026-12-31T23:00:00-02:00", "2027-01-01 12:00", "1000-01-01", "2024-02-29"]
_DURATIONS = ["P30D", "1s", "PT36H", "99999w", "P1W", "1d"]
_ALPHABET = "abzABZ09 .-:%'\"\\éÿß\uffff😀\n"


def _text(chance: Random) -> str:
    drawn = chance.random()
    if drawn < 0.45:
        return chance.choice(_TEXTS)
    if drawn < 0.75:
        return chance.choice(_INSTANTS)
    return "".join(chance.choice(_ALPHABET) for _ in range(chance.randint(1, 4)))


def _whole(chance: Random) -> int:
    return chance.choice(_WHOLES) if chance.random() < 0.6 else chance.randint(-7, 7)


def _ratio(chance: Random) -> float:
    return chance.choice(_RATIOS) if chance.random() < 0.6 else round(chance.uniform(-7, 7), chance.randint(0, 16))


def _moment(chance: Random) -> datetime:
    known = [NOW, NOW - timedelta(days=30), datetime(2027, 1, 1, tzinfo=UTC), NOW - timedelta(microseconds=1)]
    if chance.random() < 0.6:
        return chance.choice(known)
    return datetime.fromtimestamp(chance.randint(-(2**31), 2**32), UTC) + timedelta(microseconds=chance.randint(0, 9))


def people(chance: Random, count: int) -> list[dict[str, Any]]:
    """As imports leave them: no empty texts, but lists may hold some."""

    def perhaps(value: Any) -> Any:
        return None if chance.random() < 0.15 else value

    return [
        {
            "user_id": f"{number:07}{chance.choice(['', 'é', '😀'])}",
            "text": perhaps(_text(chance)),
            "whole": perhaps(_whole(chance)),
            "ratio": perhaps(_ratio(chance)),
            "flag": perhaps(chance.random() < 0.5),
            "since": perhaps(_moment(chance)),
            "tags": perhaps([perhaps(chance.choice(["", _text(chance)])) for _ in range(chance.randint(0, 3))]),
            'odd " name %': perhaps(_text(chance)),
        }
        for number in range(count)
    ]


def table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=SCHEMA)


def criteria(chance: Random, depth: int = 3) -> Criteria:
    return parse(_tree(chance, depth))


def _tree(chance: Random, depth: int) -> dict[str, Any]:
    if depth and chance.random() < 0.4:
        return {chance.choice(["all", "any", "not"]): [_tree(chance, depth - 1) for _ in range(chance.randint(1, 3))]}
    operator = chance.choice(list(Operator))
    condition = {"field": chance.choice(_FIELDS), "operator": str(operator)}
    value = _value(chance, operator)
    return condition if value is None else {**condition, "value": value}


def _value(chance: Random, operator: Operator) -> Any:
    match operator:
        case Operator.EXISTS | Operator.NOT_EXISTS:
            value: Any = None
        case Operator.IN | Operator.NOT_IN:
            value = [_scalar(chance) for _ in range(chance.randint(1, 5))]
        case Operator.BETWEEN:
            value = [_scalar(chance), _scalar(chance)]
        case Operator.BEFORE | Operator.AFTER:
            value = chance.choice(_DAYS)
        case Operator.WITHIN_LAST:
            value = chance.choice(_DURATIONS)
        case Operator.CONTAINS | Operator.NOT_CONTAINS | Operator.STARTS_WITH | Operator.ENDS_WITH:
            value = _text(chance)
        case _:
            value = _scalar(chance)
    return value


def _scalar(chance: Random) -> Any:
    drawn = chance.random()
    if drawn < 0.5:
        return "" if drawn < 0.02 else _text(chance)
    if drawn < 0.9:
        number = _whole(chance) if drawn < 0.7 else _ratio(chance)
        return number if abs(number) <= 2**53 else 2**53
    return chance.random() < 0.5
