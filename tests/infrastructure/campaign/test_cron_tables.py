"""The tables of other schedulers' test suites, answered by ours; where we differ the table says why."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaigns.domain.campaign.values import Schedule
from campaigns.infrastructure.campaign.recurrence import CronsimRecurrence

RECURRENCE = CronsimRecurrence()
TABLES = tomllib.loads(Path(__file__).with_name("cron_tables.toml").read_text())


def rows() -> Iterator[Any]:
    for table in TABLES["fires"]:
        for number, (expression, after, *theirs) in enumerate(table["rows"]):
            ours = table["ours"][number] if "ours" in table else theirs
            name = f"{table['suite']} {expression} {after} {table['zone']}"
            yield pytest.param(table, expression, after, theirs, ours, id=name)


def instants(schedule: Schedule, after: datetime, count: int) -> list[datetime]:
    found: list[datetime] = []
    for _ in range(count):
        planned = RECURRENCE.next_after(schedule, after, found[-1] if found else after)
        assert planned is not None
        found.append(planned)
    return found


@pytest.mark.parametrize(("table", "expression", "after", "theirs", "ours"), list(rows()))
def test_a_table_s_line_comes_true(
    table: dict[str, Any], expression: str, after: str, theirs: list[str], ours: list[str]
) -> None:
    schedule = Schedule(cron=expression, timezone=table["zone"])
    since = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(table["zone"])).astimezone(UTC)
    assert instants(schedule, since, len(ours)) == [datetime.fromisoformat(one) for one in ours]
    assert (RECURRENCE.problem(expression, table["zone"]) is not None) is table.get("refused", False)
    assert (ours != theirs) is ("verdict" in table)


@pytest.mark.parametrize(
    "expression", sorted({expression for table in TABLES["unreadable"] for expression in table["expressions"]})
)
def test_what_is_no_plain_expression_is_refused_in_words(expression: str) -> None:
    problem = RECURRENCE.problem(expression, "UTC")
    assert problem is not None
    assert "shortest interval" not in problem
