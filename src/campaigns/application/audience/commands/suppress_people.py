"""See to it that people are not written to."""

from typing import Literal

from msgspec import Struct

from campaigns.application.audience.ports import Suppressions
from campaigns.application.shared.messages import Command
from campaigns.application.shared.ports import Clock
from campaigns.domain.audience.suppression import EVERYWHERE, Suppression, SuppressionReason
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import UserId


class Said(Struct, frozen=True, kw_only=True):
    """Who is not to be written to, where, and why."""

    user_id: UserId
    reason: SuppressionReason = "manual"
    channel: ChannelType | Literal["*"] = EVERYWHERE


class SuppressPeople(Command, frozen=True, kw_only=True):
    said: tuple[Said, ...]
    source: str = "api"


class SuppressPeopleHandler:
    def __init__(self, suppressions: Suppressions, clock: Clock) -> None:
        self._suppressions = suppressions
        self._clock = clock

    async def __call__(self, command: SuppressPeople) -> int:
        """How many were given; takes effect with the commit."""
        now, caller = self._clock.now(), command.caller
        return await self._suppressions.add(
            caller.tenant_id,
            [
                Suppression(
                    user_id=one.user_id,
                    channel=one.channel,
                    reason=one.reason,
                    source=command.source,
                    created_by=caller.principal,
                    created_at=now,
                )
                for one in command.said
            ],
        )
