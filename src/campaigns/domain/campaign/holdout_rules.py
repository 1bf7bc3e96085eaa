"""What the holdout keeps to: its size, and what it is drawn by."""

from collections.abc import Iterator

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.rules import Rule
from campaigns.domain.campaign.values import Mode
from campaigns.domain.shared.channels import ADDRESS_ATTRIBUTE
from campaigns.domain.shared.errors import Violation

LARGEST_HOLDOUT = 20
MOST_STRATA_NAMES = 2
LONGEST_STRATA_NAME = 128
OWN_TO_EACH = frozenset({"user_id", *filter(None, ADDRESS_ATTRIBUTE.values())})
"""Attributes that nobody shares with others: each person would be a stratum."""
Breaches = Iterator[Violation]


def _holdout(definition: Definition, _: CampaignLimits) -> Breaches:
    if not 0 <= definition.holdout_percentage <= LARGEST_HOLDOUT:
        yield Violation("/holdout_percentage", f"the holdout is between 0 and {LARGEST_HOLDOUT} percent")
    elif round(definition.holdout_percentage, 2) != definition.holdout_percentage:
        yield Violation("/holdout_percentage", "the holdout has at most two decimal places")


def _strata(definition: Definition, _: CampaignLimits) -> Breaches:
    names = definition.holdout_strata
    if len(names) > MOST_STRATA_NAMES or len(set(names)) != len(names):
        yield Violation("/holdout_strata", f"a holdout is drawn by at most {MOST_STRATA_NAMES} attributes, each once")
    for n, name in enumerate(names):
        if not 1 <= len(name) <= LONGEST_STRATA_NAME:
            yield Violation(f"/holdout_strata/{n}", f"an attribute has 1 to {LONGEST_STRATA_NAME} characters")
        if name in OWN_TO_EACH:
            yield Violation(f"/holdout_strata/{n}", f"{name} is each person's own: draw by what many have in common")


def _strata_of_planned_runs(definition: Definition, _: CampaignLimits) -> Breaches:
    if not definition.holdout_strata:
        return
    if not definition.holdout_percentage:
        yield Violation("/holdout_strata", "without a holdout_percentage nobody is held out")
    if definition.mode is Mode.TRIGGERED:
        yield Violation("/holdout_strata", "triggers choose people one by one: there is no audience to draw from")


HOLDOUT_RULES: tuple[Rule[CampaignLimits], ...] = (
    Rule("a holdout between 0 and 20 percent", _holdout),
    Rule("a holdout drawn by what many have in common", _strata),
    Rule("strata for a holdout of planned runs", _strata_of_planned_runs),
)
