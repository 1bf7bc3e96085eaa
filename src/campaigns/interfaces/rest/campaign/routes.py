"""Campaigns over REST: what they are to do."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from campaigns.application.campaign.commands.create_campaign import CreateCampaign
from campaigns.application.campaign.commands.delete_campaign import DeleteCampaign
from campaigns.application.campaign.commands.patch_campaign import PatchCampaign
from campaigns.application.campaign.commands.replace_campaign import ReplaceCampaign
from campaigns.application.campaign.commands.set_audience import SetAudience
from campaigns.application.campaign.ports import CampaignPage
from campaigns.application.campaign.queries.campaign_details import CampaignDetails
from campaigns.application.campaign.queries.campaign_history import HistoryOfCampaign
from campaigns.application.campaign.queries.list_campaigns import ListCampaigns
from campaigns.application.campaign.views import CampaignView
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.campaign.errors import UnfittingPatchError
from campaigns.domain.campaign.values import AudienceDefinition
from campaigns.interfaces.rest.campaign.answering import ADDRESSED, AddressedCampaign, answered, present
from campaigns.interfaces.rest.campaign.parameters import AsOfText, Several, Sort, as_of, filter_of, sort_of
from campaigns.interfaces.rest.campaign.schemas import CampaignBody, CampaignList, HistoryView, list_of, patch_of
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.refusals import MalformedError
from campaigns.interfaces.rest.versions import versioned
from campaigns.interfaces.rest.wire import Cursor, Filter, Limit, Offset

Kinds = Annotated[list[str] | None, QueryParameter(name="type", max_items=50)]


class CampaignsController(Controller):
    path = "/campaigns"
    dependencies = ADDRESSED

    @post("/", opt=needs(Scope.WRITE), operation_id="CreateCampaign")
    async def create(
        self, data: JSONBody[CampaignBody], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> Response[CampaignView]:
        """Begin a campaign as a draft."""
        return await answered(bus, CreateCampaign(caller=caller, draft=data.draft()), 201)

    @get("/", opt=needs(Scope.READ), operation_id="ListCampaigns")
    async def all(
        self,
        *,
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        status: Several = None,
        kinds: Kinds = None,
        mode: Several = None,
        channel: Several = None,
        tag: Several = None,
        search: Filter = None,
        created_by: Filter = None,
        sort: Sort = "-created_at",
        limit: Limit = 50,
        offset: Offset = 0,
        cursor: Cursor = None,
    ) -> CampaignList:
        """The tenant's campaigns, at most a second behind; deleted ones are not shown."""
        column, descending = sort_of(sort)
        query = ListCampaigns(
            caller=caller,
            wanted=filter_of(
                status=status,
                kinds=kinds,
                mode=mode,
                channel=channel,
                tag=tag,
                search=search,
                created_by=created_by,
            ),
            sort=column,
            descending=descending,
            limit=limit,
            offset=offset,
            cursor=cursor,
        )
        page: CampaignPage = await bus(query)
        return list_of(page, limit, offset)

    @get("/{campaign_id:uuid}", opt=needs(Scope.READ), operation_id="ShowCampaign")
    async def one(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        at: AsOfText = None,
    ) -> Response[CampaignView]:
        """A campaign as it is, or as it was."""
        then = as_of(at)
        query = CampaignDetails(caller=caller, campaign_id=campaign_id, as_of_version=then.version, as_of=then.instant)
        view = await present(bus, query)
        return versioned(view, view.version)

    @put("/{campaign_id:uuid}", opt=needs(Scope.WRITE), operation_id="ReplaceCampaign")
    async def replace(
        self, data: JSONBody[CampaignBody], campaign: NamedDependency[AddressedCampaign]
    ) -> Response[CampaignView]:
        """Write a draft or paused campaign anew; what is not said goes back to its default."""
        return await campaign.after(ReplaceCampaign, draft=data.draft())

    @patch("/{campaign_id:uuid}", opt=needs(Scope.WRITE), operation_id="PatchCampaign")
    async def change(
        self, data: JSONBody[dict[str, Any]], campaign: NamedDependency[AddressedCampaign]
    ) -> Response[CampaignView]:
        """Change some fields of a draft or paused campaign (RFC 7396 merge patch)."""
        patch = patch_of(data)
        try:
            return await campaign.after(PatchCampaign, patch=patch)
        except UnfittingPatchError as error:
            raise MalformedError(error.detail, error.violations) from error

    @delete("/{campaign_id:uuid}", opt=needs(Scope.WRITE), operation_id="DeleteCampaign")
    async def remove(self, campaign: NamedDependency[AddressedCampaign]) -> None:
        """Remove a draft, completed or cancelled campaign; its history stays."""
        await campaign.take(DeleteCampaign)

    @put("/{campaign_id:uuid}/audience", opt=needs(Scope.WRITE), operation_id="SetAudience")
    async def set_audience(
        self, data: JSONBody[AudienceDefinition], campaign: NamedDependency[AddressedCampaign]
    ) -> Response[CampaignView]:
        """Say anew whom a draft or paused campaign is for."""
        return await campaign.after(SetAudience, audience=data)

    @get("/{campaign_id:uuid}/history", opt=needs(Scope.READ), operation_id="ShowCampaignHistory")
    async def history(
        self, campaign_id: FromPath[UUID], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> HistoryView:
        """Who did what, and when; also of a deleted campaign."""
        return HistoryView(history=tuple(await bus(HistoryOfCampaign(caller=caller, campaign_id=campaign_id))))
