"""What a campaign tests against each other, and how its winner is found."""

from typing import Literal

from msgspec import Struct

from campaigns.domain.shared.channels import Channel
from campaigns.domain.shared.ids import VariantId


class VariantFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A share of the audience with its own channels; without any it uses the campaign's."""

    name: str
    allocation_percentage: float
    description: str | None = None
    is_control: bool = False
    channels: tuple[Channel, ...] = ()


class Variant(VariantFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    variant_id: VariantId


Fallback = Literal["control", "best", "wait"]
"""What the rest gets when a test ends without a winner: nothing, as its control; the best so far; a person decides."""


class Experiment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a winner among the variants is found. Percentages of the audience, durations in minutes.

    `thompson` (triggered campaigns): every period each variant's share is drawn anew, as large as it is probably the
    best, none below a floor. `fixed`: the variants' own allocations.
    """

    criterion: Literal["open_rate", "click_rate", "conversion_rate", "revenue_per_recipient"] = "open_rate"
    test_sample_percentage: float | None = None
    duration_minutes: int | None = None
    auto_winner: bool = False
    confidence: float = 0.95
    min_sample: int = 1000
    fallback: Fallback = "wait"
    allocation: Literal["fixed", "thompson"] = "fixed"
    allocation_period_minutes: int = 60

    @property
    def leaves_rest(self) -> bool:
        """Whether only a part of the audience is in the test, and the rest waits for its winner."""
        return self.test_sample_percentage is not None and self.test_sample_percentage < 100  # noqa: PLR2004 - percent
