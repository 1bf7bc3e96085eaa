"""Forget a person, everywhere."""

from campaigns.application.audience.erasing import Erasure, Erasures
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock, Ids
from campaigns.domain.shared.ids import UserId


class ErasePerson(Command, frozen=True, kw_only=True):
    user_id: UserId


class ErasePersonHandler:
    def __init__(self, erasures: Erasures, clock: Clock, ids: Ids) -> None:
        self._erasures = erasures
        self._clock = clock
        self._ids = ids

    async def __call__(self, command: ErasePerson) -> Erasure:
        """Nothing is sent to them from now on; all else follows within a minute."""
        caller = command.caller
        return await self._erasures.request(
            caller.tenant_id, command.user_id, erasure_id=self._ids.new(), by=caller.principal, at=self._clock.now()
        )
