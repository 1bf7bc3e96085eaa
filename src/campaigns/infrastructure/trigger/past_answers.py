"""Between a dry run and triggers: what events of the past would have been answered with."""

from datetime import datetime

from campaigns.application.delivery.dry_running.answering import PastAnswer, PastAnswers, ReplayedPeriod
from campaigns.application.shared.context import Caller
from campaigns.application.trigger.past_answers import Replaying
from campaigns.domain.shared.ids import CampaignId


class ReplayedTriggers:
    """`AnsweredPast`."""

    def __init__(self, replaying: Replaying) -> None:
        self._replaying = replaying

    async def of(
        self, campaign_id: CampaignId, caller: Caller, since: datetime | None, until: datetime | None
    ) -> PastAnswers:
        replay = await self._replaying.of(campaign_id, caller, since=since, until=until)
        found = replay.found()
        answers = [
            PastAnswer(user_id=decision.user_id, due_at=decision.due_at, said=event.data)
            for decision, event in replay.answered
            if decision.due_at is not None
        ]
        period = ReplayedPeriod(
            since=found.since,
            until=found.until,
            events=found.events,
            complete=found.complete,
            outcomes=found.outcomes,
        )
        return PastAnswers(period=period, answers=tuple(sorted(answers, key=lambda answer: answer.due_at)))
