"""Delivery's last question before it hands over: the list, and the digests of those who are on no list any more."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.skip_reasons import SkipReason
from campaigns.infrastructure.audience.erasing.erasures import PostgresErasures
from campaigns.infrastructure.audience.suppressions import PostgresSuppressions

_EVERYWHERE = dict.fromkeys(ChannelType, SkipReason.DELETED.wire_name)


class SuppressedOrErased:
    """`Suppressed`. Tenants without erasures are asked nothing more than before."""

    def __init__(self, suppressions: PostgresSuppressions, erasures: PostgresErasures) -> None:
        self._suppressions = suppressions
        self._erasures = erasures

    async def among(
        self, tenant_id: TenantId, campaign_id: UUID, user_ids: Sequence[str]
    ) -> Mapping[str, Mapping[ChannelType, str]]:
        suppressed = await self._suppressions.among(tenant_id, campaign_id, user_ids)
        erased = await self._erasures.among(tenant_id, user_ids)
        return {**suppressed, **dict.fromkeys(erased, _EVERYWHERE)} if erased else suppressed
