"""The one set-wide key of a segment: its name, among those not deleted."""

from collections.abc import Callable, Mapping
from unicodedata import normalize

from campaigns.application.shared.errors import ClaimLimitError, ClaimTakenError
from campaigns.domain.audience.errors import SegmentNameTakenError
from campaigns.domain.shared.errors import DomainError

SEGMENT_NAME = "segment_name"


def name_key(name: str) -> str:
    """Two names with the same key are the same name to people."""
    return normalize("NFKC", normalize("NFKC", name.strip()).casefold())


def _name_taken(_: ClaimTakenError | ClaimLimitError) -> DomainError:
    return SegmentNameTakenError("Another segment of this tenant has this name")


CLAIM_REFUSALS: Mapping[str, Callable[[ClaimTakenError | ClaimLimitError], DomainError]] = {SEGMENT_NAME: _name_taken}
