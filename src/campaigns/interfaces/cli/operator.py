"""Who a command of the command line is: the operator of this machine."""

from uuid import uuid4

from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.platform.tenants import OPERATOR
from campaigns.domain.shared.ids import TenantId


def operator(tenant: str = OPERATOR) -> Caller:
    """A caller with every right, under a new command id."""
    command_id = uuid4()
    return Caller(
        tenant_id=TenantId(tenant),
        principal="operator",
        scopes=frozenset(Scope),
        command_id=command_id,
        correlation_id=str(command_id),
    )
