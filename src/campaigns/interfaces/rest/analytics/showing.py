"""From figures to what callers are shown."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from campaigns.application.analytics.figures import SlotFigures
from campaigns.application.analytics.queries.campaign_metrics import MetricsView
from campaigns.application.analytics.queries.campaign_stats import StatsView
from campaigns.application.analytics.reattributing import Attributed, CreditedPart
from campaigns.application.analytics.rescoring import HitCounts, JudgedHits, VariantHits
from campaigns.domain.analytics.measures import Counts, MoneyRates, Rates, rates, rates_of_money
from campaigns.domain.shared.money import written
from campaigns.interfaces.rest.analytics.lift_shown import lift_view
from campaigns.interfaces.rest.analytics.schemas.comparisons import (
    AttributionView,
    CreditedView,
    HitsView,
    RulesComparedView,
    RulesView,
    VariantHitsView,
)
from campaigns.interfaces.rest.analytics.schemas.figures import (
    CampaignMetricsView,
    CampaignStatsView,
    Figure,
    MoneyView,
    PartView,
    VariantStats,
)

_MONEY = ("revenue", "cost")


def metrics_view(view: MetricsView) -> CampaignMetricsView:
    return CampaignMetricsView(
        campaign_id=view.campaign_id,
        audience=view.population.audience,
        holdout=view.population.holdout,
        totals=figures_of(view.totals),
        money=_money(view.totals),
        lift=lift_view(view.lift) if view.lift else None,
        breakdown=None if view.breakdown is None else _parts(view.breakdown),
        series=None
        if view.series is None
        else _parts([part for part in view.series if part.slot.hour or part.slot.day]),
        zone=view.zone,
    )


def figures_of(counts: Counts) -> dict[str, Figure]:
    """Counts and rates by name; amounts of money by currency, as decimal texts."""
    derived = rates(counts)
    shown: dict[str, Figure] = {name: getattr(counts, name) for name in counts.__struct_fields__ if name not in _MONEY}
    shown["bounced"] = counts.bounced
    for name in _MONEY:
        shown[name] = _written(getattr(counts, name))
    return shown | _numbers(derived)


def stats_view(view: StatsView) -> CampaignStatsView:
    counts, derived = view.totals, rates(view.totals)
    shares = ("delivery", "open", "click", "bounce", "unsubscribe", "complaint")
    return CampaignStatsView(
        campaign_id=view.campaign_id,
        total_recipients=view.recipients,
        sent_count=counts.sent,
        delivered_count=counts.delivered,
        opened_count=counts.opened,
        clicked_count=counts.clicked,
        bounced_count=counts.bounced,
        unsubscribed_count=counts.unsubscribed,
        complaint_count=counts.complained,
        failed_count=counts.failed,
        converted_count=counts.converted,
        variants=[_variant(part, view.winner) for part in view.variants],
        **{f"{share}_rate": _number(derived, f"{share}_rate") for share in shares},
    )


def attribution_view(campaign_id: UUID, found: Attributed) -> AttributionView:
    counts = ("window_days", "standing_window_days", "conversions", "credited", "held_out", "uncredited")
    return AttributionView(
        campaign_id=campaign_id,
        model=found.model.value,
        standing_model=found.standing_model.value,
        parts=[_credited(part) for part in found.parts],
        **{name: getattr(found, name) for name in counts},
    )


def _credited(part: CreditedPart) -> CreditedView:
    return CreditedView(
        execution_id=part.execution_id,
        variant_id=part.variant_id,
        variant=part.variant,
        conversions=format(part.conversions, "f"),
        revenue=_written(part.revenue),
    )


def rules_view(campaign_id: UUID, versions: Sequence[JudgedHits]) -> RulesComparedView:
    return RulesComparedView(
        campaign_id=campaign_id,
        versions=[
            RulesView(
                rules=version.rules,
                standing=version.standing,
                folded_at=version.folded_at,
                variants=[_variant_hits(part) for part in version.variants],
            )
            for version in versions
        ],
    )


def _variant_hits(part: VariantHits) -> VariantHitsView:
    return VariantHitsView(
        variant_id=part.variant_id, variant=part.variant, opened=_hits(part.opened), clicked=_hits(part.clicked)
    )


def _hits(counts: HitCounts) -> HitsView:
    return HitsView(**{name: getattr(counts, name) for name in counts.__struct_fields__})


def _variant(part: SlotFigures, winner: str | None) -> VariantStats:
    derived = rates(part.counts)
    return VariantStats(
        variant_id=part.slot.variant_id or "",
        name=part.slot.variant,
        sent_count=part.counts.sent,
        delivered_count=part.counts.delivered,
        opened_count=part.counts.opened,
        clicked_count=part.counts.clicked,
        open_rate=_number(derived, "open_rate"),
        click_rate=_number(derived, "click_rate"),
        is_winner=part.slot.variant_id == winner,
    )


def _parts(parts: Sequence[SlotFigures]) -> list[PartView]:
    return [
        PartView(
            variant_id=part.slot.variant_id,
            variant=part.slot.variant,
            channel=part.slot.channel,
            segment_id=part.slot.segment_id,
            segment=part.slot.segment,
            execution_id=part.slot.execution_id,
            hour=part.slot.hour,
            day=part.slot.day,
            metrics=figures_of(part.counts),
            money=_money(part.counts),
        )
        for part in parts
    ]


def _written(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {currency: written(amount, currency) for currency, amount in sorted(amounts.items())}


def _money(counts: Counts) -> dict[str, MoneyView]:
    return {currency: MoneyView(**_numbers(each)) for currency, each in rates_of_money(counts).items()}


def _numbers(derived: Rates | MoneyRates) -> dict[str, float | None]:
    return {name: _number(derived, name) for name in derived.__struct_fields__}


def _number(derived: Rates | MoneyRates, name: str) -> float | None:
    rate = getattr(derived, name)
    return None if rate is None else float(rate)
