"""How long a channel's texts may be, and what each channel needs before it can send."""

from collections.abc import Iterator

from campaigns.domain.campaign.definition import Definition
from campaigns.domain.campaign.limits import CampaignLimits
from campaigns.domain.campaign.rules import Rule
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.errors import Violation

LONGEST: dict[ChannelType, dict[str, int]] = {
    ChannelType.SMS: {"body": 160, "body_text": 160},
    ChannelType.WHATSAPP: {"body": 1_600, "body_text": 1_600},
}
LONGEST_ANYWHERE = {"subject": 255, "title": 255, "sender_name": 100, "sender_email": 255, "reply_to": 255}

_A_BODY = ("body", "body_text", "body_html")
NEEDED: dict[ChannelType, tuple[tuple[str, ...], ...]] = {
    ChannelType.EMAIL: (("subject",), ("sender_email",), ("body_html", "body_text")),
    ChannelType.SMS: (("body", "body_text"),),
    ChannelType.WHATSAPP: (("body", "body_text"),),
    ChannelType.PUSH: (("title",), ("body", "body_text")),
    ChannelType.IN_APP: (("title",), ("body", "body_text")),
    ChannelType.WEBHOOK: (("url",),),
    ChannelType.WEB: (_A_BODY,),
    ChannelType.SOCIAL: (_A_BODY,),
    ChannelType.DISPLAY: (_A_BODY,),
    ChannelType.POP_UP: (_A_BODY,),
}
"""Each group needs one of its fields; a stored template stands for all of them, except for a webhook's address."""


def missing(channel: Channel) -> tuple[str, ...]:
    """What this channel's content still lacks, as field names ("body_html or body_text")."""
    groups = NEEDED[channel.channel_type]
    if channel.template_id is not None and channel.channel_type is not ChannelType.WEBHOOK:
        return ()
    return tuple(" or ".join(group) for group in groups if not any(getattr(channel.content, name) for name in group))


def _lengths(definition: Definition, _: CampaignLimits) -> Iterator[Violation]:
    for pointer, channel in definition.placed_channels():
        yield from _too_long(f"{pointer}/content", channel.channel_type, channel.content)
        for locale, content in channel.locales.items():
            yield from _too_long(f"{pointer}/locales/{locale}", channel.channel_type, content)


def _too_long(pointer: str, channel_type: ChannelType, content: Content) -> Iterator[Violation]:
    for name, longest in (LONGEST_ANYWHERE | LONGEST.get(channel_type, {})).items():
        text = getattr(content, name)
        if text is not None and len(text) > longest:
            yield Violation(f"{pointer}/{name}", f"{channel_type} {name} has at most {longest} characters")


LENGTH_RULES: tuple[Rule[CampaignLimits], ...] = (Rule("texts that fit their channel", _lengths, "delivery.content"),)
