"""The history of conversions, credited by another model."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.analytics.attribution import AttributionModel


class CreditedPart(Struct, frozen=True, kw_only=True):
    """What one variant of one execution is credited with: conversions (shares of them count as such), and revenue."""

    execution_id: UUID
    variant_id: str | None
    variant: str | None
    conversions: Decimal
    revenue: Mapping[str, Decimal]


class Attributed(Struct, frozen=True, kw_only=True):
    """Every conversion of the campaign's event type so far.

    `credited` were led to by a message within the window, `held_out` are of people who could get none, `uncredited`
    all others. `parts` sum to `credited` exactly.
    """

    model: AttributionModel
    window_days: int
    standing_model: AttributionModel
    standing_window_days: int
    conversions: int
    credited: int
    held_out: int
    uncredited: int
    parts: Sequence[CreditedPart]


class Reattribution(Protocol):
    """Looks at the conversions of the caller's tenant again; nothing that was recorded changes."""

    async def __call__(
        self, campaign_id: UUID, model: AttributionModel | None, window_days: int | None, caller: Caller
    ) -> Attributed | None:
        """By the campaign's own model or window where none is given. None when the campaign counts no conversions.

        NotFoundError when the tenant has no such campaign.
        """
