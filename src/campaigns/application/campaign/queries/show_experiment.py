"""The test of a run: how far it is, what its figures say and do not say, and how it was decided."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from campaigns.application.campaign.experimenting.judging import judged
from campaigns.application.campaign.experimenting.readings import Readings, RunReading
from campaigns.application.campaign.messages import CampaignQuery
from campaigns.application.campaign.ports import Campaigns
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.errors import NoExperimentError
from campaigns.domain.campaign.testing import experiment_of
from campaigns.domain.campaign.values import DrawnShares, Experiment, ExperimentOutcome
from campaigns.domain.experiment.verdict import Verdict

State = Literal["planned", "sending", "running", "waiting", "decided", "over"]
"""planned: no run has begun · sending: its sample is being written to · running: figures come in · waiting: time is
over, a person decides · decided · over: its run was ended before.
"""


class ExperimentView(Struct, frozen=True, kw_only=True):
    """`variant_ids` by the names that `verdict` and `says` use. Before the first run there is only what it is to be."""

    version: int
    state: State
    experiment: Experiment
    variant_ids: dict[str, UUID]
    run: RunReading | None = None
    verdict: Verdict | None = None
    says: tuple[str, ...] = ()
    outcome: ExperimentOutcome | None = None
    drawn: DrawnShares | None = None


class ShowExperiment(CampaignQuery, frozen=True, kw_only=True):
    """Of this run, or of the newest."""

    execution_id: UUID | None = None


class ShowExperimentHandler:
    def __init__(self, campaigns: Campaigns, readings: Readings) -> None:
        self._campaigns = campaigns
        self._readings = readings

    async def __call__(self, query: ShowExperiment) -> ExperimentView:
        campaign = await self._campaigns.newest(query.campaign_id, query.caller)
        experiment = experiment_of(campaign)
        try:
            reading = await self._readings.of(campaign, query.execution_id, query.caller)
        except NoExperimentError:
            if query.execution_id is not None:
                raise
            return _planned(campaign, experiment)
        return _under_way(campaign, experiment, reading)


def _planned(campaign: Campaign, experiment: Experiment) -> ExperimentView:
    ids = {variant.name: variant.variant_id for variant in campaign.definition.variants}
    return ExperimentView(
        version=campaign.version, state="planned", experiment=experiment, variant_ids=dict[str, UUID](ids)
    )


def _under_way(campaign: Campaign, experiment: Experiment, reading: RunReading) -> ExperimentView:
    judgement, outcome = judged(reading, experiment), campaign.tests.get(reading.execution_id)
    return ExperimentView(
        version=campaign.version,
        state=_state(reading, outcome),
        experiment=experiment,
        variant_ids={variant.arm.name: variant.variant_id for variant in reading.variants},
        run=reading,
        verdict=judgement.verdict,
        says=judgement.finding.says,
        outcome=outcome,
        drawn=campaign.drawn,
    )


def _state(reading: RunReading, outcome: ExperimentOutcome | None) -> State:
    if outcome is not None:
        return "waiting" if outcome.ended == "wait" and reading.rest_waits else "decided"
    if reading.over:
        return "over"
    return "running" if reading.is_sent else "sending"
