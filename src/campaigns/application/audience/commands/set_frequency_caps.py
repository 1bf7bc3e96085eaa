"""Say how often people may be written to."""

from campaigns.application.audience.capping import CapReach, TenantCaps
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock
from campaigns.domain.audience.capping import check_caps
from campaigns.domain.shared.sending_limits import FrequencyCap


class SetFrequencyCaps(Command, frozen=True, kw_only=True):
    caps: tuple[FrequencyCap, ...]


class SetFrequencyCapsHandler:
    def __init__(self, caps: TenantCaps, reach: CapReach, clock: Clock) -> None:
        self._caps = caps
        self._reach = reach
        self._clock = clock

    async def __call__(self, command: SetFrequencyCaps) -> tuple[FrequencyCap, ...]:
        check_caps(command.caps, self._reach.days)
        caller = command.caller
        await self._caps.replace(caller.tenant_id, command.caps, by=caller.principal, at=self._clock.now())
        return command.caps
