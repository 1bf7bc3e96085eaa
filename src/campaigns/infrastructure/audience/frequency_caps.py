"""The caps that hold for a campaign: the tenant's and its own. Each holds, so that a campaign can only be stricter."""

from campaigns.application.platform.ports import Limits
from campaigns.application.shared.context import Caller
from campaigns.domain.campaign.definition import Definition
from campaigns.domain.shared.sending_limits import LONGEST_CAP_DAYS, FrequencyCap


class FrequencyCaps:
    """The tenant's cap stands among its limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    async def of(self, definition: Definition, caller: Caller) -> tuple[FrequencyCap, ...]:
        limits = await self._limits.of(caller)
        days = min(limits.frequency_cap_days, LONGEST_CAP_DAYS)
        messages = limits.frequency_cap_messages if days else 0
        own = (definition.frequency_cap,) if definition.frequency_cap else ()
        return (*own, FrequencyCap(messages=messages, days=days)) if messages else own
