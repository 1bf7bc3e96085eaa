"""Tenants: who shares one installation without seeing each other."""

import re
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from campaigns.domain.platform.errors import InvalidTenantError
from campaigns.domain.platform.limits import check_overrides
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import TenantId
from campaigns.domain.shared.names import name_breaches

OPERATOR = TenantId("default")
"""The tenant that runs the installation: its admins create the other tenants."""

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class Tenant(Struct, frozen=True, kw_only=True):
    """`limits` holds the overrides only."""

    tenant_id: TenantId
    name: str
    limits: dict[str, int]
    created_at: datetime


def found_tenant(tenant_id: str, name: str, limits: Mapping[str, int], at: datetime) -> Tenant:
    """A new tenant, or InvalidTenantError naming every broken rule."""
    broken = []
    if not _ID.fullmatch(tenant_id):
        broken.append(Violation("/tenant_id", "must be 1 to 63 of a-z, 0-9, - and _, and begin with a letter or digit"))
    broken += name_breaches(name.strip())
    try:
        checked = check_overrides(limits)
    except InvalidTenantError as error:
        broken += error.violations
    if broken:
        raise InvalidTenantError("The tenant cannot be created", tuple(broken))
    return Tenant(tenant_id=TenantId(tenant_id), name=name.strip(), limits=checked, created_at=at)
