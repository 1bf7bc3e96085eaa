"""Looking at a campaign's messages before anybody gets one."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from campaigns.application.delivery.commands.send_test import SendTest, SentTest
from campaigns.application.delivery.queries.preview_content import PreviewContent
from campaigns.application.delivery.sample_person import Sample
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import CampaignId, UserId
from campaigns.interfaces.rest.analytics.schemas.reports import EventContents
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.templates.schemas import PreviewView, Profile, preview_view
from campaigns.interfaces.rest.wire import Body, View

Address = Annotated[str, Meta(min_length=1, max_length=2_048)]
Addresses = Annotated[tuple[Address, ...], Meta(min_length=1, max_length=10)]
UserName = Annotated[str, Meta(min_length=1, max_length=255)]


class PreviewBody(Body, frozen=True, kw_only=True):
    """A known person, or attributes given on the spot (they win); without `channel_type` the first channel. `event`:
    what the event says that a triggered campaign answers, as under `data` of `POST /events`.
    """

    sample_user_id: UserName | None = None
    profile: Profile | None = None
    event: EventContents | None = None
    variant_id: UUID | None = None
    channel_type: ChannelType | None = None

    def sample(self) -> Sample:
        user_id = None if self.sample_user_id is None else UserId(self.sample_user_id)
        return Sample(
            user_id=user_id,
            profile=self.profile,
            event=self.event,
            variant_id=self.variant_id,
            channel_type=self.channel_type,
        )


class TestSendBody(PreviewBody, frozen=True, kw_only=True):
    """The same, and where to send it: at most ten addresses of the channel."""

    addresses: Addresses


class SentTestView(View, frozen=True, kw_only=True):
    address: str
    accepted: bool
    reason: str | None


class TestSendView(View, frozen=True, kw_only=True):
    """`accepted` is the provider's word; nothing is counted, and nobody's ledger is touched."""

    results: tuple[SentTestView, ...]


class PreviewController(Controller):
    path = "/campaigns/{campaign_id:uuid}"

    @post("/preview", opt=needs(Scope.READ), status_code=200, operation_id="PreviewCampaign")
    async def preview(
        self,
        campaign_id: FromPath[UUID],
        data: JSONBody[PreviewBody],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
    ) -> PreviewView:
        """What one person would be sent, and everything that is missing or wrong."""
        query = PreviewContent(caller=caller, campaign_id=CampaignId(campaign_id), sample=data.sample())
        return preview_view(await bus(query))

    @post("/test-send", opt=needs(Scope.WRITE), status_code=200, operation_id="SendTestMessage")
    async def test_send(
        self,
        campaign_id: FromPath[UUID],
        data: JSONBody[TestSendBody],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
    ) -> TestSendView:
        """Send the message, marked as a test, to addresses of your own."""
        command = SendTest(
            caller=caller, campaign_id=CampaignId(campaign_id), sample=data.sample(), addresses=data.addresses
        )
        results: Sequence[SentTest] = await bus(command)
        return TestSendView(
            results=tuple(
                SentTestView(address=result.address, accepted=result.accepted, reason=result.reason)
                for result in results
            )
        )
