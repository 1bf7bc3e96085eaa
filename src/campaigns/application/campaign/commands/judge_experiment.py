"""Look at a test's figures: declare a winner when they are clear, end it when its time is over, else share anew."""

from datetime import timedelta
from uuid import UUID

from campaigns.application.campaign.experimenting.judging import Judgement, Step, judged, step_of
from campaigns.application.campaign.experimenting.readings import Readings, RunReading
from campaigns.application.campaign.messages import CampaignCommand
from campaigns.application.campaign.ports import Campaigns
from campaigns.application.shared.messages import Receipt
from campaigns.application.shared.ports import Clock
from campaigns.domain.campaign.campaign import Campaign, Events
from campaigns.domain.campaign.sharing import draw
from campaigns.domain.campaign.testing import declare_by_figures, end_without_winner, experiment_of, is_undecided

LONGEST = timedelta(days=30)
"""A test without a duration ends after this."""


class JudgeExperiment(CampaignCommand, frozen=True, kw_only=True):
    execution_id: UUID


class JudgeExperimentHandler:
    """What is decided is closed at the next look: a crash in between decides nothing twice."""

    def __init__(self, campaigns: Campaigns, readings: Readings, clock: Clock) -> None:
        self._campaigns = campaigns
        self._readings = readings
        self._clock = clock

    async def __call__(self, command: JudgeExperiment) -> Receipt:
        campaign = await self._campaigns.newest(command.campaign_id, command.caller)
        undecided = is_undecided(campaign, command.execution_id)
        events = await self._events(campaign, command) if undecided else ()
        if not undecided:
            await self._readings.close(command.execution_id)
        return await self._campaigns.record(campaign, events, command.caller)

    async def _events(self, campaign: Campaign, command: JudgeExperiment) -> Events:
        reading = await self._readings.of(campaign, command.execution_id, command.caller)
        if reading.over:
            await self._readings.close(command.execution_id)
        if reading.over or not reading.is_sent:
            return ()
        return await self._judged(campaign, reading, command)

    async def _judged(self, campaign: Campaign, reading: RunReading, command: JudgeExperiment) -> Events:
        experiment = experiment_of(campaign)
        if reading.ends_at is None:
            lasts = timedelta(minutes=experiment.duration_minutes) if experiment.duration_minutes else LONGEST
            await self._readings.end_at(reading.execution_id, self._clock.now() + lasts)
        judgement = judged(reading, experiment)
        return self._decided(campaign, step_of(judgement, reading, experiment, self._clock.now()), judgement, command)

    def _decided(self, campaign: Campaign, step: Step, judgement: Judgement, command: JudgeExperiment) -> Events:
        at, by, execution_id = self._clock.now(), command.caller.principal, command.execution_id
        if step is Step.WINNER and judgement.best is not None:
            return declare_by_figures(campaign, execution_id, judgement.best, judgement.finding, at=at, by=by)
        if step is Step.END:
            return end_without_winner(campaign, execution_id, judgement.best, judgement.finding, at=at, by=by)
        return draw(campaign, judgement.shares, judgement.finding, at=at, by=by)
