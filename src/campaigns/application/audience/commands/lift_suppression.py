"""Let a person be written to again."""

from typing import Literal

from campaigns.application.audience.ports import Suppressions
from campaigns.application.shared.messages import Command
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import UserId


class LiftSuppression(Command, frozen=True, kw_only=True):
    user_id: UserId
    channel: ChannelType | Literal["*"]


class LiftSuppressionHandler:
    def __init__(self, suppressions: Suppressions) -> None:
        self._suppressions = suppressions

    async def __call__(self, command: LiftSuppression) -> None:
        await self._suppressions.remove(command.caller.tenant_id, command.user_id, command.channel)
