"""Tenants and API keys over REST."""

from typing import Annotated

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter

from campaigns.application.platform.commands.create_api_key import CreateApiKey, IssuedApiKey
from campaigns.application.platform.commands.create_tenant import CreateTenant
from campaigns.application.platform.commands.revoke_api_key import RevokeApiKey
from campaigns.application.platform.commands.set_tenant_limits import SetTenantLimits
from campaigns.application.platform.queries.list_api_keys import ListApiKeys
from campaigns.application.platform.queries.list_tenants import ListTenants, TenantPage
from campaigns.application.platform.queries.show_tenant import ShowTenant
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.shared.ids import TenantId
from campaigns.interfaces.rest.guards import SECRET_ANSWER, needs
from campaigns.interfaces.rest.platform.schemas import (
    ApiKeyList,
    IssuedKeyView,
    LimitOverrides,
    NewApiKey,
    NewTenant,
    TenantList,
    TenantView,
    api_key_view,
    issued_key_view,
    tenant_view,
)
from campaigns.interfaces.rest.wire import Limit, Offset

TenantInPath = Annotated[str, PathParameter(min_length=1, max_length=63)]
KeyInPath = Annotated[str, PathParameter(min_length=1, max_length=64)]


class TenantsController(Controller):
    path = "/tenants"

    @post("/", opt=needs(Scope.ADMIN), operation_id="CreateTenant")
    async def create(
        self, data: JSONBody[NewTenant], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> TenantView:
        """Let a new tenant onto the installation; only admins of the operator's tenant may."""
        command = CreateTenant(caller=caller, tenant_id=data.tenant_id, name=data.name, limits=data.limits.given())
        return tenant_view(await bus(command))

    @get("/", opt=needs(Scope.ADMIN), operation_id="ListTenants")
    async def all(
        self, caller: NamedDependency[Caller], bus: NamedDependency[Bus], limit: Limit = 50, offset: Offset = 0
    ) -> TenantList:
        """All tenants, by id."""
        page: TenantPage = await bus(ListTenants(caller=caller, limit=limit, offset=offset))
        return TenantList(
            tenants=[tenant_view(tenant) for tenant in page.tenants],
            total=page.total,
            limit=limit,
            offset=offset,
            has_more=offset + len(page.tenants) < page.total,
        )

    @get("/{tenant_id:str}", opt=needs(Scope.READ), operation_id="ShowTenant")
    async def one(
        self, tenant_id: TenantInPath, caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> TenantView:
        """A tenant and the limits in force for it; everybody may look at their own."""
        return tenant_view(await bus(ShowTenant(caller=caller, tenant_id=TenantId(tenant_id))))

    @put("/{tenant_id:str}/limits", opt=needs(Scope.ADMIN), operation_id="SetTenantLimits")
    async def set_limits(
        self,
        tenant_id: TenantInPath,
        data: JSONBody[LimitOverrides],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
    ) -> TenantView:
        """Replace the tenant's overrides; takes effect everywhere within five seconds."""
        command = SetTenantLimits(caller=caller, tenant_id=TenantId(tenant_id), limits=data.given())
        return tenant_view(await bus(command))


class ApiKeysController(Controller):
    path = "/api-keys"

    @post("/", opt={**needs(Scope.ADMIN), **SECRET_ANSWER}, operation_id="CreateApiKey")
    async def create(
        self, data: JSONBody[NewApiKey], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> IssuedKeyView:
        """Hand out a key of this tenant. Its secret is in this answer and nowhere else."""
        command = CreateApiKey(caller=caller, name=data.name, scopes=frozenset(data.scopes), expires_at=data.expires_at)
        issued: IssuedApiKey = await bus(command)
        return issued_key_view(issued.record, issued.key)

    @get("/", opt=needs(Scope.ADMIN), operation_id="ListApiKeys")
    async def all(self, caller: NamedDependency[Caller], bus: NamedDependency[Bus]) -> ApiKeyList:
        """The keys of this tenant, newest first, without their secrets."""
        return ApiKeyList(api_keys=[api_key_view(key) for key in await bus(ListApiKeys(caller=caller))])

    @delete("/{key_id:str}", opt=needs(Scope.ADMIN), operation_id="RevokeApiKey")
    async def revoke(self, key_id: KeyInPath, caller: NamedDependency[Caller], bus: NamedDependency[Bus]) -> None:
        """End a key. Other processes stop taking it within five seconds."""
        await bus(RevokeApiKey(caller=caller, key_id=key_id))
