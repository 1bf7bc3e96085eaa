"""How a message's links lead back to us: signed, short, and never an open redirect."""

from collections.abc import Sequence
from typing import Protocol

from campaigns.domain.shared.ids import TenantId


class MessageLinks(Protocol):
    """The tracking links of one execution, made on the hot path: CPU only, one call costs microseconds.

    Every link is an absolute URL of ASCII without quotes, spaces or angle brackets: it goes into HTML attributes and
    header values as it stands. Equal arguments give equal links.
    """

    def opened(self, seq: int) -> str:
        """The address of the one-pixel picture that reports an open."""

    def clicked(self, seq: int, link: int) -> str:
        """The address that counts a click and leads to the target of that number."""

    def unsubscribe(self, seq: int) -> str:
        """The address of the one-click unsubscription (RFC 8058)."""


class Tracking(Protocol):
    """Stores where links lead, once per execution, and mints the links of its messages."""

    async def links_of(
        self, tenant_id: TenantId, execution_no: int, targets: Sequence[str], first: int
    ) -> MessageLinks:
        """Remember the targets (http or https URLs, numbered from `first`) and open the mint.

        Called once per execution and worker, with the same targets each time: storing them again changes nothing.
        """
