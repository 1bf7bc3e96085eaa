"""What the same hits count for under several versions of the rules."""

from collections.abc import Sequence
from uuid import UUID

from campaigns.application.analytics.rescoring import JudgedHits, Judgements
from campaigns.application.shared.messages import Query


class CompareRules(Query, frozen=True, kw_only=True):
    """Without a campaign: all of the installation, for its operator."""

    campaign_id: UUID | None = None


class CompareRulesHandler:
    def __init__(self, judgements: Judgements) -> None:
        self._judgements = judgements

    async def __call__(self, query: CompareRules) -> Sequence[JudgedHits]:
        if query.campaign_id is None:
            return await self._judgements.of_all()
        return await self._judgements.of_campaign(query.campaign_id, query.caller)
