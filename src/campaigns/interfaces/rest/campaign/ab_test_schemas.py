"""The test of a campaign as it travels."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from campaigns.application.campaign.experimenting.foretelling import Detectable, ExpectedPeople
from campaigns.application.campaign.experimenting.readings import RunReading
from campaigns.application.campaign.queries.show_experiment import ExperimentView, State
from campaigns.domain.campaign.draft import TestedVariantDraft
from campaigns.domain.campaign.values import DrawnShares, Experiment, ExperimentOutcome
from campaigns.domain.experiment.comparing import Comparison
from campaigns.domain.experiment.intervals import Estimate
from campaigns.domain.experiment.one_look import OneLook
from campaigns.domain.experiment.verdict import ArmReading, Decision
from campaigns.interfaces.rest.wire import Body, View

_VARIANTS = [
    {"name": "Short subject", "allocation_percentage": 50, "subject": "Big sale!"},
    {"name": "Long subject", "allocation_percentage": 50, "subject": "Exclusive sale: up to 70 % off!"},
]


class AbTestBody(Experiment, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a winner is found. `variants` replaces those of the campaign; a `subject` alone makes one of its mails."""

    variants: Annotated[tuple[TestedVariantDraft, ...] | None, Meta(examples=[_VARIANTS])] = None

    def experiment(self) -> Experiment:
        return Experiment(**{name: getattr(self, name) for name in Experiment.__struct_fields__})


class WinnerBody(Body, frozen=True, kw_only=True):
    """The variant that wins the test of this run; without `execution_id` of the newest."""

    variant_id: UUID
    execution_id: UUID | None = None


class AbTestSample(View, frozen=True, kw_only=True):
    """`messages` go to the test itself, `without_outcome` of them still; `rest` people are beyond it."""

    messages: int
    without_outcome: int
    rest: int
    rest_waits: bool


class AbTestVariant(View, frozen=True, kw_only=True):
    """What one variant achieved among the `people` of the test who were sent to.

    `figure` is a rate (0 to 1) or the revenue per recipient; its interval holds for this look, those of `over_best` and
    `over_control` for all; `once_over_control` is for a single look that was planned.
    """

    variant_id: UUID
    name: str
    is_control: bool
    people: int
    successes: int
    figure: Estimate | None
    over_best: Comparison | None
    over_control: Comparison | None
    once_over_control: OneLook | None
    probability_best: float | None


class AbTestView(View, frozen=True, kw_only=True):
    """`decision` is what the figures say now, `outcome` what was decided; `says` what may be concluded and what not."""

    state: State
    experiment: Experiment
    execution_id: UUID | None
    began_at: datetime | None
    ends_at: datetime | None
    sample: AbTestSample | None
    variants: tuple[AbTestVariant, ...]
    mismatch_p: float | None
    decision: Decision | None
    says: tuple[str, ...]
    outcome: ExperimentOutcome | None
    shares: DrawnShares | None
    expected: ExpectedPeople | None
    detectable: tuple[Detectable, ...]


def shown(found: ExperimentView) -> AbTestView:
    run, verdict = found.run, found.verdict
    return AbTestView(
        state=found.state,
        experiment=found.experiment,
        execution_id=run.execution_id if run else None,
        began_at=run.began_at if run else None,
        ends_at=run.ends_at if run else None,
        sample=_sample(run) if run else None,
        variants=tuple(_variant(arm, found.variant_ids[arm.name]) for arm in (verdict.arms if verdict else ())),
        mismatch_p=verdict.mismatch_p if verdict else None,
        decision=verdict.decision if verdict else None,
        says=found.says,
        outcome=found.outcome,
        shares=found.drawn,
        expected=found.expected,
        detectable=found.detectable,
    )


def _sample(run: RunReading) -> AbTestSample:
    return AbTestSample(messages=run.sample, without_outcome=run.untold, rest=run.rest, rest_waits=run.rest_waits)


def _variant(arm: ArmReading, variant_id: UUID) -> AbTestVariant:
    return AbTestVariant(variant_id=variant_id, **{name: getattr(arm, name) for name in arm.__struct_fields__})
