"""Candidates in user order: rows of the query, with named people who have no profile merged in between."""

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campaigns.application.audience.ports import AudienceOrder, StepCount
from campaigns.domain.audience.definition import FilterStep
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import Violation
from campaigns.infrastructure.audience.audience_sql import (
    NO_PROFILES,
    AudienceSql,
    Listed,
    Wanted,
    parquet,
    strangers,
)
from campaigns.infrastructure.audience.datasets import PEOPLE, Datasets
from campaigns.infrastructure.audience.engine import EngineLimits, engine
from campaigns.infrastructure.audience.gathering import Gathered, InvalidAudienceError, id_table

ROWS = 65_536


class Counting:
    """How many people each filter step removed."""

    def __init__(self, steps: Sequence[FilterStep]) -> None:
        self._names = [step.name for step in steps]
        self._seen = np.zeros(len(steps) + 1, dtype=np.int64)

    def add(self, removed_by: pa.Array) -> None:
        self._seen += np.bincount(removed_by.to_numpy(zero_copy_only=False), minlength=len(self._seen))

    def steps(self) -> tuple[StepCount, ...]:
        left = int(self._seen.sum())
        counted = []
        for name, removed in zip(self._names, self._seen[1:].tolist(), strict=True):
            left -= removed
            counted.append(StepCount(name, removed, left))
        return tuple(counted)


class Candidates:
    """Everybody who is meant and passes the filters, with their standing; read in one thread."""

    def __init__(self, datasets: Datasets, limits: EngineLimits, order: AudienceOrder, gathered: Gathered) -> None:
        self._limits = limits
        self._gathered = gathered
        self._wanted = _wanted(datasets, order, gathered)
        self._people = _listed(datasets, order, PEOPLE)
        self.counting = Counting(order.definition.steps())

    def read(self) -> Generator[pa.RecordBatch, None, None]:
        """Batches of `user_id`, `standing` (and all attributes when rules are asked person by person)."""
        lists = {listed.path for listed in self._wanted.lists.values()}
        with engine(self._limits, lists | ({self._people.path} if self._people else set())) as connection:
            self._register(connection)
            named = self._strangers(connection)
            for batch in self._profiles(connection):
                last = batch.column("user_id")[-1].as_py()
                between, named = _split(named, last)
                yield from self._passing(_merged(batch, between))
            yield from self._passing(named)

    def _register(self, connection: Any) -> None:
        connection.register("included", id_table(self._gathered.include.named))
        connection.register("excluded", id_table(self._gathered.exclude.named))
        connection.register("suppressed", self._gathered.suppressed)

    def _profiles(self, connection: Any) -> Iterator[pa.RecordBatch]:
        if self._people is None:
            return
        query = AudienceSql(self._wanted, self._people.columns, parquet(self._people.path))
        reader = connection.sql(query.selecting(everything=bool(self._gathered.remote)), params=query.bound)
        before = ""
        for batch in reader.to_arrow_reader(ROWS):
            if batch.num_rows:
                before = _require_order(batch.column("user_id"), before)
                yield batch

    def _strangers(self, connection: Any) -> pa.Table:
        columns = self._people.columns if self._people else NO_PROFILES
        relation = strangers(columns, self._people.path if self._people else None)
        query = AudienceSql(self._wanted, columns, relation)
        selecting = query.selecting(everything=bool(self._gathered.remote))
        return connection.sql(f"{selecting} ORDER BY p.user_id", params=query.bound).to_arrow_table()

    def _passing(self, rows: pa.Table | pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        if not rows.num_rows:
            return
        table = rows if isinstance(rows, pa.Table) else pa.Table.from_batches([rows])
        if self._wanted.steps:
            removed_by = table.column("removed_by").combine_chunks()
            self.counting.add(removed_by)
            table = table.filter(pc.equal(removed_by, 0))
        yield from table.drop_columns(["removed_by"]).combine_chunks().to_batches(max_chunksize=ROWS)


def _wanted(datasets: Datasets, order: AudienceOrder, gathered: Gathered) -> Wanted:
    steps = order.definition.steps()
    channels: list[ChannelType] = [*order.channels, *(way for variant in order.variants for way in variant.channels)]
    return Wanted(
        include=gathered.include.criteria,
        exclude=gathered.exclude.criteria,
        rules=gathered.pushed_down,
        steps=steps,
        lists={name: _required(datasets, order, at, name) for at, step in enumerate(steps) for name in step.listed_in},
        channels=channels,
        now=order.now,
        names_users=bool(gathered.include.named),
        bars_users=bool(gathered.exclude.named),
        suppresses=gathered.suppressed.num_rows > 0,
    )


def _required(datasets: Datasets, order: AudienceOrder, step: int, name: str) -> Listed:
    listed = _listed(datasets, order, name)
    if listed is None:
        violation = Violation(f"/audience/filters/{step}/listed_in", f"there is no dataset {name!r}")
        raise InvalidAudienceError("The audience cannot be resolved", (violation,))
    return listed


def _listed(datasets: Datasets, order: AudienceOrder, name: str) -> Listed | None:
    dataset = datasets.current(order.tenant_id, name)
    if dataset is None:
        return None
    path: Path = datasets.path(order.tenant_id, name, dataset)
    return Listed(path=path, columns=dataset.columns)


def _require_order(user_ids: pa.StringArray, before: str) -> str:
    """The last id of the batch; the plan relies on the order, so that a broken promise must not pass unseen."""
    ascending = pc.all(pc.less(user_ids[:-1], user_ids[1:])).as_py() is not False
    if not ascending or user_ids[0].as_py() <= before:
        raise RuntimeError("the dataset is not sorted by user_id")
    return str(user_ids[-1].as_py())


def _split(named: pa.Table, last: str) -> tuple[pa.Table, pa.Table]:
    """The named people up to `last`, and those beyond."""
    if not named.num_rows:
        return named, named
    upto = pc.sum(pc.less_equal(named.column("user_id"), last)).as_py()
    return named.slice(0, upto), named.slice(upto)


def _merged(batch: pa.RecordBatch, between: pa.Table) -> pa.Table:
    table = pa.Table.from_batches([batch])
    if not between.num_rows:
        return table
    return pa.concat_tables([table, between.cast(table.schema)]).sort_by("user_id")
