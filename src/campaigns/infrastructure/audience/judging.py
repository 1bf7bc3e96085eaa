"""Rules without criteria of ours are asked person by person, in batches; everybody stays for whom all say yes."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from campaigns.application.audience.ports import RulesEngine, Subject
from campaigns.domain.shared.ids import RuleId, TenantId
from campaigns.infrastructure.audience.audience_sql import OURS

_SUBJECTS = 1000
_AT_ONCE = 4


class Judging:
    """Keeps those of a batch for whom every rule holds."""

    def __init__(self, tenant_id: TenantId, rule_ids: Sequence[RuleId], engine: RulesEngine) -> None:
        self._tenant_id = tenant_id
        self._rule_ids = rule_ids
        self._engine = engine
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if not self._rule_ids:
            return batch
        chunks = [batch.slice(at, _SUBJECTS) for at in range(0, batch.num_rows, _SUBJECTS)]
        kept = await asyncio.gather(*(self._judged(chunk) for chunk in chunks))
        return batch.filter(pa.array([keep for chunk in kept for keep in chunk], type=pa.bool_()))

    async def _judged(self, chunk: pa.RecordBatch) -> list[bool]:
        ours = [name for name in OURS if name in chunk.schema.names]
        subjects = [_subject(row) for row in chunk.drop_columns(ours).to_pylist()]
        async with self._places:
            matched = await self._engine.matching(self._tenant_id, self._rule_ids, subjects)
        wanted = frozenset(self._rule_ids)
        return [wanted <= matched[subject.user_id] for subject in subjects]


def _subject(row: Mapping[str, Any]) -> Subject:
    attributes = {name: _plain(value) for name, value in row.items() if value is not None and name != "user_id"}
    return Subject(row["user_id"], attributes)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
