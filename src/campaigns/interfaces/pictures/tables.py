"""Figures as tables for other programs: CSV or Parquet, a row for each part."""

import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from campaigns.application.analytics.figures import SlotFigures
from campaigns.application.analytics.queries.campaign_metrics import MetricsView
from campaigns.application.campaign.queries.show_experiment import ExperimentView
from campaigns.domain.analytics.measures import Counts, rates
from campaigns.domain.experiment.comparing import Comparison
from campaigns.domain.experiment.verdict import ArmReading
from campaigns.domain.shared.money import written
from campaigns.interfaces.csv_text import csv_line

Row = Mapping[str, Any]
_MONEY = ("revenue", "cost")


def metric_rows(view: MetricsView) -> list[Row]:
    """The hours when they were asked for, else the parts, else the totals in one row. Every row has every column."""
    parts = view.series if view.series is not None else view.breakdown
    rows = [_figures(view.totals)] if parts is None else [_slot(part) | _figures(part.counts) for part in parts]
    columns = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in columns} for row in rows]


def test_rows(view: ExperimentView) -> list[Row]:
    """A row for each variant; none before the test began."""
    arms = view.verdict.arms if view.verdict else ()
    return [_arm(arm, view.variant_ids[arm.name]) for arm in arms]


def as_csv(rows: Sequence[Row]) -> bytes:
    lines = [csv_line([_plain(cell) for cell in row.values()]) for row in rows]
    return b"".join([csv_line(list(rows[0])), *lines] if rows else [])


def as_parquet(rows: Sequence[Row]) -> bytes:
    from pyarrow import Table  # noqa: PLC0415 - only who exports needs it
    from pyarrow.parquet import write_table  # noqa: PLC0415

    file = io.BytesIO()
    named = [{name: str(cell) if isinstance(cell, UUID) else cell for name, cell in row.items()} for row in rows]
    write_table(Table.from_pylist(named), file)
    return file.getvalue()


def _slot(part: SlotFigures) -> dict[str, Any]:
    return {name: getattr(part.slot, name) for name in part.slot.__struct_fields__}


def _figures(counts: Counts) -> dict[str, Any]:
    """Rates in percent; an amount of money has a column for each currency."""
    plain = {name: getattr(counts, name) for name in counts.__struct_fields__ if name not in _MONEY}
    derived = rates(counts)
    shares = {name: getattr(derived, name) for name in derived.__struct_fields__}
    money = {
        f"{name}_{code}": Decimal(written(amount, code))
        for name in _MONEY
        for code, amount in sorted(getattr(counts, name).items())
    }
    return plain | {name: None if share is None else float(share) for name, share in shares.items()} | money


def _arm(arm: ArmReading, variant_id: UUID) -> Row:
    figure = arm.figure
    return {
        "variant_id": variant_id,
        "variant": arm.name,
        "is_control": arm.is_control,
        "people": arm.people,
        "successes": arm.successes,
        "figure": figure.value if figure else None,
        "low": figure.low if figure else None,
        "high": figure.high if figure else None,
        "probability_best": arm.probability_best,
        **_comparison("over_best", arm.over_best),
        **_comparison("over_control", arm.over_control),
    }


def _comparison(name: str, found: Comparison | None) -> dict[str, Any]:
    difference = found.difference if found else None
    return {
        name: difference.value if difference else None,
        f"{name}_low": difference.low if difference else None,
        f"{name}_high": difference.high if difference else None,
        f"{name}_other": found.other if found else None,
        f"{name}_p": found.p_value if found else None,
    }


def _plain(cell: object) -> object:
    return str(cell) if isinstance(cell, Decimal) else cell
