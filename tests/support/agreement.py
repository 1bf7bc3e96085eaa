"""What every engine and the predicate say about the same people; whoever differs is named."""

from collections.abc import Sequence
from random import Random
from typing import Any

from tests.support.engines import TENANT
from tests.support.nasty_people import NOW

from campaigns.domain.audience.predicate import matches
from campaigns.domain.shared.criteria import Criteria, as_json
from campaigns.infrastructure.audience.criteria_sql import CriteriaSql, certain
from campaigns.infrastructure.audience.warehouses.ports import Warehouse

_AT_ONCE = 20


def predicted(trees: Sequence[Criteria], rows: Sequence[dict[str, Any]]) -> list[list[bool]]:
    return [[matches(tree, row, NOW) for tree in trees] for row in rows]


def asked(warehouse: Warehouse, trees: Sequence[Criteria]) -> list[list[bool]]:
    """One row per person by user id, one answer per tree."""
    people = warehouse.table(TENANT, "people")
    assert people is not None
    answers: list[list[bool]] = []
    with warehouse.opened([people]) as session:
        for first in range(0, len(trees), _AT_ONCE):
            compiled = CriteriaSql(warehouse.dialect, people.columns, "p", NOW, {})
            some = trees[first : first + _AT_ONCE]
            chosen = ", ".join(f"{certain(compiled(tree))} AS t{at}" for at, tree in enumerate(some))
            query = f"SELECT {chosen} FROM {people.relation} p ORDER BY p.user_id"
            found = [
                list(row.values()) for b in session.batches(query, compiled.bound, 10_000) for row in b.to_pylist()
            ]
            answers = [[*had, *more] for had, more in zip(answers or [[] for _ in found], found, strict=True)]
    return answers


def differences(
    trees: Sequence[Criteria], rows: Sequence[dict[str, Any]], warehouses: dict[str, Warehouse]
) -> list[tuple[str, Any, dict[str, Any], bool]]:
    """(engine, criteria, person, what the predicate says) wherever an engine says otherwise."""
    expected = predicted(trees, rows)
    return [
        (name, as_json(trees[tree]), row, said)
        for name, warehouse in warehouses.items()
        for row, saying, answers in zip(rows, expected, asked(warehouse, trees), strict=True)
        for tree, (said, answer) in enumerate(zip(saying, answers, strict=True))
        if answer is not said
    ]


def seeded(seed: int, kind: str) -> Random:
    return Random(f"{seed} {kind}")
