"""What a campaign may spend: whoever is about to send reserves first, so that nobody exceeds the budget together."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from campaigns.domain.shared.channels import ChannelType

NOTHING = Decimal(0)


class Answer(StrEnum):
    """GRANTED: it is reserved. LATER: others may yet give back what they do not need. EXHAUSTED: it is not there."""

    GRANTED = "granted"
    LATER = "later"
    EXHAUSTED = "exhausted"


class Purse(Struct, frozen=True, kw_only=True):
    """A campaign's money but for what the asking batch itself holds: `committed` is spent or reserved, `reserved` by
    batches that are being sent at this moment.
    """

    budget: Decimal
    committed: Decimal
    reserved: Decimal

    def answer(self, needed: Decimal) -> Answer:
        """Whether so much may be spent. What costs nothing is never refused."""
        if needed <= 0 or self.committed + needed <= self.budget:
            return Answer.GRANTED
        return Answer.LATER if self.reserved > 0 else Answer.EXHAUSTED


class Prices(Struct, frozen=True):
    """What one message costs, by channel, in the currency of the budgets."""

    by_channel: Mapping[ChannelType, Decimal] = {}

    def of(self, channel: ChannelType) -> Decimal:
        return self.by_channel.get(channel, NOTHING)

    def total(self, messages: Mapping[ChannelType, int]) -> Decimal:
        """Of so many messages by each channel."""
        return sum((self.of(channel) * count for channel, count in messages.items()), NOTHING)

    @property
    def free(self) -> bool:
        return not any(self.by_channel.values())
