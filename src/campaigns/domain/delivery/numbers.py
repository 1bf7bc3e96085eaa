"""Stable numbers of the ledger. They are stored by the million: a number is never reused and never changes."""

from enum import IntEnum

from campaigns.domain.shared.channels import ChannelType

NO_CHANNEL = -1
NO_VARIANT = -1


class FactKind(IntEnum):
    """What can be recorded about a message after the plan. Up to 19: its state; from 20: engagement beside it.

    The last word on the state counts. RESENT, FELL_BACK and RETRYING are intents: the message is handed over again
    right after them. DEFERRED is a refusal for now: certainly not delivered, waiting to be tried again.
    ACCEPTED_AS keeps the provider's own id of a message that was sent, and says nothing about the state. TRAPPED is a
    hit on the link that people do not see: evidence about the other hits, no engagement.
    """

    SENT = 1
    FAILED = 2
    SKIPPED = 3
    UNCERTAIN = 4
    CANCELLED = 5
    DELIVERED = 6
    BOUNCED = 7
    RESENT = 8
    FELL_BACK = 9
    DEFERRED = 10
    RETRYING = 11
    ACCEPTED_AS = 12
    OPENED = 20
    CLICKED = 21
    CONVERTED = 22
    COMPLAINED = 23
    UNSUBSCRIBED = 24
    REPLIED = 25
    TRAPPED = 26


CHANNEL_NUMBERS: dict[ChannelType, int] = {
    ChannelType.EMAIL: 0,
    ChannelType.SMS: 1,
    ChannelType.WHATSAPP: 2,
    ChannelType.PUSH: 3,
    ChannelType.IN_APP: 4,
    ChannelType.WEB: 5,
    ChannelType.SOCIAL: 6,
    ChannelType.DISPLAY: 7,
    ChannelType.WEBHOOK: 8,
    ChannelType.POP_UP: 9,
}
CHANNELS_BY_NUMBER: dict[int, ChannelType] = {number: channel for channel, number in CHANNEL_NUMBERS.items()}
