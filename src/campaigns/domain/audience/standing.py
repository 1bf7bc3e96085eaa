"""How a person stands on each channel, packed into one number, and which channel that leaves."""

from collections.abc import Sequence
from typing import NamedTuple

from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.skip_reasons import SkipReason

NOBODY = -1
BITS = 4
_MASK = (1 << BITS) - 1

CHANNEL_NUMBERS = {channel: number for number, channel in enumerate(ChannelType)}
"""Stored numbers: the order in which the channels are declared, to which new ones are only ever appended."""


class Choice(NamedTuple):
    """The channel (its number, -1 for none) and why nothing is sent, if nothing is."""

    channel: int
    reason: SkipReason


def on(channel: ChannelType, standing: int) -> SkipReason:
    """Why the channel cannot be used for a person of this standing; NONE when it can."""
    return SkipReason(standing >> (BITS * CHANNEL_NUMBERS[channel]) & _MASK)


def choose(channels: Sequence[ChannelType], standing: int) -> Choice:
    """The first channel, by priority, that reaches the person; else the weightiest reason against.

    A suppression outweighs a missing address: somebody who unsubscribed from e-mail and has no phone is reported as
    unsubscribed.
    """
    found = [on(channel, standing) for channel in channels]
    for channel, reason in zip(channels, found, strict=True):
        if reason is SkipReason.NONE:
            return Choice(CHANNEL_NUMBERS[channel], SkipReason.NONE)
    suppressed = [reason for reason in found if reason is not SkipReason.NO_ADDRESS]
    return Choice(NOBODY, suppressed[0] if suppressed else SkipReason.NO_ADDRESS)
