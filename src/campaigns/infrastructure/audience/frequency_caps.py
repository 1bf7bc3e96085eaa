"""The caps that hold for a campaign: the tenant's and its own. Each holds, so that a campaign can only be stricter."""

from campaigns.application.audience.capping import TenantCaps
from campaigns.application.platform.ports import Limits
from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.shared.sending_limits import LONGEST_CAP_DAYS, FrequencyCap


class FrequencyCaps:
    """The tenant's stand in a list of their own, and one more, for everything, among its limits."""

    def __init__(self, limits: Limits, tenant_caps: TenantCaps) -> None:
        self._limits = limits
        self._tenant_caps = tenant_caps

    async def of(self, definition: Definition, caller: Caller) -> tuple[FrequencyCap, ...]:
        own = (definition.frequency_cap,) if definition.frequency_cap else ()
        caps = (*own, *await self._tenant_caps.of(caller.tenant_id), *await self._granted(caller))
        return tuple(cap for cap in caps if cap.campaign_type in (None, definition.type))

    async def _granted(self, caller: Caller) -> tuple[FrequencyCap, ...]:
        limits = await self._limits.of(caller)
        days = min(limits.frequency_cap_days, LONGEST_CAP_DAYS)
        messages = limits.frequency_cap_messages if days else 0
        return (FrequencyCap(messages=messages, days=days),) if messages else ()
