"""How far an erasure has come."""

from uuid import UUID

from campaigns.application.audience.erasing import Erasure, Erasures
from campaigns.application.shared.messages import Query


class ShowErasure(Query, frozen=True, kw_only=True):
    erasure_id: UUID


class ShowErasureHandler:
    def __init__(self, erasures: Erasures) -> None:
        self._erasures = erasures

    async def __call__(self, query: ShowErasure) -> Erasure:
        return await self._erasures.get(query.caller.tenant_id, query.erasure_id)
