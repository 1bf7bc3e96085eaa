"""The short form: counts and percentages of one campaign and of its variants."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from campaigns.application.analytics.figures import Dimension, Figures, SlotFigures
from campaigns.application.shared.messages import Query
from campaigns.domain.analytics.measures import Counts


class CampaignStats(Query, frozen=True, kw_only=True):
    campaign_id: UUID


class StatsView(Struct, frozen=True, kw_only=True):
    """`recipients` is everybody the campaign was about, held out or not; `winner` the id of the declared variant."""

    campaign_id: UUID
    recipients: int
    totals: Counts
    variants: Sequence[SlotFigures]
    winner: str | None = None


class CampaignStatsHandler:
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    async def __call__(self, query: CampaignStats) -> StatsView:
        whole = await self._figures.of(query.campaign_id, query.caller)
        parts = await self._figures.of(query.campaign_id, query.caller, by=(Dimension.VARIANT,))
        population = await self._figures.population(query.campaign_id, query.caller)
        return StatsView(
            campaign_id=query.campaign_id,
            recipients=population.audience,
            totals=whole[0].counts if whole else Counts(),
            variants=[part for part in parts if part.slot.variant_id is not None],
            winner=await self._figures.winner(query.campaign_id, query.caller),
        )
