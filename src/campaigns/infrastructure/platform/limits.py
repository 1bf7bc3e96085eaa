"""Limits as other contexts ask for them: often, and rarely different."""

from campaigns.application.platform.ports import Tenants
from campaigns.application.shared.context import Caller
from campaigns.domain.platform.errors import TenantNotFoundError
from campaigns.domain.platform.limits import TenantLimits, with_overrides
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.platform.fresh import Fresh

_SECONDS = 5.0


class TenantsLimits:
    """Overrides from the tenants' own records, at most five seconds old."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants
        self._fresh: Fresh[TenantId, TenantLimits] = Fresh(_SECONDS)

    async def of(self, caller: Caller) -> TenantLimits:
        return await self.of_tenant(caller.tenant_id)

    async def of_tenant(self, tenant_id: TenantId) -> TenantLimits:
        return await self._fresh.get(tenant_id, self._read)

    async def _read(self, tenant_id: TenantId) -> TenantLimits:
        try:
            return with_overrides((await self._tenants.get(tenant_id)).limits)
        except TenantNotFoundError:
            return TenantLimits()
