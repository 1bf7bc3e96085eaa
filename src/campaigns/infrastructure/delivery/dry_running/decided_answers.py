"""Answers to events of the past, as the plans of their runs would have held them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from campaigns.application.delivery.dry_running.answering import PastAnswer
from campaigns.application.shared.ports import Clock
from campaigns.domain.audience.definition import AudienceDefinition
from campaigns.domain.delivery.answering import pace_answers
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.pacing import PacedBatch
from campaigns.infrastructure.delivery.dry_running.trials import PlannedTrial
from campaigns.infrastructure.delivery.gathered_audience import GatheredAudiences
from campaigns.infrastructure.delivery.people import order_of

_AT_ONCE = 5_000


class DecidedAnswers:
    """Each answer has the decision that its person has as of now, and a number in the order of the answers.

    `people`: everybody once, decided (`Audiences`).
    """

    def __init__(self, brief: Brief, answers: Sequence[PastAnswer], people: Any) -> None:
        self._brief = brief
        self._answers = answers
        place = {user_id: row for row, user_id in enumerate(people.column("user_id").to_pylist())}
        lines = people.take(pa.array([place[answer.user_id] for answer in answers], pa.int64()))
        goes = np.asarray(lines.column("reason")) == 0
        self._seq = np.where(goes, np.cumsum(goes), 0).astype(np.int32)
        columns = {name: lines.column(name) for name in ("user_id", "variant", "channel", "reason")}
        self._lines = pa.record_batch({"seq": pa.array(self._seq)} | columns)

    @property
    def said(self) -> Mapping[int, Mapping[str, Any]]:
        """By the number of a message: what the event said."""
        numbered = zip(self._seq.tolist(), self._answers, strict=True)
        return {seq: answer.said for seq, answer in numbered if seq}

    async def numbered(self) -> AsyncIterator[Any]:
        for start in range(0, len(self._answers), _AT_ONCE):
            yield self._lines.slice(start, _AT_ONCE)

    def batches(self) -> Sequence[PacedBatch]:
        return pace_answers(self._due(), self._brief.throttle, self._brief.hours(), self._brief.starts_at)

    def _due(self) -> list[datetime]:
        numbered = zip(self._seq.tolist(), self._answers, strict=True)
        return [answer.due_at for seq, answer in numbered if seq]


class GatheredReplays:
    """`Replays`: people stand as they do now, whenever they would have been answered."""

    def __init__(self, gathered: GatheredAudiences, clock: Clock) -> None:
        self._gathered = gathered
        self._clock = clock

    async def over(self, brief: Brief, answers: Sequence[PastAnswer]) -> PlannedTrial:
        order = order_of(brief, AudienceDefinition(), self._clock)
        people = sorted({answer.user_id for answer in answers}, key=str.encode)
        decided = DecidedAnswers(brief, answers, await self._gathered.decided(order, people))
        return PlannedTrial(decided, decided.said)
