"""How many people a campaign reaches, and whether one person is among them."""

from uuid import UUID

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from campaigns.application.audience.queries.check_eligibility import CheckEligibility
from campaigns.application.audience.queries.estimate_audience import EstimateAudience
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.shared.ids import UserId
from campaigns.interfaces.rest.audience.schemas.estimates import (
    EligibilityBody,
    EligibilityView,
    EstimateView,
    eligibility_view,
    estimate_view,
)
from campaigns.interfaces.rest.guards import needs


class CampaignAudienceController(Controller):
    path = "/campaigns/{campaign_id:uuid}"

    @post("/audiences/estimate", opt=needs(Scope.READ), operation_id="EstimateAudience", status_code=200)
    async def estimate(
        self, campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> EstimateView:
        """Sizes step by step, by the query that would launch the campaign."""
        return estimate_view(await bus(EstimateAudience(caller=caller, campaign_id=campaign_id)))

    @post("/eligibility", opt=needs(Scope.READ), operation_id="CheckEligibility", status_code=200)
    async def eligibility(
        self,
        campaign_id: FromPath[UUID],
        data: JSONBody[EligibilityBody],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
    ) -> EligibilityView:
        """Whether one person would get the campaign now, and if not, why not."""
        query = CheckEligibility(caller=caller, campaign_id=campaign_id, user_id=UserId(data.user_id))
        return eligibility_view(data.user_id, await bus(query))
