"""The one set-wide key of a segment: its name, among those not deleted."""

from collections.abc import Callable, Mapping

from campaigns.application.shared.errors import ClaimLimitError, ClaimTakenError
from campaigns.domain.audience.errors import SegmentNameTakenError
from campaigns.domain.shared.errors import DomainError, Violation

SEGMENT_NAME = "segment_name"


def _name_taken(_: ClaimTakenError | ClaimLimitError) -> DomainError:
    return SegmentNameTakenError("Another segment of this tenant has this name", (Violation("/name", "is taken"),))


CLAIM_REFUSALS: Mapping[str, Callable[[ClaimTakenError | ClaimLimitError], DomainError]] = {SEGMENT_NAME: _name_taken}
