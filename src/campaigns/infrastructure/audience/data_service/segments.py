"""Segments that another service keeps, beside our own."""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct

from campaigns.application.audience.ports import SegmentContent, SegmentContents
from campaigns.domain.audience.segment import LONGEST_USER_ID
from campaigns.domain.shared.ids import SegmentId, TenantId, UserId
from campaigns.infrastructure.audience.data_service.service import DataService


class _Resolved(Struct, frozen=True):
    user_ids: tuple[UserId, ...]


class JoinedSegments:
    """`SegmentContents`: our own, and those we do not know asked of the service, as the people they mean now."""

    def __init__(self, own: SegmentContents, service: DataService) -> None:
        self._own = own
        self._service = service

    async def contents(
        self, tenant_id: TenantId, segment_ids: Sequence[SegmentId]
    ) -> Mapping[SegmentId, SegmentContent]:
        found = dict(await self._own.contents(tenant_id, segment_ids))
        missing = [one for one in dict.fromkeys(segment_ids) if one not in found]
        if not self._service.configured or not missing:
            return found
        resolved = await asyncio.gather(*(self._resolved(tenant_id, one) for one in missing))
        return found | {content.segment_id: content for content in resolved if content}

    async def _resolved(self, tenant_id: TenantId, segment_id: SegmentId) -> SegmentContent | None:
        answer = await self._service.ask(f"segments/{segment_id}/resolve", tenant_id, _Resolved)
        if answer is None:
            return None
        if not all(0 < len(one) <= LONGEST_USER_ID and "\0" not in one for one in answer.user_ids):
            raise self._service.doubt(f"segment {segment_id} names users whom nobody can be called")
        users = tuple(dict.fromkeys(answer.user_ids))
        return SegmentContent(segment_id=segment_id, name=str(segment_id), user_ids=users)
