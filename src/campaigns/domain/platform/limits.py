"""How much a tenant may have of each thing."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from campaigns.domain.platform.errors import InvalidTenantError
from campaigns.domain.shared.errors import Violation

HIGHEST = 1_000_000_000


class TenantLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Defaults hold unless the tenant has an override. The highest number of messages means that none are counted.

    `sending_weight` is its share of the workers beside others who send at the same time; 0 counts as 1.
    Nobody gets more than `frequency_cap_messages` (0: any number) in `frequency_cap_days`, at most the last 30.
    """

    running_campaigns: int = 5
    audience: int = 1_000_000
    inline_rules: int = 10
    segments: int = 5
    test_groups: int = 3
    variants: int = 5
    frequency_cap_messages: int = 0
    frequency_cap_days: int = 7
    messages_per_minute: int = HIGHEST
    messages_per_hour: int = HIGHEST
    messages_per_day: int = HIGHEST
    sending_weight: int = 1


LIMIT_NAMES = TenantLimits.__struct_fields__


def with_overrides(overrides: Mapping[str, int]) -> TenantLimits:
    """The defaults with a tenant's overrides; names of later versions are passed over."""
    return TenantLimits(**{name: value for name, value in overrides.items() if name in LIMIT_NAMES})


def check_overrides(overrides: Mapping[str, int]) -> dict[str, int]:
    """The overrides, or InvalidTenantError naming each one that is unknown or out of range."""
    broken = [
        Violation(f"/limits/{name}", f"is not one of {', '.join(LIMIT_NAMES)}")
        for name in overrides
        if name not in LIMIT_NAMES
    ]
    broken += [
        Violation(f"/limits/{name}", f"must be from 0 to {HIGHEST:,}")
        for name, value in overrides.items()
        if name in LIMIT_NAMES and not 0 <= value <= HIGHEST
    ]
    if broken:
        raise InvalidTenantError("Limits cannot be set", tuple(broken))
    return dict(overrides)


def as_mapping(limits: TenantLimits) -> dict[str, int]:
    """Every limit by name."""
    return msgspec.structs.asdict(limits)
