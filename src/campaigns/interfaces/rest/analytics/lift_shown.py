"""What messages added, as callers are shown it."""

from campaigns.application.analytics.added import Added
from campaigns.domain.experiment.added_value import AddedValue
from campaigns.domain.experiment.arms import Arm
from campaigns.domain.experiment.intervals import Estimate
from campaigns.interfaces.rest.analytics.schemas.figures import AddedRevenueView, EstimateView, LiftView


def lift_view(found: Added) -> LiftView:
    difference = _percent(found.conversions.difference)
    return LiftView(
        treated_rate=_rate(found.sides.treated),
        holdout_rate=_rate(found.sides.held_out),
        difference=difference.value,
        low=difference.low,
        high=difference.high,
        relative=_relative(found.conversions),
        conversions=_estimate(found.conversions.total),
        p_value=found.conversions.p_value,
        revenue={currency: _revenue(added) for currency, added in found.revenue.items()},
    )


def _revenue(added: AddedValue) -> AddedRevenueView:
    return AddedRevenueView(
        difference=_estimate(added.difference),
        relative=_relative(added),
        total=_estimate(added.total),
        p_value=added.p_value,
    )


def _rate(arm: Arm) -> float:
    return round(100 * arm.successes / arm.people, 2)


def _relative(added: AddedValue) -> EstimateView | None:
    return None if added.relative is None else _percent(added.relative)


def _percent(estimate: Estimate) -> EstimateView:
    return _estimate(estimate, 100, 2)


def _estimate(estimate: Estimate, times: int = 1, places: int = 4) -> EstimateView:
    value, low, high = (
        None if limit is None else round(times * limit, places)
        for limit in (estimate.value, estimate.low, estimate.high)
    )
    return EstimateView(value=value or 0.0, low=low, high=high)
