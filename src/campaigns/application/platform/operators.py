"""What only the admins of the operator's tenant may do."""

from campaigns.application.shared.context import Caller, Scope
from campaigns.application.shared.errors import NotAllowedError
from campaigns.domain.platform.tenants import OPERATOR


def require_operator(caller: Caller) -> None:
    """NotAllowedError unless the caller administers the installation."""
    if caller.tenant_id != OPERATOR or Scope.ADMIN not in caller.scopes:
        raise NotAllowedError(f"Only admins of the tenant {OPERATOR!r} administer tenants")
