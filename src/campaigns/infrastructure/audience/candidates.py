"""Candidates in user order: the query is asked range by range of user ids, each a few hundred thousand people."""

from collections.abc import Generator, Iterator, Sequence

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
from campaigns.infrastructure.audience.audience_sql import AudienceSql, Wanted
from campaigns.infrastructure.audience.datasets import PEOPLE
from campaigns.infrastructure.audience.warehouses.ports import Session, Table, Warehouse

ROWS = 32_768


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

    def __init__(self, warehouse: Warehouse, order: AudienceOrder, gathered: Gathered, suppressed: pa.Table) -> None:
        self._warehouse = warehouse
        self._gathered = gathered
        self._suppressed: pa.Table | None = suppressed
        self._wanted = wanted(warehouse, order, gathered, suppresses=suppressed.num_rows > 0)
        self._people = warehouse.table(order.tenant_id, PEOPLE)
        self.counting = Counting(order.definition.steps())

    def count(self) -> int:
        """How many `read` would give; nobody is asked person by person."""
        query = AudienceSql(self._warehouse.dialect, self._wanted, self._people)
        counting = query.counting()
        with self._warehouse.opened(self._tables()) as session:
            self._load(session)
            asked = ({**query.bound, "low": low, "high": high} for low, high in session.ranges(self._people))
            return sum(session.first(counting, bound)[0] for bound in asked)

    def read(self) -> Generator[pa.RecordBatch, None, None]:
        """Batches of `user_id`, `standing` (and all attributes when rules are asked person by person)."""
        query = AudienceSql(self._warehouse.dialect, self._wanted, self._people)
        selecting = query.selecting(everything=bool(self._gathered.remote))
        with self._warehouse.opened(self._tables()) as session:
            self._load(session)
            before = ""
            for low, high in session.ranges(self._people):
                for batch in session.batches(selecting, {**query.bound, "low": low, "high": high}, ROWS):
                    if batch.num_rows:
                        before = _require_order(batch.column("user_id"), before)
                        yield from self._passing(batch)

    def _tables(self) -> list[Table]:
        return [table for table in (*self._wanted.lists.values(), self._people) if table]

    def _load(self, session: Session) -> None:
        tables = {
            "included": _id_table(self._gathered.include.named),
            "excluded": _id_table(self._gathered.exclude.named),
            "suppressed": self._suppressed,
        }
        for name, rows in tables.items():
            if rows is not None and rows.num_rows:
                session.load(name, rows)
        self._suppressed = None  # the engine has its own copy, within its memory

    def _passing(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        if self._wanted.steps:
            removed_by = batch.column("removed_by")
            self.counting.add(removed_by)
            batch = batch.filter(pc.equal(removed_by, 0))
        if batch.num_rows:
            yield batch


def wanted(warehouse: Warehouse, order: AudienceOrder, gathered: Gathered, *, suppresses: bool) -> Wanted:
    steps = order.definition.steps()
    channels: list[ChannelType] = [*order.channels, *(way for variant in order.variants for way in variant.channels)]
    return Wanted(
        include=gathered.include.criteria,
        exclude=gathered.exclude.criteria,
        rules=gathered.pushed_down,
        steps=steps,
        lists={name: _required(warehouse, order, at, name) for at, step in enumerate(steps) for name in step.listed_in},
        channels=channels,
        now=order.now,
        names_users=bool(gathered.include.named),
        bars_users=bool(gathered.exclude.named),
        suppresses=suppresses,
        zones=order.with_zones,
    )


def _required(warehouse: Warehouse, order: AudienceOrder, step: int, name: str) -> Table:
    listed = warehouse.table(order.tenant_id, name)
    if listed is None:
        violation = Violation(f"/audience/filters/{step}/listed_in", f"there is no dataset {name!r}")
        raise InvalidAudienceError("The audience cannot be resolved", (violation,))
    return listed


def _require_order(user_ids: pa.StringArray, before: str) -> str:
    """The last id of the batch; the plan relies on the order, so that a broken promise must not pass unseen."""
    ascending = pc.all(pc.less(user_ids[:-1], user_ids[1:])).as_py() is not False
    if not ascending or user_ids[0].as_py() <= before:
        raise RuntimeError("the dataset is not sorted by user_id")
    return str(user_ids[-1].as_py())


def _id_table(user_ids: frozenset[UserId]) -> pa.Table:
    """User ids as a sorted Arrow table of one column."""
    return pa.table({"user_id": pa.array(sorted(user_ids), type=pa.string())})
