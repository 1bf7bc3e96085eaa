"""How a person stands on each channel, packed into one number, and which channel that leaves."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from campaigns.domain.shared.channels import ADDRESS_ATTRIBUTE, ChannelType
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


def capped_on(channel: ChannelType | None) -> int:
    """The standing of somebody who has had enough on one channel, or on all of them."""
    closed = ChannelType if channel is None else (channel,)
    return sum(SkipReason.FREQUENCY_CAP << BITS * CHANNEL_NUMBERS[each] for each in closed)


def withheld(standing: int, capped: int) -> int:
    """The standing once the caps are looked at: they close channels that nothing else has closed."""
    return sum(
        (standing >> at & _MASK or capped >> at & _MASK) << at for at in range(0, BITS * len(CHANNEL_NUMBERS), BITS)
    )


def choose(channels: Sequence[ChannelType], standing: int) -> Choice:
    """The first channel, by priority, that reaches the person; else the weightiest reason against.

    A suppression outweighs a missing address: somebody who unsubscribed from e-mail and has no phone is reported as
    unsubscribed. A frequency cap outweighs both: without it there was a way.
    """
    found = [on(channel, standing) for channel in channels]
    for channel, reason in zip(channels, found, strict=True):
        if reason is SkipReason.NONE:
            return Choice(CHANNEL_NUMBERS[channel], SkipReason.NONE)
    if SkipReason.FREQUENCY_CAP in found:
        return Choice(NOBODY, SkipReason.FREQUENCY_CAP)
    suppressed = [reason for reason in found if reason is not SkipReason.NO_ADDRESS]
    return Choice(NOBODY, suppressed[0] if suppressed else SkipReason.NO_ADDRESS)


def standing_of(
    channels: Sequence[ChannelType], attributes: Mapping[str, Any], everywhere: int, by_channel: int
) -> int:
    """One person's standing, from their attributes and what is said about them; the query computes the same."""
    return sum(
        _reason(channel, attributes, everywhere, by_channel) << BITS * CHANNEL_NUMBERS[channel]
        for channel in set(channels)
    )


def _reason(channel: ChannelType, attributes: Mapping[str, Any], everywhere: int, by_channel: int) -> int:
    said = by_channel >> BITS * CHANNEL_NUMBERS[channel] & _MASK
    if everywhere == SkipReason.DELETED:
        return SkipReason.DELETED
    return said or everywhere or (SkipReason.NONE if _has_address(channel, attributes) else SkipReason.NO_ADDRESS)


def _has_address(channel: ChannelType, attributes: Mapping[str, Any]) -> bool:
    attribute = ADDRESS_ATTRIBUTE[channel]
    if attribute is None or attribute == "user_id":
        return True
    return bool(str(attributes.get(attribute) or "").strip(" "))
