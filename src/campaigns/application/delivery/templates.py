"""Stored templates and what content becomes for one person: the ports."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from msgspec import Struct

from campaigns.application.shared.context import Caller
from campaigns.domain.delivery.template import Template
from campaigns.domain.shared.channels import Channel, ChannelType, Content
from campaigns.domain.shared.errors import Violation
from campaigns.domain.shared.ids import CampaignId


class TemplatePage(Struct, frozen=True, kw_only=True):
    """`total` counts everything that matches."""

    templates: tuple[Template, ...]
    total: int


class Templates(Protocol):
    """The templates of the caller's tenant."""

    async def add(self, template: Template, caller: Caller) -> Template:
        """Store a new one; the same command again gives what it stored. TemplateNameTakenError."""

    async def replace(self, template: Template, caller: Caller, expected_version: int | None) -> Template:
        """Store the next version. TemplateNotFoundError, TemplateNameTakenError, StaleVersionError."""

    async def remove(self, template_id: UUID, caller: Caller) -> None:
        """Campaigns that name it can no longer be launched. TemplateNotFoundError."""

    async def get(self, template_id: UUID, caller: Caller) -> Template:
        """TemplateNotFoundError."""

    async def page(self, caller: Caller, channel: ChannelType | None, limit: int, offset: int) -> TemplatePage:
        """By name."""


class Preview(Struct, frozen=True, kw_only=True):
    """Content as one person would see it. `problems` name what is missing or wrong; `fields` holds what could be
    rendered; `message` is the finished wire form of e-mail (MIME) and webhook (JSON), None where there is none.
    `warnings` say what will be sent all the same, but perhaps not as meant.
    """

    channel_type: ChannelType
    fields: Mapping[str, str]
    problems: tuple[Violation, ...]
    message: str | None = None
    warnings: tuple[Violation, ...] = ()


class ContentPreviews(Protocol):
    """Renders strictly: a missing attribute is a problem, where sending would leave a gap."""

    async def show(self, channel: Channel, profile: Mapping[str, Any], caller: Caller, campaign: CampaignId) -> Preview:
        """Never raises for content or a person's data; TemplateNotFoundError when the channel names no template."""


class ContentRules(Protocol):
    """Which rules content breaks."""

    def problems(self, content: Content, channel: ChannelType) -> Sequence[Violation]:
        """Pointers begin at the content; empty when it can be used."""
