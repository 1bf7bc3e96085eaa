"""The course of a campaign over REST: one route for each command of its life."""

from uuid import UUID

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from campaigns.application.campaign.commands.activate_campaign import ActivateCampaign
from campaigns.application.campaign.commands.approve_campaign import ApproveCampaign
from campaigns.application.campaign.commands.cancel_campaign import CancelCampaign
from campaigns.application.campaign.commands.clone_campaign import CloneCampaign
from campaigns.application.campaign.commands.complete_campaign import CompleteCampaign
from campaigns.application.campaign.commands.pause_campaign import PauseCampaign
from campaigns.application.campaign.commands.reject_campaign import RejectCampaign
from campaigns.application.campaign.commands.resume_campaign import ResumeCampaign
from campaigns.application.campaign.commands.schedule_campaign import ScheduleCampaign
from campaigns.application.campaign.commands.start_campaign import StartCampaign
from campaigns.application.campaign.commands.submit_campaign import SubmitCampaign
from campaigns.application.campaign.commands.unschedule_campaign import UnscheduleCampaign
from campaigns.application.campaign.views import CampaignView
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.interfaces.rest.campaign.answering import ADDRESSED, ADDRESSED_ONLY, AddressedCampaign, answered
from campaigns.interfaces.rest.campaign.schemas import CloneBody, PauseBody, ReasonBody, ScheduleBody
from campaigns.interfaces.rest.guards import needs


class CampaignLifeController(Controller):
    path = "/campaigns/{campaign_id:uuid}"
    dependencies = ADDRESSED

    @post("/schedule", opt=needs(Scope.LAUNCH), operation_id="ScheduleCampaign", status_code=200)
    async def schedule(
        self, campaign: NamedDependency[AddressedCampaign], data: JSONBody[ScheduleBody | None] = None
    ) -> Response[CampaignView]:
        """Put a one-time campaign on the calendar, or move it there."""
        return await campaign.after(
            ScheduleCampaign, start=data.at if data else None, timezone=data.timezone if data else None
        )

    @post("/unschedule", opt=needs(Scope.LAUNCH) | ADDRESSED_ONLY, operation_id="UnscheduleCampaign", status_code=200)
    async def unschedule(self, campaign: NamedDependency[AddressedCampaign]) -> Response[CampaignView]:
        """Take it off the calendar; it is a draft again."""
        return await campaign.after(UnscheduleCampaign)

    @post("/activate", opt=needs(Scope.LAUNCH) | ADDRESSED_ONLY, operation_id="ActivateCampaign", status_code=200)
    async def activate(self, campaign: NamedDependency[AddressedCampaign]) -> Response[CampaignView]:
        """Bring it to life as its mode says; a paused one resumes."""
        return await campaign.after(ActivateCampaign)

    @post("/start", opt=needs(Scope.LAUNCH) | ADDRESSED_ONLY, operation_id="StartCampaign", status_code=200)
    async def start(self, campaign: NamedDependency[AddressedCampaign]) -> Response[CampaignView]:
        """Run it now, whatever its schedule says."""
        return await campaign.after(StartCampaign)

    @post("/pause", opt=needs(Scope.LAUNCH) | ADDRESSED_ONLY, operation_id="PauseCampaign", status_code=200)
    async def pause(
        self, campaign: NamedDependency[AddressedCampaign], data: JSONBody[PauseBody | None] = None
    ) -> Response[CampaignView]:
        """Hold it where it is."""
        return await campaign.after(PauseCampaign, reason=data.reason if data else None)

    @post("/resume", opt=needs(Scope.LAUNCH) | ADDRESSED_ONLY, operation_id="ResumeCampaign", status_code=200)
    async def resume(self, campaign: NamedDependency[AddressedCampaign]) -> Response[CampaignView]:
        """Let it go on from where it was paused."""
        return await campaign.after(ResumeCampaign)

    @post("/complete", opt=needs(Scope.LAUNCH) | ADDRESSED_ONLY, operation_id="CompleteCampaign", status_code=200)
    async def complete(self, campaign: NamedDependency[AddressedCampaign]) -> Response[CampaignView]:
        """Declare it finished."""
        return await campaign.after(CompleteCampaign)

    @post("/cancel", opt=needs(Scope.LAUNCH), operation_id="CancelCampaign", status_code=200)
    async def cancel(
        self, campaign: NamedDependency[AddressedCampaign], data: JSONBody[ReasonBody]
    ) -> Response[CampaignView]:
        """End it without finishing it."""
        return await campaign.after(CancelCampaign, reason=data.reason)

    @post("/clone", opt=needs(Scope.WRITE), operation_id="CloneCampaign", status_code=201)
    async def clone(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        data: JSONBody[CloneBody | None] = None,
    ) -> Response[CampaignView]:
        """Begin a new draft from its definition, whatever its version."""
        name = data.name if data else None
        return await answered(bus, CloneCampaign(caller=caller, name=name, campaign_id=campaign_id), 201)

    @post("/submit", opt=needs(Scope.WRITE) | ADDRESSED_ONLY, operation_id="SubmitCampaign", status_code=200)
    async def submit(self, campaign: NamedDependency[AddressedCampaign]) -> Response[CampaignView]:
        """Ask for approval of what it says now."""
        return await campaign.after(SubmitCampaign)

    @post("/approve", opt=needs(Scope.APPROVE) | ADDRESSED_ONLY, operation_id="ApproveCampaign", status_code=200)
    async def approve(self, campaign: NamedDependency[AddressedCampaign]) -> Response[CampaignView]:
        """Approve what was submitted; its authors cannot."""
        return await campaign.after(ApproveCampaign)

    @post("/reject", opt=needs(Scope.APPROVE), operation_id="RejectCampaign", status_code=200)
    async def reject(
        self, campaign: NamedDependency[AddressedCampaign], data: JSONBody[ReasonBody]
    ) -> Response[CampaignView]:
        """Send it back to its authors."""
        return await campaign.after(RejectCampaign, reason=data.reason)
