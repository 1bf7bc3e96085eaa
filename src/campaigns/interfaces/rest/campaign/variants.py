"""The variants of a campaign over REST."""

from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from campaigns.application.campaign.commands.add_variant import AddVariant
from campaigns.application.campaign.commands.remove_variant import RemoveVariant
from campaigns.application.campaign.commands.replace_variant import ReplaceVariant
from campaigns.application.campaign.queries.campaign_details import CampaignDetails
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.campaign.draft import VariantDraft
from campaigns.interfaces.rest.campaign.answering import ADDRESSED, AddressedCampaign, present
from campaigns.interfaces.rest.campaign.schemas import VariantBody, VariantList, variant_with
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.versions import versioned


class VariantsController(Controller):
    path = "/campaigns/{campaign_id:uuid}/variants"
    dependencies = ADDRESSED

    @get("/", opt=needs(Scope.READ), operation_id="ListVariants")
    async def all(
        self, campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> Response[VariantList]:
        """The variants in their order, which decides who gets which."""
        view = await present(bus, CampaignDetails(caller=caller, campaign_id=campaign_id))
        return versioned(VariantList(variants=view.variants), view.version)

    @post("/", opt=needs(Scope.WRITE), operation_id="AddVariant")
    async def add(
        self, data: JSONBody[VariantBody], campaign: NamedDependency[AddressedCampaign]
    ) -> Response[VariantDraft]:
        """Add one variant at the end."""
        receipt, view = await campaign.taken(AddVariant, variant=data)
        return versioned(view.variants[-1], receipt.version, 201)

    @put("/{variant_id:uuid}", opt=needs(Scope.WRITE), operation_id="ReplaceVariant")
    async def replace(
        self, variant_id: FromPath[UUID], data: JSONBody[VariantBody], campaign: NamedDependency[AddressedCampaign]
    ) -> Response[VariantDraft]:
        """Write one variant anew, in its place."""
        receipt, view = await campaign.taken(ReplaceVariant, variant_id=variant_id, variant=data)
        return versioned(variant_with(view.variants, variant_id), receipt.version)

    @delete("/{variant_id:uuid}", opt=needs(Scope.WRITE), operation_id="RemoveVariant")
    async def remove(self, variant_id: FromPath[UUID], campaign: NamedDependency[AddressedCampaign]) -> None:
        """Take one variant out."""
        await campaign.take(RemoveVariant, variant_id=variant_id)
