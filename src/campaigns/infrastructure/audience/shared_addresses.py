"""Who shares an address with others: found once for each version of the people, and kept beside its file.

Few people share one, so that a launch only looks those few up. The file `<version>.parquet.shared-<attribute>` has a
row for each of them, by user id, with the number of their group.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec.structs import replace
from numpy.typing import NDArray

from campaigns.application.audience.ports import AudienceOrder
from campaigns.domain.shared.channels import ADDRESS_ATTRIBUTE, ChannelType
from campaigns.domain.shared.ids import UserId
from campaigns.infrastructure.audience.datasets import Kind
from campaigns.infrastructure.audience.engine import EngineLimits, engine, parquet, quoted
from campaigns.infrastructure.audience.warehouses.ports import Dialect, Table, Warehouse
from campaigns.infrastructure.distinct import distinct

ROWS = 32_768
_AT_ONCE = 1_000_000  # digests that are compared with one another within the engine's memory
SCHEMA = pa.schema({"user_id": pa.string(), "shared": pa.int32()})
_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
_SAME: Mapping[str, str] = {
    "email": f"translate(trim({{0}}), '{_UPPER}', '{_LOWER}')",
    "phone": "regexp_replace(regexp_replace({0}, '[^0-9]', '', 'g'), '^00', '')",
    "push_token": "trim({0})",
}
"""`domain.audience.addresses.same_address` in SQL, for the attributes that people can share."""

_ALIKE: Mapping[str, str] = {**_SAME, "email": "lower(trim({0}))"}
"""Alike where `_SAME` is the same, and perhaps elsewhere; made to be fast."""

SHAREABLE = frozenset(_SAME)


def shared_attributes(order: AudienceOrder, people: Table) -> dict[ChannelType, str]:
    """For every channel in use, the attribute that two people can have in common."""
    attributes = {channel: ADDRESS_ATTRIBUTE[channel] or "" for channel in ways(order)}
    return {one: attribute for one, attribute in attributes.items() if attribute in SHAREABLE & people.columns.keys()}


def ways(order: AudienceOrder) -> set[ChannelType]:
    """Every channel that the campaign or a variant of it uses."""
    return {*order.channels, *(way for variant in order.variants for way in variant.channels)}


class SharedAddresses:
    """For imported people the file beside theirs; for people kept elsewhere, found anew each time."""

    def __init__(self, warehouse: Warehouse, limits: EngineLimits) -> None:
        self._warehouse = warehouse
        self._limits = limits

    @contextmanager
    def found(self, people: Table, attributes: Iterable[str]) -> Iterator[Mapping[str, Path]]:
        """The file of those who share, by attribute; it may be gone afterwards for who has not opened it."""
        with ExitStack() as passing:
            yield {one: self._found(people, one, passing) for one in attributes}

    def sharing_with(self, people: Table, attribute: str, user_id: UserId) -> list[UserId]:
        """The people before this one, by user id, who have the same address."""
        with self.found(people, [attribute]) as files:
            return sharing_with(files[attribute], user_id)

    def _found(self, people: Table, attribute: str, passing: ExitStack) -> Path:
        if people.file:
            return sharers(people.file, attribute, self._limits)
        self._limits.scratch.mkdir(parents=True, exist_ok=True)
        path = self._limits.scratch / f"shared-{uuid4().hex}.parquet"
        passing.callback(path.unlink, missing_ok=True)
        query = _asking(self._warehouse.dialect, people, attribute)
        with self._warehouse.opened([people]) as session, pq.ParquetWriter(path, SCHEMA) as writing:
            for batch in session.batches(query, {}, ROWS):
                writing.write_batch(batch.cast(SCHEMA))
        return path


def _asking(dialect: Dialect, people: Table, attribute: str) -> str:
    column, upper, lower = dialect.quoted(attribute), _UPPER, _LOWER
    same = {
        "email": f"translate(trim({column}), '{upper}', '{lower}')",
        "phone": dialect.without(dialect.without(column, "[^0-9]"), "^00"),
        "push_token": f"trim({column})",
    }[attribute]
    addressed = f"SELECT user_id, {same} AS address FROM {people.relation} p"
    counted = f"SELECT user_id, address, count(*) OVER (PARTITION BY address) AS many FROM ({addressed}) a"
    numbered = f"CAST(dense_rank() OVER (ORDER BY address) AS {dialect.types[Kind.INTEGER]}) AS shared"
    return f"SELECT user_id, {numbered} FROM ({counted} WHERE address <> '') c WHERE many > 1 ORDER BY user_id"


def sharers(people: Path, attribute: str, limits: EngineLimits) -> Path:
    """The file of those who share; found now unless it was found before."""
    kept = people.with_name(f"{people.name}.shared-{attribute}")
    if not kept.exists():
        _find(people, attribute, limits, kept)
    return kept


def _find(people: Path, attribute: str, limits: EngineLimits, kept: Path) -> None:
    """Digests first, as there are many addresses; the addresses themselves only of those whose digest comes twice."""
    growing = kept.with_name(f"{kept.name}.{uuid4().hex}")
    alike = _ALIKE[attribute].format(f"{quoted(attribute)}::VARCHAR")
    try:
        half = replace(limits, memory_mb=limits.memory_mb // 2)  # digests spill well, and numpy needs room beside them
        with engine(half, [people]) as connection, pq.ParquetWriter(growing, SCHEMA) as writing:
            digesting = f"SELECT hash({alike}) AS digest FROM {parquet(people)} WHERE {alike} <> ''"
            connection.execute(f"CREATE TABLE digests AS {digesting}")
            connection.register("found", pa.table({"digest": _twice(connection)}))
            connection.execute("CREATE TABLE twice AS FROM found")
            for batch in connection.sql(_finding(people, attribute, alike)).to_arrow_reader(ROWS):
                writing.write_batch(batch.cast(SCHEMA))
        growing.replace(kept)
    finally:
        growing.unlink(missing_ok=True)


def _twice(connection: Any) -> NDArray[np.uint64]:
    """Digests of more than one person; a part of all at a time, so that ten million need no more memory than one."""
    (count,) = connection.execute("SELECT count(*) FROM digests").fetchone()
    parts = 1 + count // _AT_ONCE
    found: list[NDArray[np.uint64]] = []
    for part in range(parts):
        query = f"SELECT digest FROM digests WHERE digest % {parts} = {part}"  # bound, they would make it a hugeint
        digests = np.sort(connection.execute(query).fetchnumpy()["digest"])
        found.append(distinct(digests[1:][digests[1:] == digests[:-1]]))
    return np.concatenate(found)


def _finding(people: Path, attribute: str, alike: str) -> str:
    same = _SAME[attribute].format("address")
    return f"""
      WITH alike AS MATERIALIZED (SELECT user_id, {quoted(attribute)}::VARCHAR AS address FROM {parquet(people)}
                                   WHERE {alike} <> '' AND hash({alike}) IN (FROM twice)),
           suspects AS (SELECT user_id, {same} AS address FROM alike WHERE {same} <> ''),
           groups AS (SELECT address, (row_number() OVER ())::INTEGER AS shared
                        FROM (SELECT address FROM suspects GROUP BY address HAVING count(*) > 1))
      SELECT user_id, shared FROM suspects JOIN groups USING (address) ORDER BY user_id"""


class Groups:
    """The sharers of one file beside candidates that come in ascending order; holds a few thousand at a time."""

    def __init__(self, kept: Path) -> None:
        self._file = pq.ParquetFile(kept)
        self._coming = self._file.iter_batches(ROWS)
        self._waiting = pa.Table.from_batches([], SCHEMA)
        self.count = self._file.metadata.num_rows

    def of(self, user_ids: pa.StringArray) -> NDArray[np.int32]:
        """The number of each person's group, 0 for none."""
        known = self._up_to(user_ids[-1])
        places = pc.index_in(user_ids, value_set=known.column("user_id"))
        return known.column("shared").take(places).fill_null(0).to_numpy()  # type: ignore[no-any-return]

    def _up_to(self, last: pa.StringScalar) -> pa.Table:
        while self._waiting.num_rows == 0 or self._waiting.column("user_id")[-1].as_py() <= last.as_py():
            batch = next(self._coming, None)
            if batch is None:
                break
            self._waiting = pa.concat_tables([self._waiting, pa.Table.from_batches([batch])])
        passed = pc.sum(pc.less_equal(self._waiting.column("user_id"), last)).as_py() or 0
        found, self._waiting = self._waiting.slice(0, passed), self._waiting.slice(passed)
        return found

    def close(self) -> None:
        self._file.close()


def sharing_with(kept: Path, user_id: UserId) -> list[UserId]:
    """The people before this one, by user id, who have the same address."""
    rows = pq.read_table(kept)
    own = rows.filter(pc.equal(rows.column("user_id"), user_id)).column("shared")
    if not len(own):
        return []
    group = rows.filter(pc.equal(rows.column("shared"), own[0])).column("user_id").to_pylist()
    return [UserId(other) for other in group if other < user_id]
