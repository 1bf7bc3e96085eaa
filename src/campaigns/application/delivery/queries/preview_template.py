"""A stored template as one person would see it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from campaigns.application.delivery.templates import ContentPreviews, Preview, Templates
from campaigns.application.shared.messages import Query
from campaigns.domain.shared.channels import Channel
from campaigns.domain.shared.ids import CampaignId

_NO_CAMPAIGN = CampaignId(UUID(int=0))


class PreviewTemplate(Query, frozen=True, kw_only=True):
    template_id: UUID
    profile: Mapping[str, Any]


class PreviewTemplateHandler:
    def __init__(self, templates: Templates, previews: ContentPreviews) -> None:
        self._templates, self._previews = templates, previews

    async def __call__(self, query: PreviewTemplate) -> Preview:
        template = await self._templates.get(query.template_id, query.caller)
        channel = Channel(channel_type=template.channel_type, content=template.content)
        return await self._previews.show(channel, query.profile, query.caller, _NO_CAMPAIGN)
