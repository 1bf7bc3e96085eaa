"""The pictures of a campaign: which figures go into which."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campaigns.application.analytics.figures import Population, SlotFigures
from campaigns.application.analytics.queries.campaign_metrics import MetricsView
from campaigns.application.campaign.queries.show_experiment import ExperimentView
from campaigns.domain.analytics.measures import Counts
from campaigns.domain.experiment.arms import Criterion
from campaigns.domain.experiment.verdict import ArmReading, Verdict
from campaigns.interfaces.pictures.canvas import Picture
from campaigns.interfaces.pictures.funnel import Step, funnel
from campaigns.interfaces.pictures.intervals import Row, intervals
from campaigns.interfaces.pictures.numbers import amount, count, probability, rate
from campaigns.interfaces.pictures.time_series import time_series

FIGURES: dict[Criterion, str] = {
    "open_rate": "Open rate",
    "click_rate": "Click rate",
    "conversion_rate": "Conversion rate",
    "revenue_per_recipient": "Revenue per recipient",
}
_HOURLY = {"Opened": "opened", "Clicked": "clicked", "Converted": "converted"}
_HOUR = timedelta(hours=1)


def funnel_of(view: MetricsView) -> Picture:
    """What a campaign without an audience of its own reports begins with its impressions."""
    counts = view.totals
    if view.population.audience:
        return funnel(_delivered(counts, view.population))
    return funnel(
        [
            Step("Impressions", counts.impressions),
            Step("Clicked", counts.clicked_total, 0),
            Step("Converted", counts.converted, 1),
        ]
    )


def _delivered(counts: Counts, population: Population) -> list[Step]:
    return [
        Step("Audience", population.audience),
        Step("Sent", counts.sent, 0),
        Step("Delivered", counts.delivered, 1),
        Step("Opened", counts.opened, 2),
        Step("Clicked", counts.clicked, 2),
        Step("Converted", counts.converted, 2),
    ]


def series_of(parts: Sequence[SlotFigures], zone: str) -> Picture:
    """Opens and clicks by people, each hour; hours in which nothing happened are shown as such."""
    found = {part.slot.hour: part.counts for part in parts if part.slot.hour is not None}
    hours = _every_hour(min(found), max(found)) if found else []
    lines = {name: [getattr(found.get(hour, Counts()), field) for hour in hours] for name, field in _HOURLY.items()}
    local = ZoneInfo(zone)
    return time_series([hour.astimezone(local) for hour in hours], lines, zone)


def _every_hour(first: datetime, last: datetime) -> list[datetime]:
    return [first + _HOUR * number for number in range(int((last - first) / _HOUR) + 1)]


def variants_of(view: ExperimentView) -> Picture | None:
    """None while no variant has a figure."""
    verdict = view.verdict
    shown = [arm for arm in verdict.arms if arm.figure is not None] if verdict else []
    if verdict is None or not shown:
        return None
    criterion = verdict.rules.criterion
    name = FIGURES[criterion]
    confidence = f"{verdict.rules.confidence:.0%}".replace("%", " %")
    return intervals(
        [_row(arm, verdict) for arm in shown],
        name="variants",
        title=f"{name} of each variant",
        axis=f"{name}, with the {confidence} interval of this look",
        written=amount if criterion == "revenue_per_recipient" else rate,
    )


def _row(arm: ArmReading, verdict: Verdict) -> Row:
    assert arm.figure is not None  # noqa: S101 - the caller left out who has none
    best = "" if arm.probability_best is None else f"\nbest with {probability(arm.probability_best)}"
    return Row(
        label=f"{arm.name} (no message)" if arm.is_control else arm.name,
        value=arm.figure.value,
        low=arm.figure.low,
        high=arm.figure.high,
        note=f"{count(arm.people)} people{best}",
        stands_out=arm.name == verdict.decision.winner,
    )
