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
from campaigns.interfaces.rest.campaign.answering import answered, same_campaign
from campaigns.interfaces.rest.campaign.schemas import CloneBody, PauseBody, ReasonBody, ScheduleBody
from campaigns.interfaces.rest.guards import needs


class CampaignLifeController(Controller):
    path = "/campaigns/{campaign_id:uuid}"

    @post("/schedule", opt=needs(Scope.LAUNCH), operation_id="ScheduleCampaign", status_code=200)
    async def schedule(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
        data: JSONBody[ScheduleBody | None] = None,
    ) -> Response[CampaignView]:
        """Put a one-time campaign on the calendar, or move it there."""
        return await answered(
            bus,
            ScheduleCampaign(
                caller=caller,
                start=data.at if data else None,
                timezone=data.timezone if data else None,
                **same_campaign(campaign_id, expected_version),
            ),
        )

    @post("/unschedule", opt=needs(Scope.LAUNCH), operation_id="UnscheduleCampaign", status_code=200)
    async def unschedule(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> Response[CampaignView]:
        """Take it off the calendar; it is a draft again."""
        return await answered(bus, UnscheduleCampaign(caller=caller, **same_campaign(campaign_id, expected_version)))

    @post("/activate", opt=needs(Scope.LAUNCH), operation_id="ActivateCampaign", status_code=200)
    async def activate(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> Response[CampaignView]:
        """Bring it to life as its mode says; a paused one resumes."""
        return await answered(bus, ActivateCampaign(caller=caller, **same_campaign(campaign_id, expected_version)))

    @post("/start", opt=needs(Scope.LAUNCH), operation_id="StartCampaign", status_code=200)
    async def start(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> Response[CampaignView]:
        """Run it now, whatever its schedule says."""
        return await answered(bus, StartCampaign(caller=caller, **same_campaign(campaign_id, expected_version)))

    @post("/pause", opt=needs(Scope.LAUNCH), operation_id="PauseCampaign", status_code=200)
    async def pause(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
        data: JSONBody[PauseBody | None] = None,
    ) -> Response[CampaignView]:
        """Hold it where it is."""
        return await answered(
            bus,
            PauseCampaign(
                caller=caller, reason=data.reason if data else None, **same_campaign(campaign_id, expected_version)
            ),
        )

    @post("/resume", opt=needs(Scope.LAUNCH), operation_id="ResumeCampaign", status_code=200)
    async def resume(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> Response[CampaignView]:
        """Let it go on from where it was paused."""
        return await answered(bus, ResumeCampaign(caller=caller, **same_campaign(campaign_id, expected_version)))

    @post("/complete", opt=needs(Scope.LAUNCH), operation_id="CompleteCampaign", status_code=200)
    async def complete(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> Response[CampaignView]:
        """Declare it finished."""
        return await answered(bus, CompleteCampaign(caller=caller, **same_campaign(campaign_id, expected_version)))

    @post("/cancel", opt=needs(Scope.LAUNCH), operation_id="CancelCampaign", status_code=200)
    async def cancel(
        self,
        campaign_id: FromPath[UUID],
        data: JSONBody[ReasonBody],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> Response[CampaignView]:
        """End it without finishing it."""
        return await answered(
            bus, CancelCampaign(caller=caller, reason=data.reason, **same_campaign(campaign_id, expected_version))
        )

    @post("/clone", opt=needs(Scope.WRITE), operation_id="CloneCampaign", status_code=201)
    async def clone(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        data: JSONBody[CloneBody | None] = None,
    ) -> Response[CampaignView]:
        """Begin a new draft from its definition."""
        return await answered(
            bus, CloneCampaign(caller=caller, name=data.name if data else None, campaign_id=campaign_id), 201
        )

    @post("/submit", opt=needs(Scope.WRITE), operation_id="SubmitCampaign", status_code=200)
    async def submit(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> Response[CampaignView]:
        """Ask for approval of what it says now."""
        return await answered(bus, SubmitCampaign(caller=caller, **same_campaign(campaign_id, expected_version)))

    @post("/approve", opt=needs(Scope.APPROVE), operation_id="ApproveCampaign", status_code=200)
    async def approve(
        self,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> Response[CampaignView]:
        """Approve what was submitted; its authors cannot."""
        return await answered(bus, ApproveCampaign(caller=caller, **same_campaign(campaign_id, expected_version)))

    @post("/reject", opt=needs(Scope.APPROVE), operation_id="RejectCampaign", status_code=200)
    async def reject(
        self,
        campaign_id: FromPath[UUID],
        data: JSONBody[ReasonBody],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        expected_version: NamedDependency[int | None],
    ) -> Response[CampaignView]:
        """Send it back to its authors."""
        return await answered(
            bus, RejectCampaign(caller=caller, reason=data.reason, **same_campaign(campaign_id, expected_version))
        )
