"""Variants of a campaign without a test: what became of each, and no word about which is better."""

from collections.abc import Iterator

from campaigns.application.analytics.figures import SlotFigures
from campaigns.application.analytics.queries.campaign_metrics import MetricsView
from campaigns.interfaces.pictures.layout import Section, Table
from campaigns.interfaces.pictures.numbers import count, money, share

_WORDS = "No test was set up for them, so these are shares and no conclusions: a lead may well be chance."


def side_by_side(metrics: MetricsView) -> Iterator[Section]:
    """Nothing for a campaign with a single variant, or with none."""
    variants = [part for part in metrics.breakdown or () if part.slot.variant_id is not None]
    if len(variants) > 1:
        yield Section(
            title="Variants side by side",
            words=[_WORDS],
            table=Table(
                columns=("Variant", "Sent", "Opened", "Clicked", "Converted", "Unsubscribed", "Revenue"),
                rows=[_line(part) for part in sorted(variants, key=lambda part: part.slot.variant or "")],
            ),
        )


def _line(part: SlotFigures) -> tuple[str, ...]:
    counts = part.counts
    reached = (counts.opened, counts.clicked, counts.converted, counts.unsubscribed)
    shares = (share(people, counts.delivered) for people in reached)
    return (part.slot.variant or part.slot.variant_id or "", count(counts.sent), *shares, money(counts.revenue))
