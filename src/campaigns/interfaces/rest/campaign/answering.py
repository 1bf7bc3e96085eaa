"""Carrying out a command and answering with what it left behind."""

from typing import Any
from uuid import UUID

from litestar import Response

from campaigns.application.campaign.queries.campaign_details import CampaignDetails
from campaigns.application.campaign.views import CampaignView
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.messages import Command, Receipt
from campaigns.interfaces.rest.versions import versioned


async def carried_out(bus: Bus, command: Command) -> tuple[Receipt, CampaignView]:
    """The campaign as it is after the command."""
    receipt: Receipt = await bus(command)
    query = CampaignDetails(caller=command.caller, campaign_id=receipt.id, at_least_version=receipt.version)
    view: CampaignView = await bus(query)
    return receipt, view


async def answered(bus: Bus, command: Command, status_code: int = 200) -> Response[CampaignView]:
    _, view = await carried_out(bus, command)
    headers: dict[str, Any] = {"Location": f"/api/v1/campaigns/{view.id}"} if status_code == 201 else {}  # noqa: PLR2004
    response = versioned(view, view.version, status_code)
    response.headers.update(headers)
    return response


async def present(bus: Bus, query: CampaignDetails) -> CampaignView:
    view: CampaignView = await bus(query)
    return view


def same_campaign(campaign_id: UUID, expected_version: int | None) -> dict[str, Any]:
    """What every command to one campaign says about it."""
    return {"campaign_id": campaign_id, "expected_version": expected_version}
