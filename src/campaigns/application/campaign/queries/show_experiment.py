"""The test of a run: how far it is, what its figures say and do not say, and how it was decided."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from campaigns.application.campaign.experimenting.foretelling import (
    Detectable,
    ExpectedPeople,
    ExpectedPeopleOf,
    Usual,
    detectable,
)
from campaigns.application.campaign.experimenting.judging import judged
from campaigns.application.campaign.experimenting.readings import Readings, RunReading
from campaigns.application.campaign.messages import CampaignQuery
from campaigns.application.campaign.ports import Campaigns
from campaigns.domain.campaign.campaign import Campaign
from campaigns.domain.campaign.errors import NoExperimentError
from campaigns.domain.campaign.testing import experiment_of
from campaigns.domain.campaign.values import DrawnShares, Experiment, ExperimentOutcome
from campaigns.domain.experiment.verdict import Verdict
from campaigns.domain.shared.errors import InvalidError

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
    expected: ExpectedPeople | None = None
    detectable: tuple[Detectable, ...] = ()


class ShowExperiment(CampaignQuery, frozen=True, kw_only=True):
    """Of this run, or of the newest. `usual` is for what can be foretold before the first."""

    execution_id: UUID | None = None
    usual: Usual = Usual()


class ShowExperimentHandler:
    def __init__(self, campaigns: Campaigns, readings: Readings, people: ExpectedPeopleOf) -> None:
        self._campaigns = campaigns
        self._readings = readings
        self._people = people

    async def __call__(self, query: ShowExperiment) -> ExperimentView:
        campaign = await self._campaigns.newest(query.campaign_id, query.caller)
        experiment = experiment_of(campaign)
        try:
            reading = await self._readings.of(campaign, query.execution_id, query.caller)
        except NoExperimentError:
            if query.execution_id is not None:
                raise
            return await self._planned(campaign, experiment, query)
        return _under_way(campaign, experiment, reading)

    async def _planned(self, campaign: Campaign, experiment: Experiment, query: ShowExperiment) -> ExperimentView:
        definition, expected = campaign.definition, await self._expected(campaign, query)
        return ExperimentView(
            version=campaign.version,
            state="planned",
            experiment=experiment,
            variant_ids={variant.name: variant.variant_id for variant in definition.variants},
            expected=expected,
            detectable=detectable(definition, experiment, expected, query.usual) if expected else (),
        )

    async def _expected(self, campaign: Campaign, query: ShowExperiment) -> ExpectedPeople | None:
        """None as long as the draft names no people, or people who cannot be found."""
        if not campaign.definition.audience.include or not campaign.definition.variants:
            return None
        try:
            return await self._people.expected(campaign.id, query.caller)
        except InvalidError:
            return None


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
