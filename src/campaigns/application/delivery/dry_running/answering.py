"""What a triggered campaign would have answered: its dry run looks at events of the past."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.shared.ids import CampaignId


class ReplayedPeriod(Struct, frozen=True, kw_only=True):
    """The events that were looked at; `complete` is false where there were more: the newest were. `outcomes` counts
    what triggers made of them, by reason.
    """

    since: datetime
    until: datetime
    events: int
    complete: bool
    outcomes: Mapping[str, int]


class PastAnswer(Struct, frozen=True, kw_only=True):
    """Somebody would have been written to at `due_at`, or held out; `said`: what their event said."""

    user_id: str
    due_at: datetime
    said: Mapping[str, Any]


class PastAnswers(Struct, frozen=True, kw_only=True):
    """In the order in which they would have been due."""

    period: ReplayedPeriod
    answers: Sequence[PastAnswer]


class AnsweredPast(Protocol):
    """Asks a campaign's triggers about events of the past."""

    async def of(
        self, campaign_id: CampaignId, caller: Caller, since: datetime | None, until: datetime | None
    ) -> PastAnswers:
        """Those received in the period; without instants in the last seven days. NotFoundError, InvalidError."""
