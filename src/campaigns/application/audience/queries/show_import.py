"""How far an import has come."""

from uuid import UUID

from campaigns.application.audience.ports import Import, Imports
from campaigns.application.shared.messages import Query


class ShowImport(Query, frozen=True, kw_only=True):
    import_id: UUID


class ShowImportHandler:
    def __init__(self, imports: Imports) -> None:
        self._imports = imports

    async def __call__(self, query: ShowImport) -> Import:
        return await self._imports.get(query.caller.tenant_id, query.import_id)
