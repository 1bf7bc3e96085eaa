"""Datasets written without an import, and the small neighbours of a resolution."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from campaigns.application.audience.ports import Rule, SegmentContent, Subject
from campaigns.domain.audience.standing import capped_on
from campaigns.domain.shared.ids import RuleId, SegmentId, TenantId, UserId
from campaigns.domain.shared.sending_limits import FrequencyCap
from campaigns.infrastructure.audience.datasets import Dataset, Datasets, Kind
from campaigns.infrastructure.audience.engine import EngineLimits
from campaigns.infrastructure.audience.shared_addresses import SharedAddresses
from campaigns.infrastructure.audience.warehouses.duckdb import DuckDbWarehouse

TENANT = TenantId("acme")
PROFILES = {
    "user_id": (Kind.TEXT, pa.string()),
    "email": (Kind.TEXT, pa.string()),
    "phone": (Kind.TEXT, pa.string()),
    "country": (Kind.TEXT, pa.string()),
    "orders": (Kind.INTEGER, pa.int64()),
}


def write(
    home: Path,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    group: int = 20_480,
    version: str = "v",
    also: Mapping[str, tuple[Kind, pa.DataType]] | None = None,
) -> Datasets:
    """One dataset of people sorted by user_id; `also` are columns beside the usual ones."""
    profiles = {**PROFILES, **(also or {})}
    datasets = Datasets(home)
    folder = datasets.folder(TENANT, name)
    folder.mkdir(parents=True, exist_ok=True)
    schema = pa.schema({column: kind for column, (_, kind) in profiles.items()})
    sorted_rows = sorted(rows, key=lambda row: str(row["user_id"]).encode())
    pq.write_table(
        pa.Table.from_pylist(sorted_rows, schema=schema), folder / f"{version}.parquet", row_group_size=group
    )
    columns = {column: kind for column, (kind, _) in profiles.items()}
    datasets.switch(TENANT, name, Dataset(file=f"{version}.parquet", rows=len(rows), columns=columns))
    return datasets


def embedded(home: Path) -> tuple[DuckDbWarehouse, SharedAddresses]:
    """The embedded engine over the datasets that were written below a directory."""
    limits = EngineLimits(scratch=home / "scratch")
    warehouse = DuckDbWarehouse(Datasets(home), limits)
    return warehouse, SharedAddresses(warehouse, limits)


class GivenSegments:
    """Segments as the test says."""

    def __init__(self, *contents: SegmentContent) -> None:
        self._contents = {content.segment_id: content for content in contents}

    async def contents(
        self, tenant_id: TenantId, segment_ids: Sequence[SegmentId]
    ) -> Mapping[SegmentId, SegmentContent]:
        return {one: self._contents[one] for one in segment_ids if one in self._contents}


class GivenSuppressions:
    """(everywhere, by channel) for some people."""

    def __init__(self, said: Mapping[str, tuple[int, int]]) -> None:
        self.said = said

    async def table(self, tenant_id: TenantId) -> pa.Table:
        rows = [(user, *packed) for user, packed in self.said.items()]
        schema = pa.schema({"user_id": pa.string(), "everywhere": pa.int64(), "by_channel": pa.int64()})
        return pa.table([list(column) for column in zip(*rows, strict=True)] or [[], [], []], schema=schema)


class GivenEditions:
    """Suppressions that change when the test says."""

    def __init__(self) -> None:
        self.number = 0

    async def edition(self, tenant_id: TenantId) -> str:
        return str(self.number)


class GivenContacts:
    """People who have had all that any cap allows."""

    def __init__(self, capped: Sequence[str] = ()) -> None:
        self._capped = pa.array(sorted(capped), pa.string())

    async def within(self, tenant_id: TenantId, caps: Sequence[FrequencyCap], now: datetime) -> "GivenContacts":
        return self

    async def capped(self, user_ids: pa.StringArray) -> pa.Int64Array:
        return pc.if_else(pc.is_in(user_ids, value_set=self._capped), capped_on(None), 0).cast(pa.int64())


class GivenRules:
    """Rules as the test says; those without criteria hold for the people named."""

    def __init__(self, rules: Sequence[Rule] = (), holds_for: Sequence[str] = ()) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._holds_for = frozenset(holds_for)
        self.asked: list[Subject] = []

    async def rules(self, tenant_id: TenantId, rule_ids: Sequence[RuleId]) -> Mapping[RuleId, Rule]:
        return {one: self._rules[one] for one in rule_ids if one in self._rules}

    async def matching(
        self, tenant_id: TenantId, rule_ids: Sequence[RuleId], subjects: Sequence[Subject]
    ) -> Mapping[UserId, frozenset[RuleId]]:
        self.asked.extend(subjects)
        return {one.user_id: frozenset(rule_ids if one.user_id in self._holds_for else ()) for one in subjects}


def rule(number: int, **more: Any) -> Rule:
    return Rule(id=RuleId(UUID(int=number)), name=f"rule {number}", **{"enabled": True, **more})
