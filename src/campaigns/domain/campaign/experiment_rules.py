"""What a test needs at the launch, beyond usable numbers."""

from collections.abc import Iterator

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.values import Mode, Variant
from campaigns.domain.shared.channels import ChannelType
from campaigns.domain.shared.errors import Violation

_SAMPLE = "/experiment/test_sample_percentage"


def unsuitable(definition: Definition) -> Iterator[Violation]:
    """What does not go together with the campaign's mode or variants."""
    experiment = definition.experiment
    if experiment is None:
        return
    if experiment.fallback == "control" and len(_sending(definition)) == len(definition.variants):
        yield Violation("/experiment/fallback", "there is no control whose lot the rest could share")
    if experiment.allocation == "thompson" and definition.mode is not Mode.TRIGGERED:
        yield Violation("/experiment/allocation", "shares are drawn anew only for a triggered campaign")


def unready_rest(definition: Definition) -> Iterator[Violation]:
    """Why nobody could wait for the winner: the rest is planned before it is known which variant it gets."""
    if definition.experiment is None or not definition.experiment.leaves_rest:
        return
    if definition.mode is Mode.TRIGGERED:
        yield Violation(_SAMPLE, "a triggered campaign has no rest that could wait")
    if definition.follows_local_time():
        yield Violation(_SAMPLE, "a sample cannot be sent by everybody's own clock")
    sending = _sending(definition)
    if len(sending) < 2:  # noqa: PLR2004 - a comparison
        yield Violation("/variants", "a rest waits for the better of at least two variants that send")
    if len({_ways(definition, variant) for variant in sending}) > 1:
        yield Violation("/variants", "where a rest waits, all variants use the same channels in the same order")


def _sending(definition: Definition) -> list[Variant]:
    return [variant for variant in definition.variants if not variant.is_control]


def _ways(definition: Definition, variant: Variant) -> tuple[ChannelType, ...]:
    enabled = (channel for channel in variant.channels or definition.channels if channel.enabled)
    return tuple(channel.channel_type for channel in sorted(enabled, key=lambda channel: channel.priority))
