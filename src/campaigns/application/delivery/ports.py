"""What delivery asks of the world. Senders and the renderer are called on the hot path: they work on chunks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from msgspec import Struct, field

from campaigns.domain.delivery.brief import Brief
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.ids import TenantId


class Recipient(Struct, frozen=True):
    """One person of a chunk. `address` is the value of the channel's address attribute ("" for a webhook).

    `variant` indexes `brief.variants`, -1 for none. `profile` holds the person's attributes by name (`user_id`
    included); treat it as read-only.
    """

    seq: int
    user_id: str
    variant: int
    address: str
    profile: Mapping[str, Any]


class OutgoingMessage(Struct, frozen=True):
    """A message ready to leave.

    `message_id` is the idempotency key (see `domain.delivery.messages.message_id`); the same after a crash or re-send.
    `body` is the channel's finished wire form: a complete MIME message with CRLF for e-mail, a JSON document for the
    others. `sender` is the envelope sender (e-mail) or sender name. `headers` are transport headers (webhook).
    """

    seq: int
    message_id: str
    user_id: str
    address: str
    variant: int
    body: bytes
    sender: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Unrenderable(Struct, frozen=True):
    """No message can be made for one person, who is skipped. `missing` tells missing data from a broken template."""

    seq: int
    reason: str
    missing: bool = False


class Verdict(StrEnum):
    """What became of one message that was not simply accepted."""

    TRANSIENT = "transient"  # refused for now, certainly not delivered: tried again
    PERMANENT = "permanent"  # refused for good: falls back to the next channel, else failed
    UNKNOWN = "unknown"  # handed over, and the answer was lost: perhaps delivered
    BUSY = "busy"  # the provider wants nothing of ours for now: comes again, and does not count as a try


class Trouble(Struct, frozen=True):
    """A message that was not accepted, and why: a short stable reason first (`550 5.1.1 …`, `timeout`).

    Before `wait` seconds have passed another try is of no use.
    """

    verdict: Verdict
    reason: str
    wait: float | None = None


class Handover(Struct, frozen=True):
    """What a sender says of a chunk: `accepted` messages, and the troubles of all others by seq.

    `accepted + len(troubles) + len(unsent)` equals the size of the chunk: a sender never leaves a message out.
    `provider_ids` (by seq) are kept where the provider gives any. `unsent` have certainly not left, because one of
    several providers is `away`; they come again, and that does not count as a try.
    """

    accepted: int
    troubles: Mapping[int, Trouble] = field(default_factory=dict)
    provider_ids: Mapping[int, str] = field(default_factory=dict)
    unsent: frozenset[int] = frozenset()
    away: "ProviderAwayError | None" = None


class ProviderAwayError(Exception):
    """Nothing of the chunk has left: no connection, or the breaker is open. The batch waits and says so."""

    def __init__(self, provider: str, detail: str, retry_after: float = 5.0) -> None:
        super().__init__(f"{provider}: {detail}")
        self.provider = provider
        self.detail = detail
        self.retry_after = retry_after


class Sender(Protocol):
    """One provider for one channel.

    `deliver` is called again before earlier calls have returned (the worker keeps a few chunks in flight): keep
    connections between calls and share them. Any exception other than `ProviderAwayError` means that every message of
    the chunk is UNKNOWN. Cancelling `deliver` is allowed only at shutdown and also means UNKNOWN.
    """

    @property
    def provider(self) -> str:
        """Short name for logs, metrics and breakers: `smtp`, `nats`, `webhook` …"""

    @property
    def idempotent(self) -> bool:
        """True when delivering the same message_id twice reaches the person once: unknowns may be re-sent."""

    @property
    def max_chunk(self) -> int:
        """The largest chunk `deliver` takes (1 to 1,000)."""

    async def deliver(self, messages: Sequence[OutgoingMessage]) -> Handover:
        """Hand a chunk over. Raises ProviderAwayError when nothing of it has left."""

    async def look_up(self, message_ids: Sequence[str], since: datetime) -> Mapping[str, bool] | None:
        """Ask the provider after a crash: id -> was it accepted; what it cannot tell is left out.

        None of them was handed over before `since`. None when this provider cannot be asked. ProviderAwayError.
        """

    async def close(self) -> None:
        """Give connections back; called once when the worker stops."""


class CompiledContent(Protocol):
    """The content of one execution, compiled."""

    def render(
        self, execution_no: int, channel: ChannelType, recipients: Sequence[Recipient]
    ) -> Sequence[OutgoingMessage | Unrenderable]:
        """One result per recipient, in order. Never raises for a person's data. CPU only: called in the event loop."""

    def sender_of(self, channel: ChannelType, variant: int, profile: Mapping[str, Any]) -> str:
        """The `sender` that a person's message will have; "" where there is none."""

    def take_gaps(self) -> Mapping[str, int]:
        """How many messages rendered since the last call had to do without a variable, by its name."""


class Renderer(Protocol):
    """Turns content into messages."""

    async def prepare(self, brief: Brief, execution_no: int) -> CompiledContent:
        """Compile once per execution and worker, and store where the execution's links lead.

        Raises InvalidError when the content cannot be compiled.
        """


class Senders(Protocol):
    """The senders that are configured."""

    def of(self, tenant_id: TenantId, channel: ChannelType) -> Sender | None:
        """The sender for a channel; None when the channel is not configured."""

    async def close(self) -> None:
        """Close every sender; called once when the worker stops."""
