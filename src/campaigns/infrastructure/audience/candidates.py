"""Candidates in user order: the query is asked range by range of user ids, each a few hundred thousand people."""

from collections.abc import Generator, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campaigns.application.audience.gathering import Gathered
from campaigns.application.audience.ports import AudienceOrder, StepCount
from campaigns.domain.audience.definition import FilterStep
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import UserId
from campaigns.infrastructure.audience.audience_sql import AudienceSql, Listed, Wanted
from campaigns.infrastructure.audience.datasets import PEOPLE, Datasets
from campaigns.infrastructure.audience.engine import EngineLimits, engine, literal

ROWS = 32_768
_GROUPS_PER_RANGE = 20
_BEYOND_ALL = "\U0010ffff" * 256  # user ids have at most 255 characters


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

    def __init__(
        self, datasets: Datasets, limits: EngineLimits, order: AudienceOrder, gathered: Gathered, suppressed: pa.Table
    ) -> None:
        self._limits = limits
        self._gathered = gathered
        self._suppressed: pa.Table | None = suppressed
        self._wanted = wanted(datasets, order, gathered, suppresses=suppressed.num_rows > 0)
        self._people = _listed(datasets, order, PEOPLE)
        self.counting = Counting(order.definition.steps())

    def count(self) -> int:
        """How many `read` would give; nobody is asked person by person."""
        query = AudienceSql(self._wanted, self._people)
        counting = query.counting()
        with engine(self._limits, self._files()) as connection:
            self._load(connection)
            asked = ({**query.bound, "low": low, "high": high} for low, high in self._ranges(connection))
            return sum(connection.execute(counting, bound).fetchone()[0] for bound in asked)

    def read(self) -> Generator[pa.RecordBatch, None, None]:
        """Batches of `user_id`, `standing` (and all attributes when rules are asked person by person)."""
        query = AudienceSql(self._wanted, self._people)
        selecting = query.selecting(everything=bool(self._gathered.remote))
        with engine(self._limits, self._files()) as connection:
            self._load(connection)
            before = ""
            for low, high in self._ranges(connection):
                found = connection.sql(selecting, params={**query.bound, "low": low, "high": high})
                for batch in found.to_arrow_reader(ROWS):
                    if batch.num_rows:
                        before = _require_order(batch.column("user_id"), before)
                        yield from self._passing(batch)

    def _files(self) -> set[Path]:
        return {listed.path for listed in (*self._wanted.lists.values(), self._people) if listed}

    def _load(self, connection: Any) -> None:
        tables = {
            "included": _id_table(self._gathered.include.named),
            "excluded": _id_table(self._gathered.exclude.named),
            "suppressed": self._suppressed,
        }
        for name, rows in tables.items():
            connection.register("loading", rows)
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM loading ORDER BY user_id")
            connection.unregister("loading")
        self._suppressed = None  # the engine has its own copy, within its memory

    def _ranges(self, connection: Any) -> Iterator[tuple[str, str]]:
        """Where one range ends and the next begins: any ids will do, those of row groups read the least."""
        starts: list[str] = []
        if self._people:
            metadata = f"SELECT stats_min_value FROM parquet_metadata({literal(str(self._people.path))})"
            groups = f"{metadata} WHERE path_in_schema = 'user_id' ORDER BY row_group_id"
            starts = [low for (low,) in connection.execute(groups).fetchall()[_GROUPS_PER_RANGE::_GROUPS_PER_RANGE]]
        starts = sorted({start for start in starts if start})
        return pairwise(["", *starts, _BEYOND_ALL])

    def _passing(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        if self._wanted.steps:
            removed_by = batch.column("removed_by")
            self.counting.add(removed_by)
            batch = batch.filter(pc.equal(removed_by, 0))
        if batch.num_rows:
            yield batch


def wanted(datasets: Datasets, order: AudienceOrder, gathered: Gathered, *, suppresses: bool) -> Wanted:
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
        suppresses=suppresses,
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


def _id_table(user_ids: frozenset[UserId]) -> pa.Table:
    """User ids as a sorted Arrow table of one column."""
    return pa.table({"user_id": pa.array(sorted(user_ids), type=pa.string())})
