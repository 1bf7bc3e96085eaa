"""Which messages would be credited for the conversions of a campaign, by any model."""

from uuid import UUID

from campaigns.application.analytics.reattributing import Attributed, Reattribution
from campaigns.application.shared.messages import Query
from campaigns.domain.analytics.attribution import AttributionModel
from campaigns.domain.shared.errors import InvalidError, Violation


class AttributeConversions(Query, frozen=True, kw_only=True):
    """The campaign's own model and window where none is given."""

    campaign_id: UUID
    model: AttributionModel | None = None
    window_days: int | None = None


class AttributeConversionsHandler:
    def __init__(self, reattribution: Reattribution) -> None:
        self._reattribution = reattribution

    async def __call__(self, query: AttributeConversions) -> Attributed:
        found = await self._reattribution(query.campaign_id, query.model, query.window_days, query.caller)
        if found is None:
            violation = Violation("/conversion", "the campaign says of no event that it is a conversion")
            raise InvalidError("There is nothing to attribute", (violation,))
        return found
