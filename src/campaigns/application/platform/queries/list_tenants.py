"""An operator looks at all tenants."""

from msgspec import Struct

from campaigns.application.platform.operators import require_operator
from campaigns.application.platform.ports import Tenants
from campaigns.application.shared.messages import Query
from campaigns.domain.platform.tenants import Tenant


class ListTenants(Query, frozen=True, kw_only=True):
    limit: int
    offset: int


class TenantPage(Struct, frozen=True, kw_only=True):
    tenants: list[Tenant]
    total: int


class ListTenantsHandler:
    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants

    async def __call__(self, query: ListTenants) -> TenantPage:
        require_operator(query.caller)
        tenants, total = await self._tenants.all(query.limit, query.offset)
        return TenantPage(tenants=tenants, total=total)
