"""The parts of a report: a heading, words, a picture and the numbers behind it."""

from collections.abc import Iterator

from msgspec import Struct

from campaigns.domain.analytics.measures import Counts, rates
from campaigns.domain.experiment.comparing import Comparison
from campaigns.domain.experiment.verdict import ArmReading
from campaigns.interfaces.pictures.accounting import delivery_accounting, parts_of
from campaigns.interfaces.pictures.added import added_sections
from campaigns.interfaces.pictures.charts import FIGURES, funnel_of, series_of, variants_of
from campaigns.interfaces.pictures.gathering import Gathered
from campaigns.interfaces.pictures.layout import Section, Table
from campaigns.interfaces.pictures.numbers import (
    NOTHING,
    amount,
    count,
    money,
    p_value,
    points,
    probability,
    rate,
    share,
    signed_amount,
)
from campaigns.interfaces.pictures.side_by_side import side_by_side

_HOW_TO_READ = (
    "Bars are intervals for this look alone. The lead over the best other variant and its p-value "
    "hold however often one looks, for all variants together. "
)


class Card(Struct, frozen=True):
    """One figure that is read first."""

    label: str
    figure: str
    note: str = ""


def cards(found: Gathered) -> list[Card]:
    counts, derived = found.metrics.totals, rates(found.metrics.totals)
    cards = [
        Card("Sent", count(counts.sent), f"of {count(found.metrics.population.audience)} people"),
        Card("Delivered", share(counts.delivered, counts.sent), count(counts.delivered)),
        Card("Opened", share(counts.opened, counts.delivered), count(counts.opened)),
        Card("Clicked", share(counts.clicked, counts.delivered), count(counts.clicked)),
        Card("Converted", share(counts.converted, counts.delivered), count(counts.converted)),
        Card("Revenue", money(counts.revenue), "" if derived.roi is None else f"return {derived.roi:,.0f} %"),
    ]
    if not found.metrics.population.audience:
        cards[:3] = [Card("Impressions", count(counts.impressions))]
    return cards


def sections(found: Gathered) -> Iterator[Section]:
    yield from _conclusions(found)
    yield _funnel(found.metrics.totals, found)
    yield from _variants(found) if found.test else side_by_side(found.metrics)
    yield from added_sections(found.metrics.lift)
    yield from _series(found)
    yield from _accounting(found)


def _conclusions(found: Gathered) -> Iterator[Section]:
    if found.test is None:
        return
    if found.test.says:
        yield Section(title="What may be concluded", words=found.test.says)
    else:
        yield Section(title="What may be concluded", words=["Nothing yet: the test has not begun."])


def _funnel(counts: Counts, found: Gathered) -> Section:
    machines = f"Machines opened {count(counts.machine_opens)} times and clicked {count(counts.machine_clicks)} times"
    return Section(
        title="From the audience to conversions",
        words=[f"Opens and clicks are people, each once. {machines}; that is not counted here."],
        picture=funnel_of(found.metrics),
    )


def _variants(found: Gathered) -> Iterator[Section]:
    if found.test is None or found.test.verdict is None:
        return
    verdict = found.test.verdict
    mismatch = "" if verdict.mismatch_p is None else f"Planned shares: p = {p_value(verdict.mismatch_p)}."
    yield Section(
        title=f"{FIGURES[verdict.rules.criterion]} of each variant",
        words=[_HOW_TO_READ + mismatch],
        picture=variants_of(found.test),
        table=Table(
            columns=("Variant", "People", "Successes", "Figure", "Lead over the best other", "p", "Best with"),
            rows=[_line(arm, money=verdict.rules.criterion == "revenue_per_recipient") for arm in verdict.arms],
        ),
    )


def _line(arm: ArmReading, *, money: bool) -> tuple[str, ...]:
    written = amount if money else rate
    return (
        f"{arm.name} (no message)" if arm.is_control else arm.name,
        count(arm.people),
        count(arm.successes),
        written(arm.figure.value) if arm.figure else NOTHING,
        _lead(arm.over_best, money=money),
        p_value(arm.over_best.p_value) if arm.over_best else NOTHING,
        NOTHING if arm.probability_best is None else probability(arm.probability_best),
    )


def _lead(found: Comparison | None, *, money: bool) -> str:
    if found is None:
        return NOTHING
    written = signed_amount if money else points
    value = found.difference
    unit = "" if money else " points"
    return f"{written(value.value)} ({written(value.low)} to {written(value.high)}){unit}"


def _series(found: Gathered) -> Iterator[Section]:
    parts = [part for part in found.metrics.series or () if part.slot.hour is not None]
    if parts:
        yield Section(
            title="Hour by hour",
            words=["People count in the hour of their first open and first click."],
            picture=series_of(parts, found.zone),
        )


def _accounting(found: Gathered) -> Iterator[Section]:
    if not found.runs:
        return
    accounting = found.accounting
    parts = parts_of(accounting)
    identity = " + ".join(f"{count(people)} {name}" for name, people in parts.items() if people) or "0"
    holds = "Everybody is accounted for" if accounting.holds() else "PEOPLE ARE MISSING FROM THE ACCOUNTS"
    yield Section(
        title="Where everybody is",
        words=[f"{holds}: {count(accounting.audience)} = {identity}."],
        picture=delivery_accounting(accounting),
    )
