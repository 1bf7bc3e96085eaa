"""People who were erased and come again in an upload."""

import asyncio
from pathlib import Path

from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.audience.erasing.ids_in_files import user_ids_in
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
        groups = user_ids_in(path)
        while (user_ids := await asyncio.to_thread(next, groups, None)) is not None:
            found |= await self._erasures.among(tenant_id, user_ids)
        return await asyncio.to_thread(_rewrite, path, found) if found else 0


def _rewrite(path: Path, user_ids: set[str]) -> int:
    kept = path.with_name(f"{path.name}.kept")
    try:
        gone = write_without(path, kept, user_ids)
        kept.replace(path)
    finally:
        kept.unlink(missing_ok=True)
    return gone
