"""Every suppression, as a stream."""

from collections.abc import AsyncIterator

from campaigns.application.audience.ports import Suppressions
from campaigns.application.shared.messages import Query
from campaigns.domain.audience.suppression import Suppression


class ExportSuppressions(Query, frozen=True, kw_only=True):
    pass


class ExportSuppressionsHandler:
    def __init__(self, suppressions: Suppressions) -> None:
        self._suppressions = suppressions

    async def __call__(self, query: ExportSuppressions) -> AsyncIterator[Suppression]:
        return self._suppressions.every(query.caller.tenant_id)
