"""How the test of a run is decided: once, by its figures, by a person, or by its fallback."""

from datetime import datetime
from uuid import UUID

from campaigns.domain.campaign.campaign import Campaign, Events
from campaigns.domain.campaign.errors import ConfigurationError, ExperimentDecidedError, NoExperimentError
from campaigns.domain.campaign.events import CampaignWinnerDeclared, CampaignWinnerNotFound
from campaigns.domain.campaign.values import ArmFigures, Experiment, Finding, Status
from campaigns.domain.shared.errors import Violation

_RUNS = frozenset({Status.ACTIVE, Status.RUNNING, Status.PAUSED, Status.COMPLETED})


def experiment_of(campaign: Campaign) -> Experiment:
    """Refuses where the campaign tests nothing."""
    campaign.require_existing()
    if campaign.definition.experiment is None:
        raise NoExperimentError("The campaign has no A/B test.")
    return campaign.definition.experiment


def is_undecided(campaign: Campaign, execution_id: UUID) -> bool:
    """Whether figures can still decide the test of this run."""
    tests = not campaign.deleted and campaign.definition.experiment is not None
    return tests and campaign.status in _RUNS and execution_id not in campaign.tests


def declare_by_hand(
    campaign: Campaign, execution_id: UUID, variant_id: UUID, finding: Finding, *, at: datetime, by: str
) -> Events:
    """A person decides, whatever the figures say; also after the test ended without a winner, while the rest waits."""
    _require_undecided(campaign, execution_id, by_hand=True)
    arm = next((arm for arm in finding.arms if arm.variant_id == variant_id), None)
    if arm is None or arm.is_control:
        why = "the control gets no message" if arm else "the test has no such variant"
        raise ConfigurationError("This variant cannot win", (Violation("/variant_id", why),))
    return (_declared(execution_id, arm, "manual", finding, at=at, by=by),)


def declare_by_figures(
    campaign: Campaign, execution_id: UUID, winner: ArmFigures, finding: Finding, *, at: datetime, by: str
) -> Events:
    """The figures are clear enough."""
    _require_undecided(campaign, execution_id, by_hand=False)
    return (_declared(execution_id, winner, "automatic", finding, at=at, by=by),)


def end_without_winner(
    campaign: Campaign, execution_id: UUID, best: ArmFigures | None, finding: Finding, *, at: datetime, by: str
) -> Events:
    """The time is over. Where the fallback is the best and none is known (nobody was reached), a person decides."""
    fallback = experiment_of(campaign).fallback
    _require_undecided(campaign, execution_id, by_hand=False)
    if fallback == "best" and best is None:
        fallback = "wait"
    gets = best if fallback == "best" else None
    ended = CampaignWinnerNotFound(
        execution_id=execution_id,
        fallback=fallback,
        variant_id=gets.variant_id if gets else None,
        variant=gets.name if gets else None,
        finding=finding,
        at=at,
        by=by,
    )
    return (ended,)


def _require_undecided(campaign: Campaign, execution_id: UUID, *, by_hand: bool) -> None:
    experiment_of(campaign)
    if campaign.status not in _RUNS:
        raise campaign.refusal(f"the test of a {campaign.status} campaign is not decided")
    decided = campaign.tests.get(execution_id)
    if decided is not None and not (by_hand and decided.ended == "wait"):
        raise ExperimentDecidedError("The test of this run is decided; what the rest gets cannot be changed any more.")


def _declared(
    execution_id: UUID, arm: ArmFigures, method: str, finding: Finding, *, at: datetime, by: str
) -> CampaignWinnerDeclared:
    return CampaignWinnerDeclared(
        execution_id=execution_id,
        variant_id=arm.variant_id,
        variant=arm.name,
        method="manual" if method == "manual" else "automatic",
        finding=finding,
        at=at,
        by=by,
    )
