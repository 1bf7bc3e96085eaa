"""Everything a worker needs to send for one execution, prepared once."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from msgspec import Struct, field

from campaigns.application.delivery.answered_events import AnsweredEvents
from campaigns.application.delivery.ledger import Ledger
from campaigns.application.delivery.permits import Permits
from campaigns.application.delivery.ports import CompiledContent, Sender, Senders
from campaigns.application.delivery.running import Profiles, Suppressed
from campaigns.application.delivery.spending import Spending
from campaigns.domain.delivery.brief import Brief
from campaigns.domain.delivery.numbers import CHANNEL_NUMBERS, CHANNELS_BY_NUMBER
from campaigns.domain.delivery.retrying import RetryPolicy
from campaigns.domain.delivery.spending import Prices
from campaigns.domain.shared.channels import ChannelType


class Chance(Protocol):
    """A number in [0, 1), different each time."""

    def __call__(self) -> float: ...


class UncertainPolicy(StrEnum):
    """What to do with a message that may or may not have been delivered."""

    LEAVE = "leave"
    RESEND = "resend"


class SendingPolicy(Struct, frozen=True, kw_only=True):
    """How workers behave. A chunk should take `chunk_seconds`, or `repeatable_chunk_seconds` where a repetition does no
    harm, so that nothing becomes uncertain; a message that comes again later than after `patience` seconds is not
    waited for: its batch rests.
    """

    retry: RetryPolicy = RetryPolicy()
    uncertain: Mapping[ChannelType, UncertainPolicy] = field(default_factory=dict)
    prices: Prices = Prices()
    chunk_seconds: float = 0.025
    repeatable_chunk_seconds: float = 0.3
    handful: int = 8
    chunks_in_flight: int = 2
    batches_at_once: int = 2
    lease_seconds: float = 6.0
    patience: float = 3.0

    def sends_again(self, channel: ChannelType) -> bool:
        return self.uncertain.get(channel, UncertainPolicy.LEAVE) is UncertainPolicy.RESEND


class Books(Struct, frozen=True, kw_only=True):
    """What a worker looks things up in and writes things down in."""

    ledger: Ledger
    profiles: Profiles
    answered: AnsweredEvents
    suppressed: Suppressed
    spending: Spending
    permits: Permits


class Desk(Struct, frozen=True, kw_only=True):
    """One execution's content, senders and rules, as this worker holds them."""

    brief: Brief
    execution_no: int
    content: CompiledContent
    senders: Senders
    policy: SendingPolicy
    chance: Chance

    @property
    def prices(self) -> Prices:
        return self.policy.prices

    def sender_of(self, channel: ChannelType) -> Sender | None:
        return self.senders.of(self.brief.tenant_id, channel)

    @property
    def chunk_seconds(self) -> float:
        """How long one chunk should take on the channels of this execution."""
        channels = {
            c.channel_type for variant in range(-1, len(self.brief.variants)) for c in self.brief.channels_of(variant)
        }
        senders = [sender for sender in map(self.sender_of, channels) if sender is not None]
        repeatable = all(sender.idempotent for sender in senders)
        return self.policy.repeatable_chunk_seconds if repeatable else self.policy.chunk_seconds

    def channel_after(self, variant: int, number: int) -> list[int]:
        """Numbers of the channels that a permanent failure falls back to, in order."""
        order = [CHANNEL_NUMBERS[channel.channel_type] for channel in self.brief.channels_of(variant)]
        return order[order.index(number) + 1 :] if number in order else []

    def may_send_again(self, number: int, variant: int) -> bool:
        """Whether an unknown outcome may simply be tried again: the campaign's channel says so, or the installation,
        or repeating is harmless.
        """
        channel = CHANNELS_BY_NUMBER[number]
        sender = self.sender_of(channel)
        if sender is not None and sender.idempotent:
            return True
        own = self.brief.channel_of(variant, channel)
        if own is not None and own.uncertain is not None:
            return UncertainPolicy(own.uncertain) is UncertainPolicy.RESEND
        return self.policy.sends_again(channel)
