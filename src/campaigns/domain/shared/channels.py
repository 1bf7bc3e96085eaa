"""Channels: how a person is reached, with what content, in which order of fallback."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct, field


class ChannelType(StrEnum):
    """Every channel a campaign can name."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PUSH = "push"
    IN_APP = "in_app"
    WEB = "web"
    SOCIAL = "social"
    DISPLAY = "display"
    WEBHOOK = "webhook"
    POP_UP = "pop_up"


class Content(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What one channel says. Texts are Liquid; which fields a channel needs is a readiness rule."""

    subject: str | None = None
    body_html: str | None = None
    body_text: str | None = None
    body: str | None = None
    title: str | None = None
    sender_name: str | None = None
    sender_email: str | None = None
    reply_to: str | None = None
    action_url: str | None = None
    icon: str | None = None
    url: str | None = None
    method: str | None = None
    headers: dict[str, str] | None = None
    payload_template: str | None = None


class Channel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to reach a person; channels are tried in ascending priority.

    `uncertain` says what to do with a message that may or may not have been delivered; None: as the installation does.
    """

    channel_type: ChannelType
    enabled: bool = True
    priority: int = 0
    content: Content = field(default_factory=Content)
    template_id: str | None = None
    locales: dict[str, Content] = field(default_factory=dict)
    uncertain: Literal["leave", "resend"] | None = None


ADDRESS_ATTRIBUTE: dict[ChannelType, str | None] = {
    ChannelType.EMAIL: "email",
    ChannelType.SMS: "phone",
    ChannelType.WHATSAPP: "phone",
    ChannelType.PUSH: "push_token",
    ChannelType.IN_APP: "user_id",
    ChannelType.WEB: "user_id",
    ChannelType.SOCIAL: "user_id",
    ChannelType.DISPLAY: "user_id",
    ChannelType.POP_UP: "user_id",
    ChannelType.WEBHOOK: None,
}
"""The profile attribute that holds a channel's address; None where the address stands in the content (webhook)."""
