"""Providers over REST."""

from litestar import Controller, get
from litestar.di import NamedDependency

from campaigns.application.delivery.provider_standing import Standing
from campaigns.application.delivery.queries.list_providers import ListProviders
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.interfaces.rest.guards import needs


class ProvidersController(Controller):
    path = "/providers"

    @get("/", opt=needs(Scope.OPERATE), operation_id="ListProviders")
    async def providers(self, caller: NamedDependency[Caller], bus: NamedDependency[Bus]) -> Standing:
        """Who delivers the tenant's messages: who is away, what each limit leaves, the day of a warm-up."""
        standing: Standing = await bus(ListProviders(caller=caller))
        return standing
