"""Imports, newest first."""

from collections.abc import Sequence

from campaigns.application.audience.ports import Import, Imports
from campaigns.application.shared.messages import Query


class ListImports(Query, frozen=True, kw_only=True):
    limit: int = 50
    offset: int = 0


class ListImportsHandler:
    def __init__(self, imports: Imports) -> None:
        self._imports = imports

    async def __call__(self, query: ListImports) -> tuple[Sequence[Import], int]:
        return await self._imports.page(query.caller.tenant_id, limit=query.limit, offset=query.offset)
