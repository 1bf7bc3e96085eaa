"""What the messages of a campaign added: people who could get one against the holdout, who could not."""

from collections.abc import Mapping

from msgspec import Struct

from campaigns.application.analytics.figures import Population
from campaigns.domain.analytics.measures import Counts
from campaigns.domain.experiment.added_value import AddedValue, added_conversions, added_revenue
from campaigns.domain.experiment.arms import Arm


class Sides(Struct, frozen=True):
    """The people with messages, and those held out."""

    treated: Arm
    held_out: Arm


class Added(Struct, frozen=True, kw_only=True):
    """`sides` are those of conversions; revenue is compared by currency, where anybody spent something."""

    sides: Sides
    conversions: AddedValue
    revenue: Mapping[str, AddedValue]


def added(totals: Counts, population: Population, spending: Mapping[str, Sides]) -> Added | None:
    """None when there is nobody on one of the sides."""
    sides = Sides(
        treated=Arm(name="", people=totals.sent, successes=min(totals.converted, totals.sent)),
        held_out=Arm(name="", people=population.holdout, successes=population.holdout_converted),
    )
    conversions = added_conversions(sides.treated, sides.held_out)
    if conversions is None:
        return None
    by_currency = {code: added_revenue(both.treated, both.held_out) for code, both in spending.items()}
    return Added(
        sides=sides,
        conversions=conversions,
        revenue={code: found for code, found in sorted(by_currency.items()) if found is not None},
    )
