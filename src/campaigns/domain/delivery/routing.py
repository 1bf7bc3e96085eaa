"""Which provider takes a message: who may, by tenant and sender; the first by priority; by weight among equals."""

from collections.abc import Sequence
from zlib import crc32

from msgspec import Struct

from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId


class Route(Struct, frozen=True, kw_only=True):
    """What one provider takes. No tenants, no sender domains: all. The lowest `priority` comes first."""

    provider: str
    channels: frozenset[ChannelType]
    tenants: frozenset[TenantId] = frozenset()
    sender_domains: frozenset[str] = frozenset()
    priority: int = 0
    weight: int = 1

    def takes(self, tenant_id: TenantId, channel: ChannelType, sender: str) -> bool:
        """`sender` is the address or the name that the message is sent under."""
        return (
            channel in self.channels
            and (not self.tenants or tenant_id in self.tenants)
            and (not self.sender_domains or domain_of(sender) in self.sender_domains)
        )


def domain_of(sender: str) -> str:
    return sender.rpartition("@")[2].lower()


def equals(routes: Sequence[Route], tenant_id: TenantId, channel: ChannelType, sender: str) -> Sequence[Route]:
    """The routes between which weight decides."""
    taking = [route for route in routes if route.takes(tenant_id, channel, sender)]
    first = min((route.priority for route in taking), default=0)
    return [route for route in taking if route.priority == first]


def reachable(routes: Sequence[Route], tenant_id: TenantId, channel: ChannelType) -> Sequence[Route]:
    """Those that take some of the tenant's messages: up to the first priority that takes whatever is left."""
    taking = [route for route in routes if channel in route.channels and tenant_id in (route.tenants or {tenant_id})]
    last = min((route.priority for route in taking if not route.sender_domains), default=None)
    return [route for route in taking if last is None or route.priority <= last]


def chosen(among: Sequence[Route], message_id: str) -> Route:
    """By weight, and always the same for one message: a provider knows again what it was handed before."""
    if len(among) == 1:
        return among[0]
    point = crc32(message_id.encode()) % sum(route.weight for route in among)
    for route in among:
        point -= route.weight
        if point < 0:
            return route
    raise ValueError("no route has any weight")
