"""An operator lets somebody new onto the installation."""

from campaigns.application.platform.operators import require_operator
from campaigns.application.platform.ports import AuditLog, Tenants
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock
from campaigns.domain.platform.tenants import Tenant, found_tenant


class CreateTenant(Command, frozen=True, kw_only=True):
    tenant_id: str
    name: str
    limits: dict[str, int]


class CreateTenantHandler:
    def __init__(self, tenants: Tenants, clock: Clock, audit_log: AuditLog) -> None:
        self._tenants = tenants
        self._clock = clock
        self._audit_log = audit_log

    async def __call__(self, command: CreateTenant) -> Tenant:
        require_operator(command.caller)
        tenant = found_tenant(command.tenant_id, command.name, command.limits, self._clock.now())
        await self._tenants.add(tenant, command.caller.command_id)
        self._audit_log.record(command.caller, "tenant.created", tenant.tenant_id, name=tenant.name)
        return tenant
