"""When a campaign will run, over REST."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from campaigns.application.campaign.queries.preview_schedule import MOST, PreviewSchedule, SchedulePreview
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.interfaces.rest.guards import needs

Runs = Annotated[int, QueryParameter(ge=1, le=MOST, description="How many runs to foretell at most")]


class SchedulesController(Controller):
    path = "/campaigns/{campaign_id:uuid}/schedule"

    @get("/preview", opt=needs(Scope.READ), operation_id="PreviewSchedule")
    async def preview(
        self, campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus], count: Runs = 10
    ) -> SchedulePreview:
        """The next runs in UTC and in the campaign's zone, with what is special about them; also of a draft."""
        found: SchedulePreview = await bus(PreviewSchedule(caller=caller, campaign_id=campaign_id, count=count))
        return found
