"""The triggers of a campaign over REST."""

from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from campaigns.application.campaign.commands.add_trigger import AddTrigger
from campaigns.application.campaign.commands.remove_trigger import RemoveTrigger
from campaigns.application.campaign.commands.replace_trigger import ReplaceTrigger
from campaigns.application.campaign.queries.campaign_details import CampaignDetails
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.campaign.draft import TriggerDraft
from campaigns.interfaces.rest.campaign.answering import ADDRESSED, AddressedCampaign, present
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.trigger.schemas import TriggerBody, TriggerList, trigger_with
from campaigns.interfaces.rest.versions import versioned


class TriggersController(Controller):
    path = "/campaigns/{campaign_id:uuid}/triggers"
    dependencies = ADDRESSED

    @get("/", opt=needs(Scope.READ), operation_id="ListTriggers")
    async def all(
        self, campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> Response[TriggerList]:
        """What makes the campaign act for one person."""
        view = await present(bus, CampaignDetails(caller=caller, campaign_id=campaign_id))
        return versioned(TriggerList(triggers=view.triggers), view.version)

    @post("/", opt=needs(Scope.WRITE), operation_id="AddTrigger")
    async def add(
        self, data: JSONBody[TriggerBody], campaign: NamedDependency[AddressedCampaign]
    ) -> Response[TriggerDraft]:
        """Add one trigger at the end."""
        receipt, view = await campaign.taken(AddTrigger, trigger=data)
        return versioned(view.triggers[-1], receipt.version, 201)

    @put("/{trigger_id:uuid}", opt=needs(Scope.WRITE), operation_id="ReplaceTrigger")
    async def replace(
        self, trigger_id: FromPath[UUID], data: JSONBody[TriggerBody], campaign: NamedDependency[AddressedCampaign]
    ) -> Response[TriggerDraft]:
        """Write one trigger anew, in its place; what waits already is judged by it when its time has come."""
        receipt, view = await campaign.taken(ReplaceTrigger, trigger_id=trigger_id, trigger=data)
        return versioned(trigger_with(view.triggers, trigger_id), receipt.version)

    @delete("/{trigger_id:uuid}", opt=needs(Scope.WRITE), operation_id="RemoveTrigger")
    async def remove(self, trigger_id: FromPath[UUID], campaign: NamedDependency[AddressedCampaign]) -> None:
        """Take one trigger out."""
        await campaign.take(RemoveTrigger, trigger_id=trigger_id)
