"""What a tenant's frequency caps may be."""

from collections.abc import Iterator, Sequence

from campaigns.domain.audience.errors import InvalidCapsError
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.sending_limits import FrequencyCap, longest_cap

HIGHEST_CAP = 1_000
MOST_CAPS = 50


def check_caps(caps: Sequence[FrequencyCap], retention_days: int) -> None:
    """InvalidCapsError naming every rule that is broken; `retention_days` 0: the ledger is kept for ever."""
    broken = tuple(_broken(caps, longest_cap(retention_days)))
    if broken:
        raise InvalidCapsError("The frequency caps cannot be set", broken)


def _broken(caps: Sequence[FrequencyCap], longest: int) -> Iterator[Violation]:
    if len(caps) > MOST_CAPS:
        yield Violation("/caps", f"there are at most {MOST_CAPS} caps")
    for at, cap in enumerate(caps):
        if not 1 <= cap.messages <= HIGHEST_CAP:
            yield Violation(f"/caps/{at}/messages", f"a cap is between 1 and {HIGHEST_CAP:,} messages")
        if not 1 <= cap.days <= longest:
            rule = f"a cap looks back between 1 and {longest} days, as far as contacts are known"
            yield Violation(f"/caps/{at}/days", rule)
        if cap in caps[:at]:
            yield Violation(f"/caps/{at}", "stands there twice")
