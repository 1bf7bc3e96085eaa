"""Before a launch: how many people a test will have, and which difference so many can show."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.values import Experiment
from campaigns.domain.experiment.arms import Arm, comparable
from campaigns.domain.experiment.planning import Design, detectable_lift, people_needed
from campaigns.domain.shared.errors import InvalidError, Violation

USUAL_RATES = (0.01, 0.05, 0.2)
"""Baselines that are shown when nobody says what is usual for the campaign."""

A_TENTH = 0.1


class ExpectedPeople(Struct, frozen=True, kw_only=True):
    """`in_test` will be sent to in the test, `control` get nothing, `rest` wait for the winner."""

    in_test: int
    control: int
    rest: int


class ExpectedPeopleOf(Protocol):
    """The audience as a launch would share it out now."""

    async def expected(self, campaign_id: UUID, caller: Caller) -> ExpectedPeople:
        """At most five minutes old. InvalidAudienceError, DependencyDownError."""


class Usual(Struct, frozen=True, kw_only=True):
    """What is usual for the campaign: a rate (0 to 1), or the revenue per person with its standard deviation."""

    baseline: float | None = None
    deviation: float | None = None


class Detectable(Struct, frozen=True, kw_only=True):
    """With this baseline the test finds, four times in five, a variant that is better by at least `lift` (0.1: by a
    tenth); None: no difference is large enough. `people_for_a_tenth`: so many people would find a lift of a tenth.
    """

    baseline: float
    lift: float | None
    people_for_a_tenth: int | None


def detectable(
    definition: Definition, experiment: Experiment, people: ExpectedPeople, usual: Usual
) -> tuple[Detectable, ...]:
    """One line for each baseline; none where revenue is compared and nobody said how it varies."""
    sizes = _sizes(definition, experiment, people)
    everybody = sum(sizes)
    if not everybody or (experiment.criterion == "revenue_per_recipient" and None in (usual.baseline, usual.deviation)):
        return ()
    shares = tuple(size / everybody for size in sizes)
    baselines = _baselines(experiment, usual)
    designs = [_design(experiment, shares, baseline, usual.deviation) for baseline in baselines]
    return tuple(
        Detectable(
            baseline=design.baseline,
            lift=detectable_lift(design, round(everybody)),
            people_for_a_tenth=people_needed(design, A_TENTH),
        )
        for design in designs
    )


def _baselines(experiment: Experiment, usual: Usual) -> tuple[float, ...]:
    if usual.baseline is None:
        return USUAL_RATES
    if experiment.criterion != "revenue_per_recipient" and usual.baseline >= 1:
        raise InvalidError("Nothing can be foretold", (Violation("/baseline", "a rate is below 1"),))
    return (usual.baseline,)


def _design(experiment: Experiment, shares: tuple[float, ...], baseline: float, deviation: float | None) -> Design:
    return Design(
        baseline=baseline,
        deviation=deviation if experiment.criterion == "revenue_per_recipient" else None,
        shares=shares,
        confidence=experiment.confidence,
        min_sample=experiment.min_sample,
    )


def _sizes(definition: Definition, experiment: Experiment, people: ExpectedPeople) -> Sequence[float]:
    """Of the variants that are compared by this criterion, in people."""
    arms = [Arm(name=one.name, people=0, is_control=one.is_control) for one in definition.variants]
    allocations = {one.name: one.allocation_percentage for one in definition.variants}
    compared = comparable(arms, experiment.criterion)
    return [_size(arm, allocations, people, [one for one in compared if not one.is_control]) for arm in compared]


def _size(arm: Arm, allocations: Mapping[str, float], people: ExpectedPeople, sending: Sequence[Arm]) -> float:
    if arm.is_control:
        return people.control
    together = sum(allocations[one.name] for one in sending)
    return people.in_test * allocations[arm.name] / together if together else 0.0
