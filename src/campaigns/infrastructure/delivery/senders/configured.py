"""Which sender delivers which channel of a tenant: one provider's, or those of several behind one."""

from collections.abc import Callable, Mapping, Sequence

from campaigns.application.delivery.ports import Sender
from campaigns.domain.delivery.routing import Route, reachable
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId
from campaigns.infrastructure.delivery.senders.routed import RoutedSender

SenderOf = Callable[[TenantId, ChannelType], Sender]


class ConfiguredSenders:
    """`Senders`: each is made when first asked for, and kept. `makers` by provider."""

    def __init__(self, routes: Sequence[Route], makers: Mapping[str, SenderOf]) -> None:
        self._routes = routes
        self._makers = makers
        self._made: dict[tuple[TenantId, ChannelType, str], Sender] = {}
        self._answers: dict[tuple[TenantId, ChannelType], Sender | None] = {}

    def of(self, tenant_id: TenantId, channel: ChannelType) -> Sender | None:
        key = (tenant_id, channel)
        if key not in self._answers:
            self._answers[key] = self._put_together(tenant_id, channel)
        return self._answers[key]

    async def close(self) -> None:
        """Close every sender that was made, each once."""
        made = {id(sender): sender for sender in self._made.values()}
        self._made.clear()
        self._answers.clear()
        for sender in made.values():
            await sender.close()

    def _put_together(self, tenant_id: TenantId, channel: ChannelType) -> Sender | None:
        routes = reachable(self._routes, tenant_id, channel)
        senders = {route.provider: self._sender(route.provider, tenant_id, channel) for route in routes}
        if len(routes) <= 1:
            return next(iter(senders.values()), None)
        return RoutedSender(routes, senders, tenant_id, channel)

    def _sender(self, provider: str, tenant_id: TenantId, channel: ChannelType) -> Sender:
        key = (tenant_id, channel, provider)
        if key not in self._made:
            self._made[key] = self._makers[provider](tenant_id, channel)
        return self._made[key]
