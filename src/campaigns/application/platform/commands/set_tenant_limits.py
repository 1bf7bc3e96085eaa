"""An operator grants a tenant more, or less, than the defaults."""

from campaigns.application.platform.operators import require_operator
from campaigns.application.platform.ports import AuditLog, Tenants
from campaigns.application.shared.messages import Command
from campaigns.domain.platform.limits import check_overrides
from campaigns.domain.platform.tenants import Tenant
from campaigns.domain.shared.ids import TenantId


class SetTenantLimits(Command, frozen=True, kw_only=True):
    tenant_id: TenantId
    limits: dict[str, int]


class SetTenantLimitsHandler:
    def __init__(self, tenants: Tenants, audit_log: AuditLog) -> None:
        self._tenants = tenants
        self._audit_log = audit_log

    async def __call__(self, command: SetTenantLimits) -> Tenant:
        require_operator(command.caller)
        tenant = await self._tenants.set_limits(command.tenant_id, check_overrides(command.limits))
        self._audit_log.record(command.caller, "tenant.limits_set", tenant.tenant_id, limits=tenant.limits)
        return tenant
