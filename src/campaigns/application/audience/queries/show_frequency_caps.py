"""How often people may be written to."""

from campaigns.application.audience.capping import TenantCaps
from campaigns.application.shared.messages import Query
from campaigns.domain.shared.sending_limits import FrequencyCap


class ShowFrequencyCaps(Query, frozen=True, kw_only=True):
    """The tenant's; a campaign shows its own."""


class ShowFrequencyCapsHandler:
    def __init__(self, caps: TenantCaps) -> None:
        self._caps = caps

    async def __call__(self, query: ShowFrequencyCaps) -> tuple[FrequencyCap, ...]:
        return await self._caps.of(query.caller.tenant_id)
