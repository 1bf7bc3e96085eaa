"""The two compilations of criteria say the same about every row."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaigns.domain.audience.predicate import matches
from campaigns.domain.shared.criteria import Criteria, as_json, parse
from campaigns.infrastructure.audience.criteria_sql import CriteriaSql, certain
from campaigns.infrastructure.audience.datasets import Kind
from campaigns.infrastructure.audience.engine import EngineLimits, engine
from campaigns.infrastructure.audience.warehouses.duckdb import DuckDbDialect

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
COLUMNS = {
    "text": Kind.TEXT,
    "whole": Kind.INTEGER,
    "ratio": Kind.NUMBER,
    "flag": Kind.BOOLEAN,
    "since": Kind.INSTANT,
    "tags": Kind.TEXTS,
}
SCHEMA = pa.schema(
    {
        "user_id": pa.string(),
        "text": pa.string(),
        "whole": pa.int64(),
        "ratio": pa.float64(),
        "flag": pa.bool_(),
        "since": pa.timestamp("us", "UTC"),
        "tags": pa.list_(pa.string()),
    }
)
PLACES = ["text", "whole", "ratio", "flag", "since", "tags", "absent", 'odd " name']
INSTANTS = ["2027-01-01", "2026-12-31T23:00:00-02:00", "2026-12-02T12:00:00Z", "2027-01-01 12:00", "2026-02-30"]
INSTANTS += ["2027-01-01T12:00:00.000001Z", "2027-01-01T24:00:00Z", "2027-13-01"]

texts = st.one_of(
    st.sampled_from(
        ["", "a", "ab", "A", "é", "e\u0301", "ÿ", "\uffff", "😀", "true", "false", "TRUE", " 5", "5 ", "'", "%"]
    ),
    st.sampled_from(["5", "05", "5.0", "-5", "1e3", "inf", "nan", "0.1", "9007199254740993", "1_000", "٣", "1" * 16]),
    st.sampled_from(INSTANTS),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
)
wholes = st.one_of(
    st.integers(-6, 6),
    st.sampled_from([2**53 + 1, 2**53, -(2**53) - 1, 2**63 - 1, -(2**63)]),
    st.integers(-(2**63), 2**63 - 1),
)
ratios = st.one_of(
    st.sampled_from([0.0, -0.0, 5.0, 0.1, 2.0**53, 1e300]), st.floats(allow_nan=False, allow_infinity=False)
)
moments = st.one_of(
    st.sampled_from([NOW, NOW - timedelta(days=30), datetime(2027, 1, 1, tzinfo=UTC)]),
    st.integers(-(2**31), 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
rows = st.fixed_dictionaries(
    {
        "text": st.none() | texts,
        "whole": st.none() | wholes,
        "ratio": st.none() | ratios,
        "flag": st.none() | st.booleans(),
        "since": st.none() | moments,
        "tags": st.none() | st.lists(texts, max_size=3),
    }
)
numbers = st.one_of(st.integers(-6, 6), st.sampled_from([2**53, -(2**53), 0.5, 5.0, 0.1, -0.0]), st.floats(-1e6, 1e6))
scalars = st.one_of(texts, numbers, st.booleans())


def condition(operator: str, values: st.SearchStrategy[Any] | None) -> st.SearchStrategy[dict[str, Any]]:
    shape: dict[str, st.SearchStrategy[Any]] = {"field": st.sampled_from(PLACES), "operator": st.just(operator)}
    return st.fixed_dictionaries(shape if values is None else {**shape, "value": values})


ANY = ["equals", "not_equals", "greater_than", "greater_or_equal", "less_than", "less_or_equal"]
conditions = st.one_of(
    *(condition(operator, scalars) for operator in ANY),
    *(condition(operator, st.lists(scalars, min_size=1, max_size=4)) for operator in ("in", "not_in")),
    condition("between", st.lists(scalars, min_size=2, max_size=2)),
    *(condition(op, texts.filter(bool)) for op in ("contains", "not_contains", "starts_with", "ends_with")),
    *(condition(operator, None) for operator in ("exists", "not_exists")),
    *(condition(operator, st.sampled_from([*INSTANTS[:4], INSTANTS[5]])) for operator in ("before", "after")),
    condition("within_last", st.sampled_from(["P30D", "1s", "PT36H", "99999w", "P1W"])),
)
trees = st.recursive(
    conditions,
    lambda inner: st.one_of(
        *(st.fixed_dictionaries({g: st.lists(inner, min_size=1, max_size=3)}) for g in ("all", "any", "not"))
    ),
    max_leaves=6,
).map(parse)


def asked_of_the_query(criteria: list[Criteria], people: list[dict[str, Any]]) -> list[list[bool]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.parquet"
        table = pa.Table.from_pylist(
            [{"user_id": f"{n:04}", **person} for n, person in enumerate(people)], schema=SCHEMA
        )
        pq.write_table(table, path)
        compile_ = CriteriaSql(DuckDbDialect(), COLUMNS, "p", NOW, {})
        selected = ", ".join(certain(compile_(tree)) for tree in criteria)
        with engine(EngineLimits(scratch=Path(folder) / "scratch"), [path]) as connection:
            found = connection.execute(
                f"SELECT {selected} FROM read_parquet('{path}') p ORDER BY user_id", compile_.bound
            )
            return [list(row) for row in found.fetchall()]


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(criteria=st.lists(trees, min_size=1, max_size=8), people=st.lists(rows, min_size=1, max_size=12))
@example(
    criteria=[parse({"field": "whole", "operator": "equals", "value": 2**53})],
    people=[{"text": None, "whole": 2**53 + 1, "ratio": None, "flag": None, "since": None, "tags": None}],
)
def test_the_predicate_and_the_query_give_the_same_answer(
    criteria: list[Criteria], people: list[dict[str, Any]]
) -> None:
    predicted = [[matches(tree, person, NOW) for tree in criteria] for person in people]
    assert asked_of_the_query(criteria, people) == predicted


@given(trees)
def test_criteria_survive_their_journey_as_json(criteria: Criteria) -> None:
    assert parse(as_json(criteria)) == criteria
