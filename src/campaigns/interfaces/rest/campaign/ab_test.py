"""The test among a campaign's variants over REST: its question, its figures, its winner."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from campaigns.application.campaign.commands.declare_winner import DeclareWinner
from campaigns.application.campaign.commands.define_experiment import DefineExperiment
from campaigns.application.campaign.experimenting.foretelling import Usual
from campaigns.application.campaign.queries.show_experiment import ExperimentView, ShowExperiment
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.interfaces.rest.campaign.ab_test_schemas import AbTestBody, AbTestView, WinnerBody, shown
from campaigns.interfaces.rest.campaign.answering import ADDRESSED, AddressedCampaign
from campaigns.interfaces.rest.guards import needs
from campaigns.interfaces.rest.versions import versioned

Usually = "Before the first run: what is usual for the campaign, "
Baseline = Annotated[
    float | None, QueryParameter(ge=1e-6, le=1e6, description=f"{Usually}as a rate (below 1) or revenue per person")
]
Deviation = Annotated[
    float | None, QueryParameter(ge=1e-6, le=1e6, description=f"{Usually}the deviation of the revenue per person")
]
OfRun = Annotated[UUID | None, QueryParameter(description="The test of this run; otherwise of the newest")]


class AbTestController(Controller):
    path = "/campaigns/{campaign_id:uuid}/ab-test"
    dependencies = ADDRESSED

    @get("/", opt=needs(Scope.READ), operation_id="ShowAbTest")
    async def show(
        self,
        *,
        campaign_id: FromPath[UUID],
        caller: NamedDependency[Caller],
        bus: NamedDependency[Bus],
        execution_id: OfRun = None,
        baseline: Baseline = None,
        deviation: Deviation = None,
    ) -> Response[AbTestView]:
        """How far the test is, what its figures say in words and numbers, and how it was decided; before its first run,
        how many people it will have and which differences they can show.
        """
        usual = Usual(baseline=baseline, deviation=deviation)
        query = ShowExperiment(caller=caller, campaign_id=campaign_id, execution_id=execution_id, usual=usual)
        return await _shown(bus, query)

    @post("/", opt=needs(Scope.WRITE), operation_id="DefineAbTest", status_code=200)
    async def define(
        self, data: JSONBody[AbTestBody], campaign: NamedDependency[AddressedCampaign]
    ) -> Response[AbTestView]:
        """Say how a winner among the variants is found; the test begins with the next run."""
        await campaign.take(DefineExperiment, experiment=data.experiment(), variants=data.variants)
        return await _present(campaign)

    @post("/winner", opt=needs(Scope.LAUNCH), operation_id="DeclareWinner", status_code=200)
    async def declare(
        self, data: JSONBody[WinnerBody], campaign: NamedDependency[AddressedCampaign]
    ) -> Response[AbTestView]:
        """Name the winner by hand: whoever waits for it gets it."""
        await campaign.take(DeclareWinner, variant_id=data.variant_id, execution_id=data.execution_id)
        return await _present(campaign)


async def _present(campaign: AddressedCampaign) -> Response[AbTestView]:
    return await _shown(campaign.bus, ShowExperiment(caller=campaign.caller, campaign_id=campaign.id))


async def _shown(bus: Bus, query: ShowExperiment) -> Response[AbTestView]:
    found: ExperimentView = await bus(query)
    return versioned(shown(found), found.version)
