"""An operator looks at one tenant; everybody else at their own."""

from campaigns.application.platform.operators import require_operator
from campaigns.application.platform.ports import Tenants
from campaigns.application.shared.messages import Query
from campaigns.domain.platform.tenants import Tenant
from campaigns.domain.shared.ids import TenantId


class ShowTenant(Query, frozen=True, kw_only=True):
    tenant_id: TenantId


class ShowTenantHandler:
    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def __call__(self, query: ShowTenant) -> Tenant:
        if query.tenant_id != query.caller.tenant_id:
            require_operator(query.caller)
        return await self._tenants.get(query.tenant_id)
