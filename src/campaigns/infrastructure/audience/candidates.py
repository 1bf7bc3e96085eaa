"""Candidates in user order: the query is asked range by range of user ids, each a few hundred thousand people."""

from collections.abc import Generator, Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from campaigns.application.audience.gathering import Gathered
from campaigns.application.audience.ports import AudienceOrder, StepCount
from campaigns.domain.audience.errors import InvalidAudienceError
from campaigns.domain.audience.stratifying import CHANNEL
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import UserId
from campaigns.infrastructure.audience.audience_sql import AudienceSql, Wanted
from campaigns.infrastructure.audience.datasets import PEOPLE, Kind
from campaigns.infrastructure.audience.warehouses.ports import Session, Table, Warehouse

ROWS = 32_768
NOBODY = pa.Table.from_batches([], schema=pa.schema([("user_id", pa.string())]))  # pa.array would import pandas
_COMMON = (Kind.TEXT, Kind.INTEGER, Kind.BOOLEAN)


class Candidates:
    """Everybody who is meant and passes the filters, with their standing; read in one thread."""

    def __init__(self, warehouse: Warehouse, order: AudienceOrder, gathered: Gathered, suppressed: pa.Table) -> None:
        self._warehouse = warehouse
        self._gathered = gathered
        self._suppressed: pa.Table | None = suppressed
        self._people = warehouse.table(order.tenant_id, PEOPLE)
        self._wanted = wanted(warehouse, order, gathered, self._people, suppresses=suppressed.num_rows > 0)

    def count(self) -> int:
        """How many `read` would give; nobody is asked person by person."""
        query = AudienceSql(self._warehouse.dialect, self._wanted, self._people)
        counting = query.counting()
        with self._warehouse.opened(self._tables()) as session:
            self._load(session)
            asked = ({**query.bound, "low": low, "high": high} for low, high in session.ranges(self._people))
            return sum(session.first(counting, bound)[0] for bound in asked)

    def steps(self) -> tuple[StepCount, ...]:
        """What each filter step removes and leaves of those who are meant; nobody is named."""
        query = AudienceSql(self._warehouse.dialect, self._wanted, self._people)
        tallying = query.tallying()
        removed = [0] * (1 + len(self._wanted.steps))
        with self._warehouse.opened(self._tables()) as session:
            self._load(session)
            for batch in self._batches(session, query, tallying):
                for row in batch.to_pylist():
                    removed[row["removed_by"]] += row["people"]
        return self._counted(removed)

    def _counted(self, removed: Sequence[int]) -> tuple[StepCount, ...]:
        left, counted = sum(removed), []
        for step, gone in zip(self._wanted.steps, removed[1:], strict=True):
            left -= gone
            counted.append(StepCount(step.name, gone, left))
        return tuple(counted)

    def read(self, *, everything: bool = False) -> Generator[pa.RecordBatch, None, None]:
        """Batches of `user_id`, `standing` (and all attributes, also when rules are asked person by person)."""
        query = AudienceSql(self._warehouse.dialect, self._wanted, self._people)
        selecting = query.selecting(everything=everything or bool(self._gathered.remote))
        with self._warehouse.opened(self._tables()) as session:
            self._load(session)
            self._load_suppressed(session)
            before = ""
            for batch in self._batches(session, query, selecting):
                if batch.num_rows:
                    before = _require_order(batch.column("user_id"), before)
                    yield batch

    def _batches(self, session: Session, query: AudienceSql, statement: str) -> Iterator[pa.RecordBatch]:
        """What a statement finds, stretch by stretch of the people: no more of them at once than fit."""
        for low, high in session.ranges(self._people):
            yield from session.batches(statement, {**query.bound, "low": low, "high": high}, ROWS)

    def _tables(self) -> list[Table]:
        return [table for table in (*self._wanted.lists.values(), self._people) if table]

    def _load(self, session: Session) -> None:
        for name, group in (("included", self._gathered.include), ("excluded", self._gathered.exclude)):
            nobody_known = name == "included" and self._people is None  # then everybody comes from there
            if group.named or nobody_known:
                session.load(name, _id_table(group.named))

    def _load_suppressed(self, session: Session) -> None:
        """Once: the engine then has its own copy, within its memory."""
        suppressed, self._suppressed = self._suppressed, None
        if suppressed is not None and suppressed.num_rows:
            session.load("suppressed", suppressed)


def wanted(
    warehouse: Warehouse, order: AudienceOrder, gathered: Gathered, people: Table | None, *, suppresses: bool
) -> Wanted:
    steps = order.definition.steps()
    channels: list[ChannelType] = [*order.channels, *(way for variant in order.variants for way in variant.channels)]
    return Wanted(
        include=gathered.include.criteria,
        include_lists=sorted(gathered.include.lists),
        exclude_lists=sorted(gathered.exclude.lists),
        exclude=gathered.exclude.criteria,
        rules=gathered.pushed_down,
        steps=steps,
        lists={name: _required(warehouse, order, pointer, name) for pointer, name in _lists(order, gathered)},
        channels=channels,
        now=order.now,
        names_users=bool(gathered.include.named),
        bars_users=bool(gathered.exclude.named),
        suppresses=suppresses,
        zones=order.with_zones,
        strata=_strata(order, people),
    )


def _strata(order: AudienceOrder, people: Table | None) -> tuple[str | None, ...]:
    """The attributes that the holdout is drawn by, None for the channel; InvalidAudienceError for any that is none."""
    columns = people.columns if people else {}
    for at, name in enumerate(order.holdout_strata):
        if name != CHANNEL and columns.get(name) not in _COMMON:
            rule = f"people have no attribute {name!r} that is a text, a whole number or a boolean"
            raise InvalidAudienceError("The holdout cannot be drawn", (Violation(f"/holdout_strata/{at}", rule),))
    return tuple(None if name == CHANNEL else name for name in order.holdout_strata)


def _lists(order: AudienceOrder, gathered: Gathered) -> Iterator[tuple[str, str]]:
    """Every list that is asked for, and where."""
    for at, step in enumerate(order.definition.steps()):
        yield from ((f"/audience/filters/{at}/listed_in", name) for name in step.listed_in)
    for side, sources in (("include", order.definition.include), ("exclude", order.definition.exclude)):
        named = ((f"/audience/{side}/{at}/dataset", source.dataset) for at, source in enumerate(sources))
        yield from ((pointer, name) for pointer, name in named if name)
    yield from (("/audience", name) for name in gathered.include.lists | gathered.exclude.lists)


def _required(warehouse: Warehouse, order: AudienceOrder, pointer: str, name: str) -> Table:
    listed = warehouse.table(order.tenant_id, name)
    if listed is None:
        violation = Violation(pointer, f"there is no dataset {name!r}")
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
