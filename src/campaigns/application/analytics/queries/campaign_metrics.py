"""What a campaign achieved, in all and by part."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.analytics.added import Added, Sides, added
from campaigns.application.analytics.figures import Dimension, Figures, Population, SlotFigures
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Query
from campaigns.domain.analytics.measures import Counts


class CampaignMetrics(Query, frozen=True, kw_only=True):
    """`by` adds a breakdown, `hourly` and `daily` a series in the campaign's zone."""

    campaign_id: UUID
    by: tuple[Dimension, ...] = ()
    hourly: bool = False
    daily: bool = False


class MetricsView(Struct, frozen=True, kw_only=True):
    """Totals, and the parts that were asked for. `lift` is None without a holdout."""

    campaign_id: UUID
    totals: Counts
    population: Population
    lift: Added | None
    breakdown: Sequence[SlotFigures] | None
    series: Sequence[SlotFigures] | None
    zone: str = "UTC"


class Spending(Protocol):
    """What people spent, by currency, of executions that are still in the ledger."""

    async def of(self, campaign_id: UUID, caller: Caller) -> Mapping[str, Sides]:
        """Only currencies in which anybody spent something; `successes` are those who did."""


class CampaignMetricsHandler:
    def __init__(self, figures: Figures, spending: Spending) -> None:
        self._figures = figures
        self._spending = spending

    async def __call__(self, query: CampaignMetrics) -> MetricsView:
        totals = await totals_of(self._figures, query)
        population = await self._figures.population(query.campaign_id, query.caller)
        return MetricsView(
            campaign_id=query.campaign_id,
            totals=totals,
            population=population,
            lift=await self._added(query, totals, population),
            breakdown=await self._figures.of(query.campaign_id, query.caller, by=query.by) if query.by else None,
            series=await self._series(query),
            zone=await self._figures.zone(query.campaign_id, query.caller),
        )

    async def _added(self, query: CampaignMetrics, totals: Counts, population: Population) -> Added | None:
        """Only who holds somebody out waits for what everybody spent."""
        if not population.holdout:
            return None
        return added(totals, population, await self._spending.of(query.campaign_id, query.caller))

    async def _series(self, query: CampaignMetrics) -> Sequence[SlotFigures] | None:
        if not query.hourly and not query.daily:
            return None
        return await self._figures.of(query.campaign_id, query.caller, hourly=query.hourly, daily=query.daily)


async def totals_of(figures: Figures, query: CampaignMetrics) -> Counts:
    """The campaign's counts in one; all zero when nothing happened yet."""
    found = await figures.of(query.campaign_id, query.caller)
    return found[0].counts if found else Counts()
