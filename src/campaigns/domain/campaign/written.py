"""Words that people add to what they do."""

from campaigns.domain.campaign.errors import ConfigurationError
from campaigns.domain.shared.errors import Violation

LONGEST_REASON = 500


def required_reason(reason: str) -> str:
    """The reason, trimmed; refused when blank or too long."""
    if not 1 <= len(reason.strip()) <= LONGEST_REASON or "\x00" in reason:
        raise ConfigurationError(
            "A reason is needed", (Violation("/reason", f"a reason has 1 to {LONGEST_REASON} characters"),)
        )
    return reason.strip()


def optional_reason(reason: str | None) -> str | None:
    """Like `required_reason`, but None may stay None."""
    return None if reason is None else required_reason(reason)
