"""How often people may be written to, over REST."""

from litestar import Controller, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from campaigns.application.audience.commands.set_frequency_caps import SetFrequencyCaps
from campaigns.application.audience.queries.show_frequency_caps import ShowFrequencyCaps
from campaigns.application.shared.bus import Bus
from campaigns.application.shared.context import Caller, Scope
from campaigns.interfaces.rest.audience.schemas.frequency_caps import FrequencyCapsBody, FrequencyCapsView, caps_view
from campaigns.interfaces.rest.guards import needs


class FrequencyCapsController(Controller):
    path = "/frequency-caps"

    @get("/", opt=needs(Scope.READ), operation_id="ShowFrequencyCaps")
    async def show(self, caller: NamedDependency[Caller], bus: NamedDependency[Bus]) -> FrequencyCapsView:
        """The caps that hold for all campaigns, beside each campaign's own."""
        return caps_view(await bus(ShowFrequencyCaps(caller=caller)))

    @put("/", opt=needs(Scope.OPERATE), operation_id="SetFrequencyCaps")
    async def replace(
        self, data: JSONBody[FrequencyCapsBody], caller: NamedDependency[Caller], bus: NamedDependency[Bus]
    ) -> FrequencyCapsView:
        """These and no others. They hold from the next launch on, counting what was sent before.

        Whoever has had all that a cap of one channel allows is written to by the next channel, if there is one; else
        they are skipped as `frequency_cap`.
        """
        return caps_view(await bus(SetFrequencyCaps(caller=caller, caps=data.given())))
