"""How much a tenant may have of each thing."""

from msgspec import Struct


class TenantLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Defaults hold unless the tenant has an override."""

    running_campaigns: int = 5
    audience: int = 1_000_000
    inline_rules: int = 10
    segments: int = 5
    test_groups: int = 3
    variants: int = 5
