"""Carrying out a command and answering with what it left behind."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from litestar.di import Provide
from litestar.params import FromPath
from litestar.types import Scope
from msgspec import Struct

from campaigns.application.campaign.queries.campaign_details import CampaignDetails
from campaigns.application.campaign.views import CampaignView
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller
from campaigns.application.shared.messages import Command, Receipt
from campaigns.interfaces.rest.identity import caller_in
from campaigns.interfaces.rest.problems import AnyRequest
from campaigns.interfaces.rest.sent_headers import SentHeaders, text_of
from campaigns.interfaces.rest.short_way import by_short_way
from campaigns.interfaces.rest.versions import IfMatch, VersionedResponse, insisted_on, versioned


async def carried_out(bus: Bus, command: Command) -> tuple[Receipt, CampaignView]:
    """The campaign as it is after the command."""
    receipt: Receipt = await bus(command)
    query = CampaignDetails(caller=command.caller, campaign_id=receipt.id, at_least_version=receipt.version)
    view: CampaignView = await bus(query)
    return receipt, view


async def answered(bus: Bus, command: Command, status_code: int = 200) -> VersionedResponse[CampaignView]:
    _, view = await carried_out(bus, command)
    headers: dict[str, Any] = {"Location": f"/api/v1/campaigns/{view.id}"} if status_code == 201 else {}  # noqa: PLR2004
    response = versioned(view, view.version, status_code)
    response.headers.update(headers)
    return response


async def present(bus: Bus, query: CampaignDetails) -> CampaignView:
    view: CampaignView = await bus(query)
    return view


class AddressedCampaign(Struct, frozen=True):
    """The campaign that a request is about, with who asks and which version they have seen."""

    id: UUID
    caller: Caller
    bus: Bus
    expected_version: int | None

    async def take(self, command: Callable[..., Command], **what: Any) -> Receipt:
        """Carry out a command to it."""
        receipt: Receipt = await self.bus(self._said(command, what))
        return receipt

    async def taken(self, command: Callable[..., Command], **what: Any) -> tuple[Receipt, CampaignView]:
        """The campaign after a command to it, and what that left behind."""
        return await carried_out(self.bus, self._said(command, what))

    async def after(self, command: Callable[..., Command], **what: Any) -> VersionedResponse[CampaignView]:
        """The campaign after a command to it, as an answer."""
        return await answered(self.bus, self._said(command, what))

    def _said(self, command: Callable[..., Command], what: dict[str, Any]) -> Command:
        return command(caller=self.caller, campaign_id=self.id, expected_version=self.expected_version, **what)


def _addressed(campaign_id: FromPath[UUID], request: AnyRequest, if_match: IfMatch = None) -> AddressedCampaign:
    return _campaign(request.scope, campaign_id, if_match)


def _campaign(scope: Scope, campaign_id: UUID, if_match: str | None) -> AddressedCampaign:
    return AddressedCampaign(campaign_id, caller_in(scope), scope["litestar_app"].state.bus, insisted_on(if_match))


def _read(scope: Scope, headers: SentHeaders) -> dict[str, Any]:
    campaign_id = cast("UUID", scope["path_params"]["campaign_id"])  # the router has read it
    return {"campaign": _campaign(scope, campaign_id, text_of(headers, b"if-match"))}


ADDRESSED = {"campaign": Provide(_addressed, sync_to_thread=False)}
"""What a controller of campaigns depends on, to be told which one a request is about."""
ADDRESSED_ONLY = by_short_way(_read)
"""Beside `needs(…)`: such a route needs to know its campaign and nothing else."""
