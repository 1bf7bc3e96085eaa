"""People who were erased and come again in an upload."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.audience.rewriting import write_without


class ErasedInFiles:
    """Costs a tenant without erasures one question."""

    def __init__(self, erasures: PostgresErasures) -> None:
        self._erasures = erasures

    async def take_out(self, tenant_id: TenantId, path: Path) -> int:
        """Their rows are taken out of the file; how many there were."""
        if not await self._erasures.any(tenant_id):
            return 0
        found: set[str] = set()
        groups = _user_ids(path)
        while (user_ids := await asyncio.to_thread(next, groups, None)) is not None:
            found |= await self._erasures.among(tenant_id, user_ids)
        return await asyncio.to_thread(_rewrite, path, found) if found else 0


def _user_ids(path: Path) -> Iterator[list[str]]:
    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group, columns=["user_id"]).column("user_id").to_pylist()


def _rewrite(path: Path, user_ids: set[str]) -> int:
    kept = path.with_name(f"{path.name}.kept")
    try:
        gone = write_without(path, kept, user_ids)
        kept.replace(path)
    finally:
        kept.unlink(missing_ok=True)
    return gone
