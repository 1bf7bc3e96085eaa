"""From a test's figures to what follows from them now."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from campaigns.application.campaign.experimenting.readings import RunReading
from campaigns.domain.campaign.values import ArmFigures, Experiment, Finding
from campaigns.domain.experiment.arms import Rules
from campaigns.domain.experiment.bandit import thompson_shares
from campaigns.domain.experiment.judging import judge
from campaigns.domain.experiment.verdict import ArmReading, Outcome, Verdict
from campaigns.domain.experiment.wording import conclusions


class Step(StrEnum):
    """What the clock and the figures ask for."""

    WAIT = "wait"
    WINNER = "winner"
    END = "end"


class Judgement(Struct, frozen=True, kw_only=True):
    """`best` is the variant with the best figure so far; None where none is known or the figures cannot be trusted.

    `shares`: parts of 10,000 by name, as large as a variant is probably the best; none while nobody has succeeded.
    """

    verdict: Verdict
    finding: Finding
    best: ArmFigures | None
    shares: Mapping[str, int]


def judged(reading: RunReading, experiment: Experiment) -> Judgement:
    verdict = judge(reading.arms(), rules_of(experiment))
    ids = {variant.arm.name: variant.variant_id for variant in reading.variants}
    arms = tuple(_figures(arm, ids[arm.name]) for arm in verdict.arms)
    decision = verdict.decision
    finding = Finding(
        criterion=experiment.criterion,
        confidence=experiment.confidence,
        outcome=decision.outcome.value,
        sequential_p=decision.p_value,
        mismatch_p=verdict.mismatch_p,
        arms=arms,
        says=conclusions(verdict),
    )
    leader = next((arm for arm in arms if arm.name == decision.leader and not arm.is_control), None)
    return Judgement(
        verdict=verdict,
        finding=finding,
        best=None if decision.outcome is Outcome.MISMATCH else leader,
        shares=_shares(reading, experiment) if decision.leader else {},
    )


def _shares(reading: RunReading, experiment: Experiment) -> Mapping[str, int]:
    return thompson_shares(reading.arms(), experiment.criterion) if experiment.allocation == "thompson" else {}


def step_of(judgement: Judgement, reading: RunReading, experiment: Experiment, now: datetime) -> Step:
    """A winner as soon as the figures are clear, where nobody wants to decide by hand; the end when time is over."""
    if experiment.auto_winner and judgement.verdict.decision.outcome is Outcome.WINNER:
        return Step.WINNER
    return Step.END if reading.ends_at is not None and reading.ends_at <= now else Step.WAIT


def rules_of(experiment: Experiment) -> Rules:
    return Rules(criterion=experiment.criterion, confidence=experiment.confidence, min_sample=experiment.min_sample)


def _figures(arm: ArmReading, variant_id: UUID) -> ArmFigures:
    return ArmFigures(
        variant_id=variant_id,
        name=arm.name,
        people=arm.people,
        successes=arm.successes,
        value=arm.figure.value if arm.figure else None,
        probability_best=arm.probability_best,
        is_control=arm.is_control,
    )
