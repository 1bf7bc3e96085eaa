"""Which provider delivers which channel, by the settings."""

from collections.abc import Callable, Mapping

from campaigns.application.delivery.ports import Sender
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId

SenderOf = Callable[[TenantId, ChannelType], Sender]


class ConfiguredSenders:
    """`Senders`: each is made when first asked for, and kept."""

    def __init__(self, providers: Mapping[ChannelType, SenderOf]) -> None:
        self._providers = providers
        self._made: dict[tuple[TenantId, ChannelType], Sender] = {}

    def of(self, tenant_id: TenantId, channel: ChannelType) -> Sender | None:
        make = self._providers.get(channel)
        if make is None:
            return None
        key = (tenant_id, channel)
        if key not in self._made:
            self._made[key] = make(tenant_id, channel)
        return self._made[key]

    async def close(self) -> None:
        """Close every sender that was made, each once."""
        made = {id(sender): sender for sender in self._made.values()}
        self._made.clear()
        for sender in made.values():
            await sender.close()
