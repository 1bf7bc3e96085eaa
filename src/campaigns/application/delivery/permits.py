"""The port through which a worker asks whether messages may leave now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId


class Wanted(Struct, frozen=True):
    """Messages in a row that leave by one channel under one sender (an address for e-mail, else "")."""

    channel: ChannelType
    sender: str
    message_ids: Sequence[str]


class Hold(Struct, frozen=True):
    """Nothing may leave before `until`; `because` is told to people: what is waited for."""

    until: datetime
    because: str


class Permit(Struct, frozen=True):
    """The first `count` messages may be handed over, if that begins before `good_until` (monotonic seconds).

    A count of 0 comes with a hold.
    """

    count: int
    good_until: float
    hold: Hold | None = None


class Permits(Protocol):
    """The limits of the world: of the service, tenants, senders and providers, shared by all workers on all hosts."""

    async def take(self, tenant_id: TenantId, wanted: Sequence[Wanted]) -> Permit:
        """A permit for as many of the messages as every limit allows, in their order.

        What a permit was given for and never left is lost to the limit. DependencyDownError.
        """
