"""The same hits and conversions, judged by other rules and models."""

from datetime import datetime
from uuid import UUID

from campaigns.interfaces.rest.wire import View


class HitsView(View, frozen=True, kw_only=True):
    """Messages with at least one hit, and all hits; by people and by machines."""

    people: int
    people_total: int
    machines: int
    machines_total: int


class VariantHitsView(View, frozen=True, kw_only=True):
    variant_id: str | None
    variant: str | None
    opened: HitsView
    clicked: HitsView


class RulesView(View, frozen=True, kw_only=True):
    """The hits under one version of the rules. `folded_at` is null for those that stand: they are always up to date."""

    rules: int
    standing: bool
    folded_at: datetime | None
    variants: list[VariantHitsView]


class RulesComparedView(View, frozen=True, kw_only=True):
    """The same hits under each version of the rules that was scored; the standing one first."""

    campaign_id: UUID
    versions: list[RulesView]


class CreditedView(View, frozen=True, kw_only=True):
    """What one variant of one execution is credited with; several messages may share one conversion."""

    execution_id: UUID
    variant_id: str | None
    variant: str | None
    conversions: str
    revenue: dict[str, str]


class AttributionView(View, frozen=True, kw_only=True):
    """`credited` conversions were led to by a message within the window; the parts sum to them exactly."""

    campaign_id: UUID
    model: str
    window_days: int
    standing_model: str
    standing_window_days: int
    conversions: int
    credited: int
    held_out: int
    uncredited: int
    parts: list[CreditedView]
