"""What the messages added: people who could get them against people who could not, by chance alone.

Intervals are those of one look: Newcombe's for conversions, Welch's for revenue. The p-value holds at every look.
"""

from statistics import NormalDist

from msgspec import Struct

from campaigns.domain.experiment.always_valid import evidence_between
from campaigns.domain.experiment.arms import Arm, Criterion
from campaigns.domain.experiment.comparing import limits_of_both
from campaigns.domain.experiment.intervals import Estimate, difference, relative
from campaigns.domain.experiment.samples import sample_of

CONFIDENCE = 0.95  # of the intervals


class AddedValue(Struct, frozen=True, kw_only=True):
    """`difference` is a person's (a rate 0 … 1, or an amount), `relative` its part of what is without messages.

    `total` is the difference over everybody who could get a message: conversions, or an amount.
    """

    difference: Estimate
    relative: Estimate | None
    total: Estimate
    p_value: float


def added_conversions(treated: Arm, untreated: Arm) -> AddedValue | None:
    """None when one side is empty: there is nothing to compare."""
    return _added(treated, untreated, "conversion_rate")


def added_revenue(treated: Arm, untreated: Arm) -> AddedValue | None:
    """None when one side is empty, or nobody on either side spent anything."""
    if not (treated.revenue.total or untreated.revenue.total):
        return None
    return _added(treated, untreated, "revenue_per_recipient")


def _added(treated: Arm, untreated: Arm, criterion: Criterion) -> AddedValue | None:
    if not treated.people or not untreated.people:
        return None
    one, other = sample_of(treated, criterion), sample_of(untreated, criterion)
    limits = limits_of_both(one, other, criterion, NormalDist().inv_cdf((1 + CONFIDENCE) / 2))
    found = difference(one.mean, other.mean, *limits)
    return AddedValue(
        difference=found,
        relative=relative(one.mean, other.mean, *limits),
        total=_times(found, treated.people),
        p_value=evidence_between(one, other)[0],
    )


def _times(estimate: Estimate, people: int) -> Estimate:
    return Estimate(
        value=estimate.value * people,
        low=None if estimate.low is None else estimate.low * people,
        high=None if estimate.high is None else estimate.high * people,
    )


def added_words(found: AddedValue, what: str) -> tuple[str, ...]:
    """What may be concluded, and what not. `what` names the total: "conversions"."""
    low, high = found.total.low, found.total.high
    if low is None or high is None:
        return (f"Too little is known to say how many {what} the messages added.",)
    limits = f"anything from {low:,.0f} to {high:,.0f}"
    if found.difference.excludes_zero and found.total.value > 0:
        first = f"The messages added about {found.total.value:,.0f} {what}; the data are compatible with {limits}."
    elif found.difference.excludes_zero:
        first = f"The messages cost about {-found.total.value:,.0f} {what}; the data are compatible with {limits}."
    else:
        first = f"Whether the messages added {what} cannot be told: the data are compatible with {limits}."
    return (first, "The interval is for one look at the end: whoever looks each day will sometimes see it without 0.")
