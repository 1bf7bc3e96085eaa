"""What analytics asks of the world."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import CampaignId, TenantId


class FactName(StrEnum):
    """What can be learned about a message after it left."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"
    OPENED = "opened"
    CLICKED = "clicked"
    CONVERTED = "converted"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    REPLIED = "replied"
    TRAPPED = "trapped"


class FactDetail(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a fact says beyond its kind. Stored as JSON; only what is known stands there.

    `address_hash` tells hits from one address apart without keeping the address; `purpose` is what a client that
    fetches ahead says it does; `bot` is what a provider calls a machine that it tells from people. A conversion shared
    by several messages counts for the last of them, the others `assisted`; of its amount `revenue` is this message's.
    """

    link: int | None = None
    url: str | None = None
    user_agent: str | None = None
    address_hash: str | None = None
    method: str | None = None
    purpose: str | None = None
    bot: str | None = None
    hard: bool | None = None
    reason: str | None = None
    provider: str | None = None
    event_type: str | None = None
    weight: int | None = None
    assisted: bool | None = None
    amount: str | None = None
    revenue: str | None = None
    currency: str | None = None


class Fact(Struct, frozen=True, kw_only=True):
    """One thing that happened to one message. The same `source_event_id` twice counts once."""

    execution_no: int
    seq: int
    name: FactName
    at: datetime
    source_event_id: str
    detail: FactDetail = FactDetail()


class Facts(Protocol):
    """The ledger of what happened to people, append only."""

    async def append(self, facts: Sequence[Fact]) -> None:
        """Store all, in one transaction; returns when they are durable. Raises DependencyDownError."""


class TouchLog(Protocol):
    """Where opens and clicks go: quick to take, never lost while the ledger is away."""

    def take(self, fact: Fact) -> None:
        """Keep a hit; it reaches the ledger within 200 ms, or the local spool when Postgres is away."""

    async def keep(self, fact: Fact) -> None:
        """Put a fact durably into the spool: it reaches the ledger, and has its effects, when Postgres is back.

        Raises DependencyDownError when the spool is full: nothing was kept then.
        """


class LinkTargets(Protocol):
    """Where tracked links lead."""

    async def of(self, execution_no: int, link: int) -> str | None:
        """The stored URL; None when that execution has no such link. Raises DependencyDownError."""


class MessageOwner(Struct, frozen=True, kw_only=True):
    """Whom a message was for."""

    tenant_id: TenantId
    campaign_id: CampaignId
    user_id: str
    channel: ChannelType | None


class MessageOwners(Protocol):
    """From a message back to its person."""

    async def of(self, execution_no: int, seq: int) -> MessageOwner | None:
        """None when there is no such message (any more). Raises DependencyDownError."""


class SuppressionReason(StrEnum):
    """Why somebody is not written to any more."""

    UNSUBSCRIBED = "unsubscribed"
    HARD_BOUNCED = "bounced"
    COMPLAINED = "complained"


class Suppressing(Protocol):
    """The list of people who are not to be written to."""

    async def suppress(self, owner: MessageOwner, reason: SuppressionReason, at: datetime) -> None:
        """From now on the person gets nothing more on the message's channel; again changes nothing."""
