"""What one tenant's campaigns may use. Overrides come from the tenant's settings, by the same names."""

from msgspec import Struct

from campaigns.domain.shared.sending_limits import LONGEST_CAP_DAYS


class CampaignLimits(Struct, frozen=True, kw_only=True):
    running_campaigns: int = 5
    audience: int = 1_000_000
    inline_rules: int = 10
    segments: int = 5
    test_groups: int = 3
    variants: int = 5
    minimum_notice_minutes: int = 5
    longest_cap_days: int = LONGEST_CAP_DAYS
