"""Erasures, newest first."""

from collections.abc import Sequence

from campaigns.application.audience.erasing import Erasure, Erasures
from campaigns.application.shared.messages import Query


class ListErasures(Query, frozen=True, kw_only=True):
    limit: int = 50
    offset: int = 0


class ListErasuresHandler:
    def __init__(self, erasures: Erasures) -> None:
        self._erasures = erasures

    async def __call__(self, query: ListErasures) -> tuple[Sequence[Erasure], int]:
        return await self._erasures.page(query.caller.tenant_id, limit=query.limit, offset=query.offset)
